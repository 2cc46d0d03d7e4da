"""Decoder of mail bytes whose charset is declared wrongly, not at all, or by a name that means another one. Pure.

UTF-8 is believed wherever it fits: other text is hardly ever valid UTF-8 by chance. Text of other scripts, which has
long runs of bytes beyond ASCII, is told apart by charset-normalizer (MIT); German never looks like that.
"""

import codecs
import re

from bot.core.lazy_regex import lazy_regex

# Python's name of a declared charset → the larger one that programs mean by it (encoding.spec.whatwg.org, 4.2)
_MEANT = {
    "iso8859-1": "cp1252",
    "ascii": "cp1252",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "shift_jis": "cp932",
    "euc_kr": "cp949",
    "big5": "big5hkscs",
    "iso8859-9": "cp1254",
    "iso2022_jp": "iso2022_jp_ext",
    "hz": "hz",
}
# Charsets that are told apart by the text itself
_DETECTED = (
    *("gb18030", "euc_jp", "cp932", "cp949", "big5"),
    *("cp1251", "koi8_r", "iso8859_5", "cp1253", "cp1255", "cp1256"),
)
_WEST = frozenset({"cp1252", "iso8859-15"})  # that any bytes are valid in
_SAMPLE = 2_000  # bytes of the lines with other scripts that are looked at
_FEWEST = 6  # bytes beyond ASCII in runs
_RUN = re.compile(rb"[\x80-\xff]{4,}")  # in German at most two stand side by side: "öß"
_HIGH = re.compile(rb"[\x80-\xff]")
_GERMAN = re.compile(rb"[\xc4\xd6\xdc\xe4\xf6\xfc\xdf]+")  # a row of umlauts, as people type it to try them out
_SHIFTS = re.compile(rb"\x1b(?:\$[@B]|\$\)C|\$\([DGH@BC]|\([IJ])")  # ISO-2022-JP, ISO-2022-KR: RFC 1468, RFC 1557
_UTF_7 = re.compile(rb"\+([A-Za-z0-9+/]{2,400})-?")  # RFC 2152
_META = re.compile(rb"<meta[^<>]{0,200}\bcharset\s{0,5}=\s{0,5}[\"']?([\w:.-]{2,40})", re.IGNORECASE)
_NO_CHARSET = lazy_regex(r"escape|idna|punycode|undefined|mbcs|oem|hex|base64|rot|zlib|bz2|quopri|uu")
_CONTROL = lazy_regex(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
_FOLD = lazy_regex(r"\r?\n[ \t]+")  # RFC 5322, 2.2.3
_ERRORS = (ValueError, LookupError, TypeError, AttributeError, AssertionError)


def decoded(raw: bytes, charset: str) -> str:
    """Text of bytes. `charset`: what the mail claims; it may be empty, unknown or wrong. Never raises."""
    claimed = _known(charset)
    for name in _candidates(raw, claimed):
        try:
            return raw.decode(name)
        except _ERRORS:
            continue
    return raw.decode(_detected(raw) or "cp1252", "replace")  # what Windows means by iso-8859-1


def header_text(value: object) -> str:
    """Header as it stands, on one line; bytes that are no ASCII are read as UTF-8 (RFC 6532), else by their looks."""
    return one_line(decoded(str(value).encode("utf-8", "surrogateescape"), ""))


def one_line(text: str) -> str:
    """Text without line breaks and other control characters."""
    return _CONTROL.sub(" ", _FOLD.sub(" ", text)).strip()


def charset_of_html(raw: bytes) -> str:
    """Charset that an HTML page names in its head; empty where it names none."""
    found = _META.search(raw[:2_000])
    return found[1].decode("ascii") if found else ""


def _candidates(raw: bytes, claimed: str) -> list[str]:
    """Charsets to try, the likeliest first; the last ones may take any bytes."""
    if raw.isascii():
        return _seven_bit(raw, claimed)
    if raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return ["utf-16"]
    if claimed.startswith(("utf-16", "utf-32")):
        return [claimed, "utf-8"]
    if claimed and claimed not in _WEST:
        return ["utf-8", claimed]
    return ["utf-8", _detected(raw) or claimed or "cp1252"]


def _seven_bit(raw: bytes, claimed: str) -> list[str]:
    if _SHIFTS.search(raw):
        return ["iso2022_jp_ext", "iso2022_kr", "utf-8"]
    if claimed not in ("utf-7", "hz", "utf-16", "utf-32", "utf-16-le", "utf-16-be") and not _is_utf_7(raw):
        return ["ascii"]
    return [claimed if claimed.startswith(("utf-16", "utf-32", "hz")) else "utf-7", "utf-8"]


def _is_utf_7(raw: bytes) -> bool:
    """True if every "+…" is a letter or mark of a language of Europe, and one at least a letter beyond ASCII.

    Telephone numbers, base64 and sums do not decode to such, or not at all.
    """
    letters = False
    for found in _UTF_7.finditer(raw):
        try:
            text = found[0].decode("utf-7")
        except _ERRORS:
            return False
        if not all(ord(c) < 0x250 or 0x2010 <= ord(c) <= 0x20AC for c in text):
            return False
        letters = letters or any(ord(c) >= 0xC0 and c.isalpha() for c in text)
    return letters


def _detected(raw: bytes) -> str:
    """Charset of another script; empty where the text is of a Latin one."""
    runs = [found[0] for found in _RUN.finditer(raw) if not _GERMAN.fullmatch(found[0])]
    in_runs = sum(map(len, runs))
    if in_runs < _FEWEST or 2 * in_runs < len(_HIGH.findall(raw)):
        return ""
    from charset_normalizer import from_bytes  # loads in 80 ms, and hardly any mail needs it

    sample = b"\n".join(line for line in raw.splitlines() if _RUN.search(line))[:_SAMPLE]
    found = from_bytes(sample, cp_isolation=list(_DETECTED), language_threshold=0.0).best()
    return found.encoding if found else ""


def _known(charset: str) -> str:
    """Python's name of a charset, or of what is meant by it; empty where it knows none."""
    name = charset.strip().strip("\"'").lower()
    if not name.isascii() or "\0" in name or _NO_CHARSET.search(name):
        return ""
    try:
        known = codecs.lookup(name.removeprefix("unicode-1-1-")).name
    except _ERRORS:
        return ""
    return _MEANT.get(known, known)
