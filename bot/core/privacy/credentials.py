"""Credentials in text: passwords in sentences, configuration files and protocol logs, tokens, keys, sessions.

Rules for bot/core/privacy/redaction.py, as (sign, pattern, mark): every match of the pattern holds the sign somewhere,
which is looked for first, because that is far faster: one of some letters, in lower case, or where a pattern has none,
a form. A password that stands alone, and the words behind the first of one that has blanks and no quotes, have no form
and are not known.
"""

_MARKUP = r"[*_`~]{0,3}"  # Slack's, around a word
_QUOTED = (
    r"\"(?:[^\"\\\n]|\\.){1,200}\"|'(?:[^'\\\n]|\\.){1,200}'|[„“”][^“”\n]{1,200}[“”]|[‚‘’][^‘’\n]{1,200}[‘’]"
    r"|»[^«\n]{1,200}«|«[^»\n]{1,200}»"
)
# Also Google's "abcd efgh ijkl mnop"
_AFTER = rf"(?:{_QUOTED}|[a-z]{{4}}(?:[ -][a-z]{{4}}){{3}}(?![^\W_])|\S{{1,200}})"

# What a password is called, also mistyped and within a word ("Mailpasswort", "smtp_password", "passwrt"); the short
# ones only by themselves ("smtp_pass", "smtpPass", not "compass")
_LONG = (
    r"(?:p(?:a?ss|as)w?(?:o[er]{0,2}r?|ör|ro|owr|r)[dt]|pass(?:wd|phrase|code|satz)|ken{1,2}w(?:o?r|ro)t|(?<!<)secret"
    r"|geheim(?:wort|zahl|nummer)|zugangscode|mot\sde\spasse|contrase[ñn]a|wachtwoord|has[lł]o|senha)"
    r"(?:e?[srn]{1,2}|\d{1,2}|[_-](?:hash|neu|new|alt|old))?"
)
_NAME = rf"(?i:{_LONG}|(?:(?<![^\W_])|(?-i:(?<=[a-z])(?=P)))(?:pass|pwd?))(?![^\W_])"
_SIGN = (
    *("pas", "pss", "pw", "kenw", "kennw", "secret", "geheim", "zugangsc", "contrase", "wachtw"),
    *("haslo", "hasło", "senha"),
)
_QUALIFIED = (  # "my password for the mailbox is", "Passwort meiner Mailbox lautet", "Passwort (neu):"
    r"(?i:\s\([^)\n]{1,40}\)|\s(?:neu|alt|new|old|aktuell|current)"
    r"|\s(?:für|fuer|for|vo[nm]|of|zu|zu[mr]|to|im|in|bei|beim|de[rs]|meine[rs]|unsere[rs]|eines|einer)"
    r"(?:\s[^\s?!:=]{0,63}[^\s?!:=.,]){1,4}?)?"
)
# Followed by whatever: it is the password
_SETS = (
    rf"[\"'`]?\s?\]?{_MARKUP}(?:\s{{0,3}}(?:[-=]>|:?=|:)|\s(?i:(?:lautete?|hei(?:ß|ss)t|hie(?:ß|ss)|ist?|was|war)"
    rf"\s?[:=]|lautete?|hei(?:ß|ss)t|hie(?:ß|ss))|[\"']\s?(?:,(?=\s?[\"'])|(?i:value)\s?=|>)|>(?=[^\s<])|\s?[|\t]\s?(?=[^|\n]{{1,200}}\|))"
    rf"{_MARKUP}\s{{0,3}}{_MARKUP}"
)
# What a password is, and no password: "Passwort ist Falsch", "the password is accepted". After "is" and "ist" all
# other words are taken for one
_STATES = (
    r"(?i:falsch|richtig|korrekt|nicht|abgelaufen|gesperrt|(?:un)?gültig|(?:un)?bekannt|leer|weg|neue?s?|alte?s?|pflicht"
    r"|nötig|geheim|vergessen|verloren|gleich|identisch|dasselbe|noch|schon|auch|immer|jetzt|nun|eben|genau|aber|doch"
    r"|eigentlich|wirklich|definitiv|sicher|unsicher|schwach|stark|lang|kurz|zu|okay|klar|egal|wichtig|notwendig"
    r"|erforderlich|hier|dort|keine?\w{0,2}|k?eine?\w{0,2}|diese?\w|wohl|leider|wieder|nirgends|mindestens|maximal|mehr"
    r"|weniger|mein\w{0,2}|dein\w{0,2}|ihre?\w{0,2}|unser\w{0,2}|welche\w?|oder|für|vo[nm]|beim?|aus|auf|nach|über|unter"
    r"|laut|trotzdem|deshalb|dann|wenn|dass|das|der|die|den|dem|wrong|right|correct\w*|not|expired|locked|(?:in)?valid"
    r"|(?:un)?known|empty|gone|new|old|incorrect|case|same|the|that|this|what|where|which|when|only|also|always|never"
    r"|still|already|just|really|fine|okay|good|weak|strong|(?:in)?secure|safe|long|short|too|very|different|identical"
    r"|necessary|mandatory|optional|sent|kept|stolen|lost|there|here|from|with|your|their|mine|ours|plain|hidden|now"
    rf"|{_LONG}|pass|sent|\w+-\w+|[\w-]{{2,60}}(?:ed|ing|ly|[ai]ble|iert|bar|lich)"
    r"|(?:(?:ab|an|auf|aus|ein|zurück|um|ver)?ge|be|ver|zer|ent|hinter|über)\w{2,40}(?:t|en))"
    r"(?![^\W_])"
)
_ADVERBS = r"(?i:(?:jetzt|nun|aktuell|derzeit|also|now|currently|still|immer noch|eigentlich)\s{1,3}){0,2}"
_PRODUCTS = "office|outlook|exchange|windows|win|imap|pop|smtp|android|ios|iphone|ipad|thunderbird|tls|ssl|port"
_MIXED = r"(?=\S{0,100}(?:\d|[^\W\d_][!$%&/\\?#*+~^=_@-]+\w|[a-zäöüß][A-ZÄÖÜ]))\S{4,200}"
_ENDS = r"(?=[ \t]{0,20}(?:[,;|\n]|$))"  # of the line, or of an item
_BASE64 = r"(?=[^\s=]*[A-Za-z])(?=[^\s=]*(?:\d|=))(?:[A-Za-z0-9+/]{4}){2,1000}[A-Za-z0-9+/]{2}[A-Za-z0-9+/=]{2}"
_PEER = r"(?:(?:[CS]:|[<>*-]{1,4}|\d{3}|\+)[ \t]){0,2}"  # what logs put before a line
_ARGUMENT = r"(?:\"[^\"\n]{1,200}\"|[^\s\"]{1,200})"
_BRACKETED_KEY = r"[\"']?\s?\]?"

Rule = tuple[str | tuple[str, ...], str, str]

TOKENS: tuple[Rule, ...] = (
    # by their form: Slack's (docs.slack.dev/authentication/tokens), JWT (RFC 7519), GitHub's, AWS's, PEM (RFC 7468)
    (("xox", "xapp"), r"\bx(?:ox[a-z]|app)[-.][A-Za-z0-9.-]{5,300}", "<token>"),
    (("https://hooks.",), r"https://hooks\.slack(?:-gov)?\.com/[^\s>|]{1,300}", "<token>"),
    (("eyj",), r"\beyJ[\w-]{8,4000}\.[\w-]{2,4000}(?:\.[\w-]{0,4000})?", "<token>"),
    (
        ("gho_", "ghp_", "ghs_", "ghu_", "github_pat_", "akia"),
        r"\b(?:gh[opsu]_|github_pat_)\w{20,255}|\bAKIA[A-Z0-9]{16}\b",
        "<token>",
    ),
    (
        ("-----begin",),
        r"-----BEGIN [A-Z ]{0,40}PRIVATE KEY-----[^-]{0,20000}(?:-----END [A-Z ]{0,40}PRIVATE KEY-----)?",
        "<token>",
    ),
    # after AUTH in SMTP (RFC 4954), AUTHENTICATE in IMAP (RFC 9051, 6.2.2); lines of nothing but base64 follow it
    (
        ("bearer", "basic", "auth"),
        r"(?i)\b(bearer|basic|auth(?:enticate)? (?:plain|login|cram-md5|digest-md5|xoauth2|oauthbearer"
        r"|scram-[\w-]{3,20}))"
        r"(\s{1,3})(?=\S{0,4000}(?:\d|=|(?-i:[a-z][A-Z])))(?!plain\b|login\b|cram-|digest-|xoauth)[\w+/=.~-]{6,4000}",
        r"\1\2<token>",
    ),
    (
        r"[A-Za-z0-9+/]{10}[A-Za-z0-9+/=]{2}[ \t]{0,20}(?:\n|\Z)",
        rf"(?m)^([ \t]{{0,3}}{_PEER}){_BASE64}(?=[ \t]{{0,20}}$)",
        r"\1<token>",
    ),
    (
        ("authorization",),
        r"(?im)\b(authorization[\"']?\s?[:=]\s{0,3}[\"']?(?:(?:bearer|basic|token|digest|negotiate)\s{1,3})?)"
        r"(?!<|bearer\b|basic\b|token\b|digest\b|negotiate\b)"
        r"[^\s\"']{4,4000}",
        r"\1<token>",
    ),
    (("cookie",), r"(?i)\b((?:set-)?cookie:\s{0,3})[^\s=]{1,200}=[^\n]{0,4000}", r"\1<token>"),
    (
        ("sess", "sid"),
        r"(?i)((?<![^\W_])(?:j|php|asp)?sess(?:ion)?[_-]?(?:id|key|token)|(?<![^\W_])sid)(\s?[:=]\s?)[\w%+/=.-]{8,400}",
        r"\1\2<token>",
    ),
    (  # of services: Stripe's and OpenAI's, GitLab's, npm's, SendGrid's, Google's
        ("sk-", "sk_", "rk-", "rk_", "glpat-", "npm_", "sg.", "aiza"),
        r"\b(?:[sr]k[-_][\w-]{16,300}|glpat-[\w-]{16,100}|npm_\w{20,100}|SG\.[\w-]{10,100}\.[\w-]{10,100}|AIza[\w-]{30,60})",
        "<token>",
    ),
    (
        ("token", "key", "secret", "schlüssel"),
        r"(?i)(?<![^\W_])((?:api|access|auth|client|refresh|secret|security)[ _-]?(?:access[ _-])?"
        rf"(?:key|token|secret|schlüssel)|private[_-]key|token)"
        rf"({_BRACKETED_KEY}{_MARKUP}\s{{0,3}}(?:[-=]>|:?=|:)\s{{0,3}}{_MARKUP}\s?){_AFTER}",
        r"\1\2<token>",
    ),
)

PASSWORDS: tuple[Rule, ...] = (
    # user and password at once: "Zugangsdaten: max / geheim", "login: max/geheim"
    (
        ("daten", "credentials", "user", "benutzer"),
        r"(?i)\b((?:zugangs|login|anmelde|konto)daten|credentials|(?:benutzer|user)[ -]?(?:name)?"
        r"\s?(?:/|und|and|[+&])\s?"
        rf"{_NAME})({_MARKUP}\s{{0,2}}[:=]\s{{0,3}})[^\s/|:]{{1,100}}(?:\s?[/|:]\s?|\s{{1,3}})\S{{1,200}}",
        r"\1\2<secret>",
    ),
    (
        ("user", "benutzer", "login"),
        r"(?i)\b((?:login|user|benutzer(?:name)?)\s?[:=]\s{0,3}[^\s/|:]{1,100}\s?[/|]\s?)\S{1,200}",
        r"\1<secret>",
    ),
    # in a sentence, a form, a configuration file, JSON, PHP, XML: what a name of a password is set to
    (
        ("passphrase", "passsatz"),
        rf"(?i)(pass(?:phrase|satz){_SETS})(?![\s\"'<])[^\n.,;?!\"']{{1,100}}",
        r"\1<secret>",
    ),
    (_SIGN, rf"({_NAME}{_QUALIFIED}{_SETS}{_ADVERBS})(?!(?:YES|NO)\b){_AFTER}", r"\1<secret>"),
    (
        _SIGN,
        rf"({_NAME}(?:'s|{_QUALIFIED}\s(?i:is|ist|war|was|sei))\s{{1,3}}{_ADVERBS}{_MARKUP})(?!<)"
        rf"(?:{_QUOTED}|{_MIXED}|(?!{_STATES})[^\W\d_]\w{{3,200}})",
        r"\1<secret>",
    ),
    (
        _SIGN,
        rf"({_NAME}(?:\s(?i:is|was|has been|ist|wurde))?\s(?i:changed|set|reset|updated)\s(?i:to)\s{{1,3}}"
        rf"|(?i:change|set|reset)\w{{0,4}}(?:\s\w{{1,10}})?\s[\w.-]{{0,30}}?{_NAME}\s(?i:to)\s{{1,3}})(?!<|(?i:the|an?|my|some|one|something)\b)\S{{4,200}}",
        r"\1<secret>",
    ),
    (
        _SIGN,
        rf"({_NAME}(?:\s\w{{1,12}}){{0,2}}?\s(?i:auf)\s{{1,3}})(?!<)\S{{4,200}}(?=\s(?i:geändert|gesetzt|zurückgesetzt|umgestellt))"
        rf"|((?i:\bals)\s(?:\w{{1,12}}\s)?[\w.-]{{0,30}}?{_NAME}\s{{1,3}})(?!<)\S{{4,200}}(?=\s(?i:(?:ein|an)ge|ge|be|ver|hinter)\w{{2,20}}(?:t|en)\b)",
        r"\1\2<secret>",
    ),
    # directly after the name: in quotes; alone on the next line; behind a dash; what mixes letters and figures
    (_SIGN, rf"({_NAME}\s{{1,3}}{_MARKUP})(?![\"'„“”»«‚‘’]{_STATES})(?:{_QUOTED})", r"\1<secret>"),
    (
        _SIGN,
        rf"(?m)(^[ \t]{{0,3}}{_MARKUP}(?:\w{{1,20}}[ -]){{0,2}}[\w.]{{0,30}}?{_NAME}{_MARKUP}[ \t]{{0,20}}\n"
        rf"[ \t]{{0,20}}\n?[ \t]{{0,20}})(?!<|{_STATES})\S{{4,200}}(?=[ \t]{{0,20}}$)",
        r"\1<secret>",
    ),
    (
        _SIGN,
        rf"(?m)({_NAME}{_QUALIFIED}\s[-–—→]{{1,2}}\s{{1,3}})(?!<|{_STATES})\S{{4,200}}{_ENDS}",
        r"\1<secret>",
    ),
    (
        _SIGN,
        rf"({_NAME}\s{{1,3}}{_MARKUP})(?!<|(?i:{_PRODUCTS})\d)"
        r"(?:(?=[^\W_]{0,100}(?:\d[^\W\d_]|[^\W\d_]\d))[^\s.:,]{6,200}|(?=[^\W_]{1,60}[!$%&#*+~^=§][^\W_])\S{6,200})",
        r"\1<secret>",
    ),
    (
        ("pw",),
        rf"(?im)(?<![^\W_])(pwd?\s{{1,3}})(?!<|{_STATES}|\w{{2,60}}(?:en|ern|eln)\b|(?:reset|manager|abfrage|feld)\b)[^\W\d_]\w{{5,200}}{_ENDS}",
        r"\1<secret>",
    ),
    (_SIGN, rf"(?m)({_NAME}\s)[a-z]{{4}}(?: [a-z]{{4}}){{3}}{_ENDS}", r"\1<secret>"),
    # protocol logs: POP3 (RFC 1939, 7), IMAP (RFC 9051, 6.2.3)
    (
        ("pass",),
        r"(?m)((?:^|[>:\]]|->)[ \t]{0,2}PASS[ \t])(?!(?:with|for|by|from|on)\b|<)\S[^\n]{0,200}",
        r"\1<secret>",
    ),
    (
        ("login",),
        rf"(?im)((?:^[ \t]{{0,3}}|[>:\]][ \t])(?!pop3|imap4)(?:[a-z]{{1,4}}\d{{1,8}}|\d{{1,2}}|\d{{4,8}}|[.*])"
        rf"[ \t]login[ \t]){_ARGUMENT}([ \t]){_ARGUMENT}",
        r"\1<address>\2<secret>",
    ),
    # programs: netrc, fetchmail, Postfix (sasl_passwd, static:), curl, swaks
    (
        ("machine", "poll", "default"),
        r"(?im)\b((?:machine|poll|default)[ \t][^\n]{0,150}?\b(?:login|user(?:name)?)[ \t][^\n]{0,80}?\bpass(?:word)?"
        rf"[ \t]{{1,3}})(?!<){_ARGUMENT}",
        r"\1<secret>",
    ),
    (("static:",), r"(static:)[^\s:]{1,100}:\S{1,200}", r"\1<secret>"),
    (
        r":\S{4}",
        r"(?m)^(\[?[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}\]?(?::\d{1,5})?[ \t]{1,20})"
        r"[^\s:/]{1,100}:(?!//)\S{4,200}[ \t]{0,20}$",
        r"\1<secret>",
    ),
    (
        r"@[\w.-]{1,253}\s?[:/|]",
        rf"(?m)([\w.+%=-]{{1,64}}@[\w-]{{1,63}}(?:\.[\w-]{{1,63}}){{0,8}}:)(?!\d{{1,5}}(?!\w)|//|{_STATES})[^\s:]{{4,200}}{_ENDS}"
        rf"|(@[\w-]{{1,63}}(?:\.[\w-]{{1,63}}){{1,8}}\s?[/|]\s?)(?=\S{{0,100}}(?:\d|[!$%&#?*+]))[^\s/|]{{6,200}}{_ENDS}",
        r"\1\2<secret>",
    ),
    (("-u",), r"((?<!\S)(?:-u|--user)[ =]?)[^\s:]{1,100}:\S{1,200}", r"\1<secret>"),
    (("-ap", "--"), rf"(?i)((?<!\S)(?:(?-i:-ap)|--[\w-]{{0,20}}pass(?:word|wd)?)[ =])(?!<){_AFTER}", r"\1<secret>"),
    # numbers that are secrets
    (
        ("pin", "puk", "tan", "otp", "cvv", "cvc", "code"),
        r"(?i)(?<![^\W_])((?:e?pin|puk|tan|otp|cvv2?|cvc2?|(?:bestätigungs|sicherheits|zugangs|verifizierungs)code"
        r"|(?:security|verification|confirmation) code)(?:\s?[:=]|\s(?:ist|is|lautet))?\s{0,2})\d{3,10}(?!\d)",
        r"\1<secret>",
    ),
    (("://",), r"(?<=://)[^\s:/@]{1,200}:[^\s/]{1,200}(?=@)", "<secret>"),  # RFC 3986, 3.2.1
    (("://",), r"(?<=://)[^\s:/@<]{8,200}(?=@)", "<secret>"),  # a token in the place of a user
)
