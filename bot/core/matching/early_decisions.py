"""Early decisions: those that are made before anything is ranked (step 0 of the decision).

About what is written in a foreign language, what closes a matter, and what is chosen from a menu, or without one.
"""

from collections.abc import Sequence

from bot.core.matching.menu_choice import chosen_places, chosen_without_menu
from bot.core.model import Decision, Knowledge, Language, Part, Question
from bot.core.text.language_detection import LanguageDetector
from bot.core.text.normalize import clean

CLOSED = "closed: the message says that the matter is done with"  # rule of the part
NONE_OF_MENU = "menu: none of them"  # rule of the part, as the next two
NOT_MEANT = "refusal: not what was meant, and no menu was offered"
NOTHING_OFFERED = "choice: no menu was offered"
NO_QUESTION = frozenset({NONE_OF_MENU, NOT_MEANT, NOTHING_OFFERED})  # rules of what templates/none.md answers


def declined_without_menu(question: Question, detector: LanguageDetector) -> Decision | None:
    """Decision about a choice or a refusal where no menu was offered: declined; None for any other message."""
    cleaned = clean(question.text)
    places = chosen_without_menu(cleaned)
    if places is None:
        return None
    language = question.language or detector.of(cleaned, question.language_hint)
    return _declined(language, cleaned, NOTHING_OFFERED if places or not question.previous else NOT_MEANT)


def _declined(language: Language, cleaned: str, rule: str) -> Decision:
    return Decision("decline", (), language, 1.0, (Part("", "decline", (), 1.0, rule),), cleaned)


def declined_as_foreign(question: Question, languages: Sequence[Language]) -> Decision:
    """Decision about a message that is in none of the base's `languages`; the reply has all of them."""
    language = question.language or question.language_hint or ("en" if "en" in languages else languages[0])
    part = Part("", "decline", (), 1.0, f"language: none of {', '.join(languages)}")
    return Decision("decline", (), language, 1.0, (part,), clean(question.text), foreign=True)


def declined_as_closed(question: Question, detector: LanguageDetector) -> Decision:
    """Decision about a message that closes a matter (closed_matter.py): small talk."""
    cleaned = clean(question.text)
    language = question.language or detector.of(cleaned, question.language_hint)
    part = Part("", "decline", (), 1.0, CLOSED)
    return Decision("decline", (), language, 1.0, (part,), cleaned, small_talk=True)


def closes(decision: Decision) -> bool:
    """True for the decision about a message that closes a matter."""
    return any(part.rule == CLOSED for part in decision.parts)


def choose_from_menu(question: Question, knowledge: Knowledge, detector: LanguageDetector) -> Decision | None:
    """Decision about a choice from the menu of the reply before; None where there was no menu, or nothing is chosen.

    A refusal of the whole menu is declined. Read as is the title of the entry, so that follow-ups can change it.
    """
    cleaned = clean(question.text)
    menu = [entry for entry in question.menu if entry in knowledge.entries]
    places = chosen_places(cleaned, len(menu)) if menu else None
    if places is None:
        return None
    language = question.language or detector.of(cleaned, question.language_hint)
    if not places:
        return _declined(language, cleaned, NONE_OF_MENU)
    chosen = tuple(menu[place] for place in places)
    parts = tuple(
        Part("", "answer", (entry,), 1.0, f"menu: {menu.index(entry) + 1} of {len(menu)}") for entry in chosen
    )
    read_as = knowledge.entries[chosen[0]].title[language]
    return Decision("answer", chosen, language, 1.0, parts, read_as)
