"""Labelled lines: "What works: …", "Needed: …"; in a form, the label says whether a line tells or asks. Pure.

"What works" has the words of a question, and "Needed: name of the server" none; what stands behind a label has no
grammar that could tell.
"""

import re

from bot.core.lazy_regex import lazy_regex, phrases

_LABEL = r"^\W{0,4}(?:(?:schon|bereits|noch|immer noch|already|still|now) )?"
_END = (
    r"(?: (?:schon|bereits|noch|bisher|ist|sind|wird|werden|already|still|so far|is|are|now|to us))? ?\d{0,2}: ?(?=\S)"
)
_TELLS = phrases(
    {
        "Was funktioniert: IMAP": r"was (?:schon |bereits |alles )?(?:geht|läuft|funktioniert|klappt|stimmt|passt)",
        "Funktioniert: Abruf": r"(?:es )?(?:geht|läuft|funktioniert|klappt|stimmt|passt)",
        "Geprüft: DNS": r"(?:geprüft|getestet|probiert|ausprobiert|versucht|erledigt|gemacht|bekannt|vorhanden|klar)",
        "Eingetragen: ssl0": r"(?:eingetragen|eingestellt|eingerichtet|gesetzt|gegeben|haben wir|habe ich|hab ich)",
        "What works: IMAP": r"what(?: (?:already|does))? (?:works?|runs?|is (?:fine|ok|set|done|known))",
        "Working: IMAP": r"(?:works?|working|fine|in place|done|solved)",
        "Checked: DNS": r"(?:checked|tested|tried|verified|known|given|entered|configured|set(?: up)?)",
        "We have: the host": r"(?:i|we) (?:have|know|use)",
    },
    _LABEL,
    _END,
)
_ASKS = phrases(
    {
        "Benötigt: Port": r"(?:wird )?(?:benötigt|gesucht|gefragt|gebraucht|erbeten|gewünscht|erforderlich)",
        "Wir brauchen: Port": r"(?:ich|wir) (?:brauche?n?|bräuchten?|benötigen?|suchen?)",
        "Fehlt noch: Port": r"(?:es )?(?:fehl(?:t|en)|offen|unklar|unbekannt|gesucht)",
        "Frage: Port": r"(?:(?:meine|unsere|die) )?(?:fragen?|anliegen|bitte)",
        "Needed: port": r"(?:needed|wanted|required|requested|to do)",
        "We need: port": r"(?:i|we)(?:['’]d)? (?:need|want|require|lack|miss|am missing|are missing)",
        "Still missing: port": r"(?:missing|open|unclear|unknown|lacking)",
        "Question: port": r"(?:(?:my|our|the) )?(?:questions?|request|query)",
    },
    _LABEL,
    _END,
)
_SETTING = lazy_regex(  # "Sending: SMTPS", "Kontotyp: IMAP", not "Port: ?" or "Server: brauche ich"
    r"^\W{0,4}(?:versand|senden|empfang|abruf|abholung|posteingang|postausgang|verschlüsselung|sicherheit"
    r"|verbindungssicherheit|protokoll|kontotyp|sending|receiving|fetching|outgoing|incoming|encryption|security"
    r"|protocol|account type|type|typ)(?: server)? ?: ?(?!\W|welche|which|what|was|wie|how)\S{1,40}(?: \S{1,40}){0,3}$",
    re.IGNORECASE,
)


def tells_by_label(sentence: str) -> bool:
    """True for a line whose label says that it works, is known, tried or set: "Checked: DNS", "Sending: SMTPS"."""
    is_told = ":" in sentence and bool(_TELLS.match(sentence) or _SETTING.match(sentence))
    return is_told and not sentence.endswith(("?", "_"))


def asks_by_label(sentence: str) -> bool:
    """True for a line whose label says that it is wanted: "Needed: the port for IMAP"."""
    return ":" in sentence and bool(_ASKS.match(sentence))
