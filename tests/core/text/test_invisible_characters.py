"""Invisible characters in pasted addresses are found and marked; a sound address is left alone."""

from bot.answering.engine import AnswerEngine
from bot.answering.router import answer_question
from bot.core.model import LANGUAGES, Language, Question
from bot.core.text.invisible_characters import damaged_addresses
from bot.core.text.normalize import strip_markup
from tests.rows import each_row

ODD = [
    # what is wrong, what is pasted, how it is shown, where
    ("a space behind", "MAIL FROM:<a@firma.de >", "a@firma.de␣", "end"),
    ("a space before", "MAIL FROM:< a@firma.de>", "␣a@firma.de", "start"),
    ("a space before the @", "RCPT TO:<a @firma.de>", "a␣@firma.de", "inside"),
    ("a space behind a dot", "RCPT TO:<a@firma. de>", "a@firma.␣de", "inside"),
    ("a space in quotes", 'address "a@firma.de " refused', "a@firma.de␣", "end"),
    ("as Slack sends it", "MAIL FROM:&lt;<mailto:a@firma.de|a@firma.de> &gt;", "a@firma.de␣", "end"),
    ("as HTML", "MAIL FROM:&lt;a@firma.de&nbsp;&gt;", "a@firma.de[U+00A0]", "end"),
    ("no-break space", "<a@firma.de\u00a0>", "a@firma.de[U+00A0]", "end"),
    ("narrow no-break space", "<\u202fa@firma.de>", "[U+202F]a@firma.de", "start"),
    ("tab", "<a@firma.de\t>", "a@firma.de[U+0009]", "end"),
    ("zero-width space", "an max\u200b@firma.de", "max[U+200B]@firma.de", "inside"),
    ("zero-width joiner", "an max@fir\u200dma.de", "max@fir[U+200D]ma.de", "inside"),
    ("soft hyphen", "an max@firma\u00ad.de", "max@firma[U+00AD].de", "inside"),
    ("byte order mark", "\ufeffmax@firma.de", "[U+FEFF]max@firma.de", "start"),
    ("word joiner", "max@firma.de\u2060, bitte", "max@firma.de[U+2060]", "end"),
    ("left-to-right mark", "max@firma.de\u200e", "max@firma.de[U+200E]", "end"),
    ("an override of direction", "\u202emax@firma.de\u202c", "[U+202E]max@firma.de[U+202C]", "start"),
    ("an isolate", "\u2068max@firma.de\u2069", "[U+2068]max@firma.de[U+2069]", "start"),
]
SOUND = [
    *("max@firma.de", "<max@firma.de>", "MAIL FROM:<a@firma.de> SIZE=1", "RCPT TO: <a@firma.de>", "a@firma.de "),
    *("Max Muster <max@firma.de>", "'bitte an max@firma.de schreiben'", "don't write to a@firma.de, it's old"),
    *("schreib an max@firma.de\u00a0und warte", "max @ firma.de", "max\u200b firma.de", "a\u00adb c\u200bd"),
    *("<http://firma.de/ @x>", "<a b c@d e f>", "\u200b", "@", "<@>", "x" * 3_000 + "@", "< @ >", ""),
]


@each_row(("pasted", "marked", "position"), [row[1:] for row in ODD], ids=[row[0] for row in ODD])
def test_an_invisible_character_is_marked_with_its_position(pasted: str, marked: str, position: str) -> None:
    (found,) = damaged_addresses(strip_markup(pasted))
    assert (found.marked, found.position) == (marked, position)
    assert found.address in ("a@firma.de", "max@firma.de")


@each_row("pasted", SOUND)
def test_nothing_is_found_in_sound_text(pasted: str) -> None:
    assert damaged_addresses(strip_markup(pasted)) == ()


@each_row("language", LANGUAGES)
@each_row(
    ("pasted", "shown"),
    [
        ("Non-existing DNS_MX: MAIL FROM:<a@firma.de >", "`a@firma.de␣`"),
        ("550 5.1.1 <max\u200b@firma.de>: Recipient address rejected: User unknown", "`max[U+200B]@firma.de`"),
        ("552 5.2.2 <max@firma.de\u00a0>: mailbox full", "`max@firma.de[U+00A0]`"),  # no entry: beside the codes
    ],
)
def test_the_damaged_address_is_named_below_the_explanation(
    engine: AnswerEngine, pasted: str, shown: str, language: Language
) -> None:
    said = engine.renderer.render(answer_question(engine.matcher, Question(pasted, language=language)))
    assert shown in said
    assert {"de": "der eingefügten Adresse steht", "en": "the pasted address there is"}[language] in said


def test_the_character_is_named_by_its_unicode_name(engine: AnswerEngine) -> None:
    said = engine.renderer.render(
        answer_question(engine.matcher, Question("Non-existing DNS_MX: MAIL FROM: a@fir\u00adma.de"))
    )
    assert "`U+00AD SOFT HYPHEN`" in said


def test_a_message_without_an_error_says_nothing_about_its_addresses(engine: AnswerEngine) -> None:
    decision = engine.matcher.decide(Question("Welcher Port für POP3 mit SSL? Ich bin max@firma.de\u200b"))
    assert decision.outcome == "answer"
    assert decision.damaged_addresses == ()
