"""Normalisation of pasted text: channel mark-up, encodings, quoting and log spelling are undone.

Pure string work, in the order that it has to happen: Slack's own escapes, HTML, quoted-printable, invisible
characters, quoting, qmail's log spelling. No step needs to know the knowledge base; gluing words that a terminal's
edge cut takes the known words as an argument.
"""

import html
import re
import unicodedata
from collections.abc import Container, Sequence
from functools import lru_cache

from bot.core.lazy_regex import lazy_regex
from bot.core.text.excerpt import excerpt

CACHED_MESSAGES = 64  # results for a message or sentence: each is read for its language, words, errors, `why` …
CACHED_WORDS = 50_000  # results for a word (stems and such): more than a vocabulary, less than a flood of nonsense
LONGEST = 20_000  # characters read of one message; of a longer one, its excerpt (excerpt.py)

# docs.slack.dev/messaging/formatting-message-text: <target|label>, <target>, <@U…>, <#C…|name>, <!subteam^…|name>
_SLACK_LABELLED = lazy_regex(r"<(?:mailto:|https?://|tel:|#)[^<>|\s]*\|([^<>]*)>", needs="<")
_SLACK_BARE = lazy_regex(r"<(?:mailto:|(?=https?://))([^<>|\s]+)>", needs="<")
_SLACK_MENTION = lazy_regex(r"<[@!][^<>\s]*(?:\|[^<>]*)?>", needs="<")
_BREAKING_TAG = lazy_regex(
    r"</?(?:br|p|div|li|ul|ol|tr|table|h[1-6]|pre|blockquote)(?:\s[^<>]*)?/?>", re.IGNORECASE, needs="<"
)
_INLINE_TAG = lazy_regex(
    r"</?(?:a|b|i|u|em|strong|tt|code|span|font|td|th|tbody|html|body|head|small|big|sup|sub|img|hr)(?:\s[^<>]*)?/?>",
    re.IGNORECASE,
    needs="<",
)
INVISIBLE = dict.fromkeys(
    map(ord, "\u00ad\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\u2066\u2067\u2068\u2069\ufeff")
)
_PLAIN = {  # invisible characters are taken out, typographic ones made straight
    **dict.fromkeys(map(chr, INVISIBLE), ""),
    **dict.fromkeys("‘’‚‛′`´", "'"),
    **dict.fromkeys("“”„‟″«»", '"'),
    **dict.fromkeys("‐‑‒–—−", "-"),
}
_NOT_PLAIN = lazy_regex(f"[{''.join(_PLAIN)}]")
_UMLAUTS = {"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"}
_QP_BREAK = lazy_regex(r"=[ \t]*\r?\n", needs="=")
_QP_OCTETS = lazy_regex(r"(?:=[0-9A-F]{2})+")
_QUOTE_MARK = lazy_regex(r"^[ \t]{0,8}(?:[>|][ \t]?){1,8}", re.MULTILINE, needs=">|")
_FENCE = lazy_regex(r"\n?'''\n?", needs=["'''"])  # three backticks, made straight
_RETURNED = lazy_regex(  # where a bounce starts to quote the returned message: what stands below is not the error
    r"^[- \t]*(?:below this line is (?:a|the) copy of (?:the|your|my) (?:original )?(?:message|mail|headers?)\b"
    r"|this is a copy of (?:the|your) (?:message|headers)"
    r"|(?:returned|original|undelivered) message (?:follows|headers|below)|(?:returned|undelivered) message\s*-"
    r"|(?P<forwards>original message\s*-|ursprüngliche nachricht)"
    r"|original message headers|included is a copy of|the body of the message)",
    re.IGNORECASE | re.MULTILINE,
    needs=("below this line", "this is a copy", "included is a copy", " message", "ursprüngliche nachricht"),
)
_OF_BOUNCE = lazy_regex(  # what a bounce says above that: a person may put the same line above a mail that is forwarded
    r"\b[245]\d\d[ -]|(?<![\d.])[245]\.\d{1,3}\.\d{1,3}(?![\d.])|<[^<>\s]+@[^<>\s]+>:"
    r"|\b(?:undeliver|unzustell|deliver|zustell|zugestellt|failure|returned|bounce)",
    re.IGNORECASE,
)
_HEADS_BOUNCE = lazy_regex(  # headers below such a line: it is the bounce itself that a person forwards
    r"[^\n]{0,80}\n{1,3}(?:[\w-]{2,20}:[^\n]{0,200}\n{1,2}){0,6}?(?:"
    r"(?:from|von):[^\n]{0,80}(?:mailer-daemon|postmaster|mail delivery|delivery subsystem|mail system)"
    r"|(?:subject|betreff):[^\n]{0,40}"
    r"(?:undeliver|unzustell|failure|failed|fehlgeschlagen|returned mail|delivery status|delay|nicht zugestellt))",
    re.IGNORECASE,
)
_RETURN = lazy_regex(r"\r\n?", needs="\r")
_MARKED = lazy_regex(r"[^\n -%'-;?-_a-{}~äöüÄÖÜß]")  # signs that may not stay as they are
_BLANKS = lazy_regex(r"[^\S\n ][^\S\n]*| [^\S\n]+")  # a single space stays as it is
_TOKEN = lazy_regex(r"\S+")
_DNS_MX = lazy_regex(r"DNS_MX\b", re.IGNORECASE)
_TIMESTAMP = lazy_regex(
    r"@[0-9a-f]{24}\b"  # TAI64N (cr.yp.to/libtai/tai64.html)
    r"|^[^\S\n]*(?:<\d+>)?[A-Z][a-z]{2}\s+\d{1,2}\s\d\d:\d\d:\d\d\s+(?:\S+\s+)?(?=[\w./-]+(?:\[\d+\])?:)"  # RFC 3164
    r"|\b\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d\S*",  # RFC 3339
    re.MULTILINE,
    needs="@:",
)


@lru_cache(CACHED_MESSAGES)
def clean(text: str) -> str:
    """Cleaned message, as its writer saw it: plain text, straight quotes, no mark-up or quoting; line breaks stay."""
    return text.strip() if _is_plain(text) else _without_marks(excerpt(text, LONGEST))


def _is_plain(text: str) -> bool:
    """True for a text, as most are, that has nothing to clean but blanks around it."""
    return not (_MARKED.search(text) or "  " in text or "'''" in text or len(text) > LONGEST)


def _without_marks(text: str) -> str:
    """Text of at most LONGEST characters, cleaned."""
    text = strip_markup(text)
    text = _INLINE_TAG.sub("", _BREAKING_TAG.sub("\n", text))
    text = _without_quoted_printable(text)
    text = _NOT_PLAIN.sub(lambda found: _PLAIN[found[0]], unicodedata.normalize("NFKC", text))
    text = _FENCE.sub("\n\n", text)
    text = _QUOTE_MARK.sub("", text)
    return _BLANKS.sub(" ", _RETURN.sub("\n", text)).strip()


def strip_markup(text: str) -> str:
    """Text as typed, to the character, without Slack's and HTML's own marks around it."""
    return html.unescape(html.unescape(_without_slack_marks(text)))


@lru_cache(CACHED_MESSAGES)
def error_text(cleaned: str) -> str:
    """Part of a cleaned message that can hold an error, without log prefixes and qmail's spelling; may be empty."""
    text = _TIMESTAMP.sub(" ", without_returned(cleaned))
    return (_TOKEN.sub(_undo_qmail_spelling, text) if "_" in text else text).strip()


def without_returned(cleaned: str) -> str:
    """Bounce without the copy of the message that it returns: nothing in there is the error. `cleaned`: by `clean`."""
    for returned in _RETURNED.finditer(cleaned):
        above = cleaned[: returned.start()]
        forwarded = returned["forwards"] and (
            not _OF_BOUNCE.search(above) or _HEADS_BOUNCE.match(cleaned, returned.end())
        )
        if above.strip() and not forwarded:
            return above
    return cleaned


def glue(words: Sequence[str], breaks: Container[int], known: Container[str]) -> list[str]:
    """Words, with those joined that a line break cut in two.

    `breaks`: positions in `words` before which a line ended. Two halves become one word where only the whole is in
    `known`.
    """
    glued: list[str] = []
    for position, word in enumerate(words):
        if position in breaks and glued and _is_cut_word(glued[-1], word, known):
            glued[-1] += word
        else:
            glued.append(word)
    return glued


def fold(text: str) -> str:
    """Folded text: lower case, umlauts spelt out (ä → ae, ß → ss), other accents dropped; "Größe" is "groesse"."""
    text = text.lower()
    if text.isascii():  # most words are, and every start folds 50,000
        return text
    for umlaut, spelt in _UMLAUTS.items():
        text = text.replace(umlaut, spelt)
    if text.isascii():
        return text
    return "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))


def _is_cut_word(head: str, tail: str, known: Container[str]) -> bool:
    return head.isalpha() and tail.isalpha() and head + tail in known and (head not in known or tail not in known)


def _without_slack_marks(text: str) -> str:
    text = _SLACK_LABELLED.sub(r"\1", text)
    return _SLACK_MENTION.sub(" ", _SLACK_BARE.sub(r"\1", text))


def _without_quoted_printable(text: str) -> str:
    """Quoted-printable decoded (RFC 2045 section 6.7), if the text shows its marks: a soft break, "=3D" or "=20"."""
    if not (_QP_BREAK.search(text) or "=3D" in text or "=20" in text):
        return text
    return _QP_OCTETS.sub(_decoded, _QP_BREAK.sub("", text))


def _decoded(octets: re.Match[str]) -> str:
    raw = bytes.fromhex(octets.group().replace("=", ""))
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("latin-1")


def _undo_qmail_spelling(token: re.Match[str]) -> str:
    """Token as plain text: qmail-send logs "_" for blanks, "/" for line ends (qmail-send.c, `safeprint`)."""
    word = token.group()
    if "_" not in word:
        return word
    protected = _DNS_MX.sub("DNS\0MX", word)
    if protected.count("_") < 2 and not re.search(r"[,.:;)]_", protected):
        return word
    plain = re.sub(r"/(?=$|[A-Z])", "\n", protected).replace("_", " ")
    return plain.replace("\0", "_")
