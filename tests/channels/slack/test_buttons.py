"""Buttons, shortcuts, App Home and the agent pane, with the real knowledge base."""

import json
import re
from collections.abc import AsyncIterator, Mapping
from functools import partial
from typing import Any

import pytest
import pytest_asyncio

from bot.answering.engine import AnswerEngine
from bot.core.model import LANGUAGES, Answer, Event, Question
from tests import waiting
from tests.channels.slack.conversation import MENTION, Conversation, envelope, new_ts
from tests.channels.slack.running import Running, running
from tests.servers.fake_slack import TEAM, buttons
from tests.slow import few

pytestmark = pytest.mark.asyncio(loop_scope="module")
ASKED = f"{MENTION} Welcher Port für POP3 mit SSL?"
UNSURE = f"{MENTION} welche ports?"
HELPERS = "S0HELP, C0HELP"
until = partial(waiting.until, seconds=5.0, pause=0.02)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def bot(engine: AnswerEngine, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Running]:
    folder = tmp_path_factory.mktemp("bot")
    async with running(
        folder, engine, postbote_slack_editors="UEDITOR, UEDNEUTRAL, UEDHOME", postbote_slack_helpers=HELPERS
    ) as started:
        yield started


@pytest.fixture
def conversation(bot: Running, conversation: Conversation) -> Conversation:
    bot.slack.views.clear()
    bot.slack.locale = "en-GB"
    return conversation


def labels(message: Mapping[str, Any]) -> list[str]:
    return [b["label"] for b in buttons(message)]


async def test_an_answer_names_its_source_and_offers_what_may_be_needed_next(conversation: Conversation) -> None:
    _, answer = await conversation.ask(ASKED)
    related = [
        "Servername für verschlüsselte Verbindungen (SSL)",
        "Name des Posteingangsservers (POP3)",
    ]
    assert labels(answer) == ["Hilfreich", "Nicht hilfreich", *related, "In English", "Team fragen"]
    kinds = [block["type"] for block in answer["blocks"]]
    assert kinds == ["section", "context", "context_actions", "actions"]
    assert "Quelle: FAQ, „POP3, Verschlüsselung“" in answer["blocks"][1]["elements"][0]["text"]


async def test_the_other_language_replaces_the_answer_and_back(conversation: Conversation) -> None:
    _, answer = await conversation.ask(ASKED)
    german = answer["text"]
    await conversation.bot.slack.press(conversation.bot.url, answer, "In English")
    await until(lambda: "Auf Deutsch" in labels(answer))
    assert answer["text"] != german
    assert "995" in answer["text"]
    await conversation.bot.slack.press(conversation.bot.url, answer, "Auf Deutsch")
    await until(lambda: answer["text"] == german)


OF_HELP = {  # button of the other language → words of the help that it stands under
    "In English": "Slash-Befehle funktionieren in Threads nicht",
    "Auf Deutsch": "Slash commands don’t work in threads",
}


async def test_help_in_the_other_language_is_still_that_of_slack(conversation: Conversation) -> None:
    conversation.bot.slack.locales[conversation.user] = ""
    for asked in ("help", "/foo", "/foo " + "x" * 60):
        _, answer = await conversation.ask(f"{MENTION} {asked}")
        first = answer["text"]
        (there,) = OF_HELP.keys() & set(labels(answer))
        (back,) = OF_HELP.keys() - {there}
        assert OF_HELP[there] in first
        await conversation.bot.slack.press(conversation.bot.url, answer, there)
        await until(lambda shown=answer, label=back: label in labels(shown))  # type: ignore[misc]
        assert OF_HELP[back] in answer["text"]
        await conversation.bot.slack.press(conversation.bot.url, answer, back)
        await until(lambda shown=answer, before=first: shown["text"] == before)  # type: ignore[misc]


async def test_a_long_answer_to_an_editor_is_the_same_in_the_other_language(conversation: Conversation) -> None:
    """It does not fit into the button, which asks again: with the permissions of the person who presses it."""
    bot = conversation.bot
    words = [f"{chr(97 + n)}{'zwirbel'[n % 7 :]}{n * 7919}" for n in range(15)]
    for number, word in enumerate(words):
        event = Event(f"{TEAM}:CGAPS:{number}:question", "slack", Question(f"{word} " * 30), location=f"{TEAM}:CGAPS")
        bot.storage.decisions.save(event, Answer("failure", "en"))
    bot.slack.locales["UEDNEUTRAL"] = ""
    _, answer = await conversation.ask(f"{MENTION} faq gaps", user="UEDNEUTRAL")
    assert "Was nicht oder nicht gut beantwortet wurde" in answer["text"]
    german, told = answer["text"], len(bot.slack.ephemeral)
    await bot.slack.press(bot.url, answer, "In English", user="U0STRANGER")
    await until(lambda: len(bot.slack.ephemeral) > told)
    assert "Only editors" in str(bot.slack.ephemeral[-1])
    assert answer["text"] == german, "for nobody else it is gone"
    await bot.slack.press(bot.url, answer, "In English", user="UEDNEUTRAL")
    await until(lambda: "Auf Deutsch" in labels(answer))
    assert "What was not answered" in answer["text"]
    await bot.slack.press(bot.url, answer, "Auf Deutsch", user="UEDNEUTRAL")
    await until(lambda: answer["text"] == german)


async def test_a_suggestion_is_answered_in_place_and_still_offers_everything(conversation: Conversation) -> None:
    ts, menu = await conversation.ask("Welcher Port?".join([f"{MENTION} ", ""]))
    titles = [b for b in buttons(menu) if b["action_id"].startswith("choose:")]
    assert 2 <= len(titles) <= 3
    assert titles[0]["label"] in menu["text"]  # the fallback text says it too
    await conversation.bot.slack.press(conversation.bot.url, menu, titles[0]["label"])
    await until(lambda: "Hilfreich" in labels(menu))
    assert titles[0]["label"] in menu["text"]
    kept = conversation.bot.storage.decisions.get(f"{TEAM}:{conversation.channel}:{ts}:question")
    assert kept is not None
    assert kept.chosen == titles[0]["action_id"].removeprefix("choose:")


async def test_a_decline_says_what_is_covered_and_offers_a_person(conversation: Conversation) -> None:
    _, decline = await conversation.ask(f"{MENTION} Wie richte ich Outlook ein?")
    assert "SMTP, POP3 und IMAP" in decline["text"]
    assert labels(decline) == ["Team fragen", "In English"]


async def test_feedback_is_a_state_the_last_press_of_each_person_counts(conversation: Conversation) -> None:
    ts, answer = await conversation.ask(ASKED)
    key = f"{TEAM}:{conversation.channel}:{ts}:question"

    def unhelpful() -> int:
        kept = conversation.bot.storage.decisions.get(key)
        return kept.unhelpful if kept else -1

    for user, label, expected in [("UA", "Nicht hilfreich", 1), ("UB", "Nicht hilfreich", 2), ("UA", "Hilfreich", 1)]:
        await conversation.bot.slack.press(conversation.bot.url, answer, label, user=user)
        await until(lambda expected=expected: unhelpful() == expected)  # type: ignore[misc]
    assert "Danke" in conversation.bot.slack.ephemeral[-1]["text"]


async def test_a_person_is_asked_once_and_the_bot_is_silent_then(conversation: Conversation) -> None:
    ts, answer = await conversation.ask(f"{MENTION} Wie richte ich Outlook für max@firma.de ein?")
    help_room = Conversation(conversation.bot, "C0HELP")
    before = len(await help_room.replies(0))
    await conversation.bot.slack.press(conversation.bot.url, answer, "Team fragen", user="UA")
    await help_room.replies(before + 1)
    await conversation.bot.slack.press(conversation.bot.url, answer, "Team fragen", user="UB")
    await until(lambda: any("schon Bescheid" in one["text"] for one in conversation.bot.slack.ephemeral))
    requests = (await help_room.replies(before + 1))[before:]
    assert len(requests) == 1
    assert "<!subteam^S0HELP>" in requests[0]["text"]
    assert "Outlook" in requests[0]["text"]
    assert "max@" not in requests[0]["text"]
    assert f"/archives/{conversation.channel}/p{ts.replace('.', '')}" in requests[0]["text"]
    assert "schon Bescheid" in conversation.bot.slack.ephemeral[-1]["text"]
    assert "verständigt" in (await conversation.replies(2))[-1]["text"]
    await conversation.silence("Welcher Port für POP3 mit SSL?", thread=ts)
    await conversation.bot.slack.press(conversation.bot.url, requests[0], "Gelöst", user="UC")
    await until(lambda: "als gelöst markiert" in requests[0]["text"])
    assert "<@UC>" in requests[0]["text"]
    thread = conversation.bot.storage.threads.get(f"{TEAM}:{conversation.channel}:{ts}")
    assert thread is not None
    assert thread.state == "solved"
    _, again = await conversation.ask(ASKED, thread=ts)
    assert "995" in again["text"]


async def command(conversation: Conversation, name: str, text: str) -> dict[str, Any]:
    known = len(conversation.bot.slack.ephemeral)
    await conversation.bot.slack.command(
        conversation.bot.url, name, text, user=conversation.user, channel=conversation.channel
    )
    await until(lambda: len(conversation.bot.slack.ephemeral) > known)
    return conversation.bot.slack.ephemeral[-1]


async def test_a_command_is_private_until_it_is_shared(conversation: Conversation) -> None:
    private = await command(conversation, "ports", "")
    assert private["response_type"] == "ephemeral"
    assert "Share with channel" in labels(private)
    assert "Ask the team" not in labels(private)
    await conversation.bot.slack.press(
        conversation.bot.url, {**private, "channel": conversation.channel}, "Share with channel"
    )
    (shared,) = await conversation.replies(1)
    assert "465" in shared["text"]
    assert "thread_ts" not in shared
    await until(lambda: private not in conversation.bot.slack.ephemeral)


async def test_a_private_answer_changes_its_language_in_place(conversation: Conversation) -> None:
    private = await command(conversation, "faq", "Welcher Port für POP3 mit SSL?")
    await conversation.bot.slack.press(conversation.bot.url, {**private, "channel": conversation.channel}, "In English")
    await until(lambda: "Auf Deutsch" in labels(private))
    assert len(conversation.bot.slack.ephemeral) == 1


def message_shortcut(conversation: Conversation, message: Mapping[str, Any], user: str = "UHELPER") -> dict[str, Any]:
    """docs.slack.dev/reference/interaction-payloads/shortcuts-interaction-payload"""
    return {
        "type": "message_action",
        "token": "ZZZZZZWSxiZZZ2yIvs3peJ",
        "action_ts": new_ts(),
        "team": {"id": TEAM, "domain": "example"},
        "user": {"id": user, "name": "grace", "username": "grace", "team_id": TEAM},
        "channel": {"id": conversation.channel, "name": "general"},
        "is_enterprise_install": False,
        "enterprise": None,
        "callback_id": "explain",
        "trigger_id": f"1.2.{new_ts()}",
        "response_url": f"{conversation.bot.slack.root}/commands/shortcut{new_ts()}",
        "message_ts": message["ts"],
        "message": dict(message),
    }


BOUNCE = (
    "Hi. This is the qmail-send program at mail.example.com.\nI'm afraid I wasn't able to deliver your message to the "
    "following addresses.\n\n<max@firma.de>:\n192.0.2.7 failed after I sent the message.\n"
    "Remote host said: 554 sorry, your envelope sender is in my badmailfrom list\n"
)
NO_SMTP = "error-no-smtp-connection"
FILLER = "Nov 24 10:00:00 mail postfix/smtp[123]: connect to mx.example.com[192.0.2.1]:25\n" * 30
PASTED = [
    # whose or what, the message, an entry that explains it; none: the bot says that the FAQ does not
    ("somebody's", {"text": "Bei mir kommt: Sorry, no mailbox here by that name. (#5.1.1)"}, "error-no-mailbox-here"),
    (
        "a machine's",
        {"text": "Sorry, I wasn't able to establish an SMTP connection. (#4.4.1)", "bot_id": "B7"},
        NO_SMTP,
    ),
    ("a snippet", {"text": "", "files": [{"id": "F1", "mode": "snippet", "preview": BOUNCE}]}, "error-badmailfrom"),
    ("a long log", {"text": f"{FILLER}Sorry, no mailbox here by that name.\n{FILLER}"}, "error-no-mailbox-here"),
    ("not covered", {"text": "Bei mir kommt: 421 too many concurrent sessions"}, ""),
]


@pytest.mark.parametrize(("message", "entry"), few(2, [row[1:] for row in PASTED]), ids=[row[0] for row in PASTED])
async def test_explain_this_error_tells_only_the_one_who_asked(
    conversation: Conversation, message: dict[str, Any], entry: str
) -> None:
    shortcut = message_shortcut(conversation, {"type": "message", "user": "U0001", "ts": new_ts(), **message})
    await conversation.bot.slack.interact(conversation.bot.url, shortcut)
    await until(lambda: conversation.bot.slack.ephemeral)
    private = conversation.bot.slack.ephemeral[-1]
    assert conversation.bot.engine
    title = conversation.bot.engine.title
    assert (not entry) or any(title(entry, language) in private["text"] for language in LANGUAGES)
    assert ("Quelle" in private["text"] or "Source" in private["text"]) is bool(entry)
    assert await conversation.replies(0) == []


LONG = (
    "Hi. This is the qmail-send program at mail.example.com.\n" + "\n".join(f"> header {n}" for n in range(40)) + BOUNCE
)
FULL = [
    # is the whole snippet to be had, what the answer names
    ("Slack gives the whole", True, "badmailfrom"),
    ("the app may not read files", False, "FAQ"),
]


@pytest.mark.parametrize(("given", "expected"), [row[1:] for row in FULL], ids=[row[0] for row in FULL])
async def test_of_a_long_snippet_the_whole_is_read(conversation: Conversation, given: bool, expected: str) -> None:
    """Slack sends five lines of it with the message; what is wrong stands below."""
    lines = LONG.split("\n")
    identity = f"F{conversation.channel}"
    file = {"id": identity, "mode": "snippet", "preview": "\n".join(lines[:5]), "preview_is_truncated": True}
    file |= {"lines": len(lines), "lines_more": len(lines) - 5}
    if given:
        conversation.bot.slack.snippets[identity] = LONG
    message = {"type": "message", "user": "U0001", "ts": new_ts(), "text": "", "files": [file]}
    await conversation.bot.slack.interact(conversation.bot.url, message_shortcut(conversation, message))
    private = await until(lambda: conversation.bot.slack.ephemeral and conversation.bot.slack.ephemeral[-1])
    assert expected in private["text"]
    assert ("Source" in private["text"]) is given


async def test_an_explanation_can_be_shared_in_the_messages_thread(conversation: Conversation) -> None:
    message = {"type": "message", "user": "U0001", "ts": new_ts(), "text": "550 5.7.1 Relaying denied"}
    await conversation.bot.slack.interact(conversation.bot.url, message_shortcut(conversation, message))
    private = await until(lambda: conversation.bot.slack.ephemeral and conversation.bot.slack.ephemeral[-1])
    label = next(label for label in labels(private) if "Thread" in label or "thread" in label)
    await conversation.bot.slack.press(conversation.bot.url, {**private, "channel": conversation.channel}, label)
    (shared,) = await conversation.replies(1)
    assert shared["thread_ts"] == message["ts"]


async def test_the_global_shortcut_opens_a_form_and_its_answer_comes_as_a_direct_message(
    conversation: Conversation,
) -> None:
    who = {
        "team": {"id": TEAM, "domain": "example"},
        "user": {"id": conversation.user, "username": "ada", "team_id": TEAM},
    }
    await conversation.bot.slack.interact(
        conversation.bot.url,
        {"type": "shortcut", "callback_id": "ask", "trigger_id": "1.2.abc", "action_ts": new_ts(), "token": "x", **who},
    )
    form = await until(lambda: conversation.bot.slack.views and conversation.bot.slack.views[-1])
    assert form["trigger_id"] == "1.2.abc"
    assert form["title"]["text"] == "Ask Postbote"
    asked = {"type": "plain_text_input", "value": "Welcher Port für POP3 mit SSL?"}
    view = {**form, "id": "V0009", "hash": "156772938.1827394", "state": {"values": {"question": {"question": asked}}}}
    await conversation.bot.slack.interact(
        conversation.bot.url, {"type": "view_submission", "trigger_id": "1.2.abd", "token": "x", "view": view, **who}
    )
    (answer,) = await Conversation(conversation.bot, f"D{conversation.user[1:]}").replies(1)
    assert "995" in answer["text"]


def opened(user: str, tab: str, channel: str = "D0777") -> dict[str, Any]:
    """docs.slack.dev/reference/events/app_home_opened"""
    return envelope({"type": "app_home_opened", "user": user, "channel": channel, "event_ts": new_ts(), "tab": tab})


async def test_app_home_shows_topics_and_the_persons_own_last_questions(conversation: Conversation) -> None:
    await conversation.ask(ASKED, user="UHOME")
    await conversation.ask(f"{MENTION} <!channel> *fett* Wie richte ich Outlook ein?", user="UOTHER")
    await conversation.bot.slack.deliver(conversation.bot.url, opened("UHOME", "home"))
    view = await until(lambda: conversation.bot.slack.views and conversation.bot.slack.views[-1])
    text = json.dumps(view, ensure_ascii=False)
    assert view["user_id"] == "UHOME"
    assert "Welcher Port für POP3 mit SSL?" in text
    assert "Outlook" not in text
    assert "Gaps" not in text
    topic = next(b for b in buttons(view) if b["action_id"] == "topic:ports")
    await conversation.bot.slack.press(conversation.bot.url, view, topic["label"], user="UHOME")
    shown = await until(lambda: len(conversation.bot.slack.views) > 1 and conversation.bot.slack.views[-1])
    assert (shown["type"], shown["trigger_id"][:6]) == ("modal", "124667")
    assert "465" in shown["blocks"][0]["text"]["text"]
    await conversation.bot.slack.press(conversation.bot.url, view, "Auf Deutsch", user="UHOME")
    german = await until(lambda: len(conversation.bot.slack.views) > 2 and conversation.bot.slack.views[-1])
    assert "Themen" in json.dumps(german)


async def test_home_lists_the_sections_in_the_faqs_order_and_the_readers_language(conversation: Conversation) -> None:
    await conversation.bot.slack.deliver(conversation.bot.url, opened("UORDER", "home"))
    view = await until(lambda: conversation.bot.slack.views and conversation.bot.slack.views[-1])
    named = [b["text"]["text"].strip("*") for b in view["blocks"] if b["type"] == "section" and "text" in b]
    order = ["SMTP", "Encryption", "Limits", "Error messages", "POP3: how it works", "IMAP"]
    assert [name for name in named if name in order] == order
    assert not {"Grenzen", "Verschlüsselung"} & set(named)


async def test_homes_field_asks_and_the_answer_comes_as_a_direct_message(conversation: Conversation) -> None:
    """Its payload has what was typed in `value`, and no JSON (block-elements/plain-text-input-element)."""
    user = conversation.user
    await conversation.bot.slack.deliver(conversation.bot.url, opened(user, "home"))
    view = await until(lambda: conversation.bot.slack.views and conversation.bot.slack.views[-1])
    field = next(block for block in view["blocks"] if block["type"] == "input")
    assert field["dispatch_action"] is True
    typed = {
        "type": "plain_text_input",
        "block_id": field["block_id"],
        "action_id": field["element"]["action_id"],
        "value": "Welcher Port für POP3 mit SSL?",
        "action_ts": new_ts(),
    }
    await conversation.bot.slack.interact(
        conversation.bot.url,
        {
            "type": "block_actions",
            "user": {"id": user, "username": "ada", "team_id": TEAM},
            "team": {"id": TEAM, "domain": "example"},
            "container": {"type": "view", "view_id": "V0001"},
            "view": dict(view),
            "trigger_id": "1.2.abc",
            "actions": [typed],
        },
    )
    (answer,) = await Conversation(conversation.bot, f"D{user[1:]}").replies(1)
    assert "995" in answer["text"]


@pytest.mark.parametrize("taken", [True, False])
async def test_settings_are_a_table_and_fields_where_slack_refuses_one(conversation: Conversation, taken: bool) -> None:
    conversation.bot.slack.takes_tables = taken
    try:
        _, answer = await conversation.ask(f"{MENTION} login max@firma.de")
    finally:
        conversation.bot.slack.takes_tables = True
    assert any(block["type"] == "table" for block in answer["blocks"]) is taken
    assert any("fields" in block for block in answer["blocks"]) is not taken
    assert "ssl0.ovh.net" in json.dumps(answer["blocks"])


async def test_settings_that_one_person_sees_are_fields(conversation: Conversation) -> None:
    """A reply through a response_url: Slack does not document a table there."""
    shown = await command(conversation, "login", "max@firma.de")
    assert [len(block["fields"]) for block in shown["blocks"] if "fields" in block] == [7]


async def test_a_related_entry_is_answered_beneath(conversation: Conversation) -> None:
    ts, answer = await conversation.ask(f"{MENTION} Welcher Port für IMAP mit SSL?")
    await conversation.bot.slack.press(conversation.bot.url, answer, "Einstellungen für IMAP", user="U0002")
    posts = await conversation.replies(2)
    assert "fast dieselben Einstellungen" in posts[-1]["text"]
    assert posts[-1]["thread_ts"] == ts
    assert "993" in posts[0]["text"]


async def test_a_mode_is_set_by_a_button_by_who_may(conversation: Conversation) -> None:
    conversation.user = "UEDITOR"
    shown = await command(conversation, "faq", "mode")
    assert [label for label in labels(shown) if label in ("mention", "listen", "off")] == ["listen", "off"]
    private = {**shown, "channel": conversation.channel}
    await conversation.bot.slack.press(conversation.bot.url, private, "listen", user="UEDITOR")
    await until(lambda: conversation.bot.storage.modes.get(f"{TEAM}:{conversation.channel}") == "listen")
    await until(lambda: "mention" in labels(shown))
    await conversation.bot.slack.press(conversation.bot.url, {**private, **shown}, "off", user="U0STRANGER")
    await until(
        lambda: any("may change the mode" in str(e) or "dürfen" in str(e) for e in conversation.bot.slack.ephemeral)
    )
    assert conversation.bot.storage.modes.get(f"{TEAM}:{conversation.channel}") == "listen"


async def test_editors_see_the_gaps_in_app_home_and_by_command(conversation: Conversation) -> None:
    await conversation.ask(f"{MENTION} Wie richte ich <!channel> Thunderbird ein, bitte?")
    await conversation.bot.slack.deliver(conversation.bot.url, opened("UEDITOR", "home"))
    view = await until(lambda: conversation.bot.slack.views and conversation.bot.slack.views[-1])
    text = json.dumps(view, ensure_ascii=False)
    assert "Thunderbird" in text
    assert "<!channel>" not in text
    refused = await command(conversation, "faq", "gaps")
    assert "Only editors" in refused["text"]
    conversation.user = "UEDITOR"
    listed = await command(conversation, "faq", "gaps")
    assert "Thunderbird" in listed["text"]
    gaps = [line for line in listed["text"].split("\n") if "× (" in line]
    assert gaps
    assert all(line.startswith("• ") and line.count("× (") == 1 for line in gaps), "one gap a line"


async def test_editors_see_in_home_how_questions_go_and_what_people_missed(conversation: Conversation) -> None:
    """The trend counts what was asked in the last four weeks; reasons stand under their question, without markup."""
    bot = conversation.bot
    ts, _ = await conversation.ask(f"{MENTION} Wie richte ich Zimbra ein?")
    key = f"{TEAM}:{conversation.channel}:{ts}:question"
    bot.storage.feedback.record_reason(key, f"{TEAM}:UA", "*die* Schritte")
    bot.slack.locales |= {"UEDHOME": "de-DE", "UNOEDITOR": "de-DE"}
    for user in ("UEDHOME", "UNOEDITOR"):
        await bot.slack.deliver(bot.url, opened(user, "home"))
    await until(lambda: len(bot.slack.views) >= 2)
    shown = {view["user_id"]: json.dumps(view, ensure_ascii=False) for view in bot.slack.views}
    assert re.search(r"Letzte 7 Tage: \d+ Fragen?, \d+ % gut beantwortet", shown["UEDHOME"])
    assert "Die Woche davor: keine Fragen" in shown["UEDHOME"]
    assert "Es fehlte: ∗die∗ Schritte" in shown["UEDHOME"]
    assert not any(words in shown["UNOEDITOR"] for words in ("7 Tage", "Zimbra", "Schritte"))


async def test_why_shows_the_stored_decision_to_editors(conversation: Conversation) -> None:
    ts, answer = await conversation.ask(ASKED)
    conversation.user = "UEDITOR"
    for name in (ts, answer["ts"]):  # of the question, or of the reply
        link = f"<https://example.slack.com/archives/{conversation.channel}/p{name.replace('.', '')}>"
        said = (await command(conversation, "faq", f"why {link}"))["text"]
        assert "pop3-ssl" in said
        assert "language    de" in said
        assert "mode        mention" in said
        block = conversation.bot.slack.ephemeral[-1]["blocks"][1]
        assert block["elements"][0]["type"] == "rich_text_preformatted"
        assert "outcome" not in str(conversation.bot.slack.ephemeral[-1]["blocks"][0]), "it is said once"
    assert (
        "No decision"
        in (await command(conversation, "faq", "why https://x.slack.com/archives/C1/p1515449522000016"))["text"]
    )


async def test_the_agent_pane_suggests_questions(conversation: Conversation) -> None:
    await conversation.bot.slack.deliver(conversation.bot.url, opened("U0001", "messages", "D0777"))
    found = await until(lambda: conversation.bot.slack.prompts and conversation.bot.slack.prompts[-1])
    assert found["channel_id"] == "D0777"
    assert len(found["prompts"]) == 4
