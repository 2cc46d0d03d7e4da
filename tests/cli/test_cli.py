"""The command line as a newcomer uses it: its wording and exit codes, and the README's own words.

Most of it is called in this process, as click does after the start; what only a process has (start-up, standard input
as a stream, rights of the files that it leaves) is tested with real ones here, and signals in tests/test_run.py.
"""

import asyncio
import csv
import json
import re
import shutil
import stat
import subprocess
import sys
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from bot.__main__ import main
from bot.answering.engine import AnswerEngine
from bot.answering.router import answer_question
from bot.channels.slack.manifest import SCOPES
from bot.cli.startup import LEARNING
from bot.commands import find_commands
from bot.core.model import Event, Question
from bot.settings import Settings
from bot.storage import create_storage
from tests.cli.in_process import postbote, umask
from tests.core.mail.test_auto_response import mail
from tests.servers.dns_server import DnsServer
from tests.servers.fake_slack import APP_TOKEN, TOKEN, FakeSlack
from tests.servers.postbote import environment, run_command
from tests.slow import slow

__all__ = ["umask"]  # a fixture of all tests here as well

PROJECT = Path(__file__).parents[2]
README = (PROJECT / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("group", [main, main.commands["tickets"]])
def test_no_list_of_commands_is_cut(group: click.Group) -> None:
    """A command's docstring begins with a sentence of one line, as click has it in a terminal of 80 characters."""
    says = CliRunner().invoke(group, ["--help"], terminal_width=78).stdout
    listed = says.partition("Commands:\n")[2].strip().split("\n")
    assert len(listed) == len([name for name, one in group.commands.items() if not one.hidden])
    assert [line for line in listed if line.endswith("...")] == []


def test_learning_is_announced_and_only_when_it_is_done(tmp_path: Path, few_entries: str) -> None:
    """It takes seconds in which nothing else is seen."""
    base = shutil.copytree(few_entries, tmp_path / "base")
    first, second = (postbote(tmp_path, "ask", "Hallo", POSTBOTE_KNOWLEDGE=str(base)) for _ in range(2))
    assert first.stderr == f"{LEARNING}\n"
    assert second.stderr == ""
    assert first.stdout == second.stdout


TRANSCRIPTS = re.findall(r"```console\n\$ postbote ask \"([^\"]+)\"\n(.*?)```", README, re.DOTALL)


@pytest.mark.parametrize(("asked", "printed"), TRANSCRIPTS)
def test_the_readmes_transcript_is_what_the_program_prints(data: Path, asked: str, printed: str) -> None:
    assert postbote(data, "ask", asked).stdout == printed


def test_the_readme_is_short_and_has_a_transcript() -> None:
    assert TRANSCRIPTS
    assert len(README.split()) <= 500


def test_why_shows_the_decision(few_data: Path, few_entries: str) -> None:
    said = postbote(few_data, "ask", "welcher port für pop3 mit ssl?", "--why", POSTBOTE_KNOWLEDGE=few_entries).stdout
    for shown in ("outcome     answer", "language    de", "rule", "pop3-ssl"):
        assert shown in said


def test_a_stream_of_json_lines_is_answered_in_order(few_data: Path, few_entries: str) -> None:
    """Each as soon as it is there: the program that asks may wait for the answer before it asks again."""
    lines = [
        '{"text": "which port for pop3 with ssl?", "lang": null}',
        "no json",
        '{"text": "and for imap?", "before": "which port for pop3 with ssl?"}',
        '{"text": "Guten Morgen", "lang": "en"}',
    ]
    command = [sys.executable, "-m", "bot", "answer", "--jsonl"]
    variables = environment(POSTBOTE_DATA_DIR=str(few_data), POSTBOTE_KNOWLEDGE=few_entries)
    with subprocess.Popen(
        command, env=variables, cwd=PROJECT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8"
    ) as process:
        assert process.stdin
        assert process.stdout
        found = []
        for line in lines:
            process.stdin.write(f"{line}\n")
            process.stdin.flush()
            found.append(json.loads(process.stdout.readline()))
        process.stdin.close()
        assert process.stdout.read() == ""
        assert process.wait(60) == 0
    first, bad, follow_up, last = found
    assert (first["outcome"], first["entries"], first["language"]) == ("answer", ["pop3-ssl"], "en")
    assert 0 <= first["score"] <= 1
    assert "error" in bad
    assert follow_up["entries"] == ["imap-ssl"]
    assert (last["outcome"], last["entries"], last["language"]) == ("decline", [], "en")


def test_check_names_file_and_line_and_ends_with_1(data: Path, tmp_path: Path) -> None:
    base = tmp_path / "base"
    for part in ("not-covered", "examples"):
        (base / part).mkdir(parents=True)
    for file in (PROJECT / "knowledge").rglob("*.yaml"):
        (base / file.relative_to(PROJECT / "knowledge")).write_text(file.read_text())
    broken = base / "ports.yaml"
    broken.write_text(broken.read_text().replace("kind: answer", "kind: answer\ncolour: red"))
    done = postbote(data, "check", str(base))
    assert done.exit_code == 1
    assert re.search(r"ports\.yaml:3: colour: unknown key", done.stderr)


def test_the_manifest_names_every_command_and_no_scope_without_a_reason(few_data: Path, few_entries: str) -> None:
    manifest = json.loads(
        postbote(few_data, "manifest", "--url", "https://bot.example.org/", POSTBOTE_KNOWLEDGE=few_entries).stdout
    )
    commands = manifest["features"]["slash_commands"]
    assert [c["command"] for c in commands] == [f"/{name}" for name in find_commands()]
    assert {c["url"] for c in commands} == {"https://bot.example.org/slack/events"}
    assert manifest["settings"]["event_subscriptions"]["request_url"] == "https://bot.example.org/slack/events"
    assert all(SCOPES.values())
    # docs.slack.dev/reference/app-manifest: limits
    assert len(manifest["display_information"]["name"]) <= 35
    assert len(manifest["display_information"]["description"]) <= 140
    assert 174 <= len(manifest["display_information"]["long_description"]) <= 4_000
    assert re.fullmatch("#[0-9a-f]{6}", manifest["display_information"]["background_color"])
    features = manifest["features"]
    assert all(len(s["name"]) <= 24 and len(s["description"]) <= 150 for s in features["shortcuts"])
    assert len(features["agent_view"]["agent_description"]) <= 300
    assert len(features["agent_view"]["suggested_prompts"]) <= 4
    assert manifest["settings"]["interactivity"]["request_url"].endswith("/slack/events")
    assert all(len(c["command"]) <= 32 and 0 < len(c["description"]) <= 2_000 for c in commands)


def test_the_manifest_may_be_printed_in_another_language(few_data: Path, few_entries: str) -> None:
    """Slack knows one text for everybody."""
    german = json.loads(postbote(few_data, "manifest", "--language", "de", POSTBOTE_KNOWLEDGE=few_entries).stdout)
    assert german["features"]["shortcuts"][0]["name"] == "Fehler erklären"
    assert german["display_information"]["description"].startswith("Antwortet aus der FAQ")
    assert 174 <= len(german["display_information"]["long_description"]) <= 4_000
    refused = postbote(few_data, "manifest", "--language", "fr", POSTBOTE_KNOWLEDGE=few_entries)
    assert refused.exit_code == 2
    assert "the knowledge base speaks" in refused.stderr


def test_for_many_workspaces_the_manifest_has_the_way_back_and_rotated_tokens(few_data: Path, few_entries: str) -> None:
    manifest = json.loads(
        postbote(
            few_data, "manifest", "--many", "--url", "https://bot.example.org", POSTBOTE_KNOWLEDGE=few_entries
        ).stdout
    )
    assert manifest["oauth_config"]["redirect_urls"] == ["https://bot.example.org/slack/oauth_redirect"]
    assert manifest["settings"]["token_rotation_enabled"] is True
    assert "--url" in postbote(few_data, "manifest", "--many", POSTBOTE_KNOWLEDGE=few_entries).stderr


MANY = {"SLACK_CLIENT_ID": "1.2", "SLACK_CLIENT_SECRET": "x"}
WRONG = [
    ("an id that is none", {"POSTBOTE_SLACK_EDITORS": "ada"}, ["run"], "POSTBOTE_SLACK_EDITORS: 'ada'"),
    ("half of an app", {"SLACK_CLIENT_ID": "1.2"}, ["run"], "SLACK_CLIENT_SECRET"),
    ("one workspace and many", MANY | {"SLACK_BOT_TOKEN": "xoxb-1"}, ["run"], "unset one of them"),
    ("many without a way in", MANY, ["run"], "SLACK_CLIENT_ID needs"),
    ("nothing is kept for no time", {"POSTBOTE_KEEP_DAYS": "0"}, ["gaps"], "POSTBOTE_KEEP_DAYS"),
    ("no database", {"POSTBOTE_DATABASE_URL": "postgresql://127.0.0.1:1/x"}, ["gaps"], "check POSTBOTE_DATABASE_URL"),
    ("a port that is none", {"POSTBOTE_PORT": "x"}, ["run"], "POSTBOTE_PORT"),
    ("half of Slack", {"SLACK_SIGNING_SECRET": "x"}, ["run"], "SLACK_BOT_TOKEN is missing"),
    ("no knowledge there", {"POSTBOTE_KNOWLEDGE": "/nowhere"}, ["ask", "x"], "POSTBOTE_KNOWLEDGE"),
    ("a name server that is none", {"POSTBOTE_NAMESERVERS": "dns"}, ["ask", "x"], "POSTBOTE_NAMESERVERS"),
]


@pytest.mark.parametrize(("variables", "arguments", "says"), [row[1:] for row in WRONG], ids=[row[0] for row in WRONG])
def test_a_wrong_setting_stops_the_start_with_its_name(
    few_data: Path, few_entries: str, variables: dict[str, str], arguments: list[str], says: str
) -> None:
    done = postbote(few_data, *arguments, **{"POSTBOTE_KNOWLEDGE": few_entries, **variables})
    assert done.exit_code == 1
    assert says in done.stderr


@slow
def test_a_process_that_is_refused_shows_no_trace(tmp_path: Path) -> None:
    """One real process for all refusals above: they end in the same lines of click."""
    found = run_command(tmp_path, "gaps", POSTBOTE_PORT="x")
    assert found.returncode == 1
    assert "Error: POSTBOTE_PORT" in found.stderr
    assert "Traceback" not in found.stderr


def test_files_are_for_their_user_alone(tmp_path: Path) -> None:
    """Those that a process leaves: tests/test_run.py."""
    assert postbote(tmp_path, "gaps").stdout == "no gaps\n"
    written = [file for file in tmp_path.rglob("*") if file.is_file()]
    assert written
    assert [file for file in written if stat.S_IMODE(file.stat().st_mode) & 0o077] == []


def test_run_lists_every_variable(data: Path) -> None:
    said = postbote(data, "run", "--help").stdout
    assert [name for name in Settings.model_fields if name.upper() not in said] == []


def test_the_manifest_in_deploy_is_the_one_that_is_printed_and_for_socket_mode(
    few_data: Path, few_entries: str
) -> None:
    printed = postbote(few_data, "manifest", POSTBOTE_KNOWLEDGE=few_entries).stdout
    assert (PROJECT / "deploy/slack-manifest.json").read_text(encoding="utf-8") == printed
    manifest = json.loads(printed)
    assert manifest["settings"]["socket_mode_enabled"] is True
    assert "request_url" not in manifest["settings"]["event_subscriptions"]


async def test_doctor_tells_what_is_well_and_what_is_not_in_plain_words(few_data: Path, few_entries: str) -> None:
    slack = FakeSlack(scopes="app_mentions:read,chat:write", clock=-900.0)
    await slack.start()
    tokens = {"SLACK_BOT_TOKEN": TOKEN, "SLACK_APP_TOKEN": APP_TOKEN, "SLACK_API_URL": slack.url}
    async with DnsServer({}, {"example.com": "servfail"}) as server:
        variables = {**tokens, "POSTBOTE_NAMESERVERS": server.address, "POSTBOTE_SLACK_HELPERS": "S0HELP,C0HELP"}
        done = await asyncio.to_thread(postbote, few_data, "doctor", POSTBOTE_KNOWLEDGE=few_entries, **variables)
    await slack.stop()
    assert done.exit_code == 1
    lines = {" ".join(line.split(":")[0].split()): line for line in done.stdout.splitlines()}
    assert lines["ok knowledge base"].endswith(": 2 entries")
    assert "SQLite" in lines["ok database"]
    assert "POSTBOTE_NAMESERVERS" in lines["WRONG name servers"]
    assert "im:history (direct messages" in lines["WRONG slack scopes"]
    assert "NTP" in lines["WRONG clock"]
    assert "ok slack app token" in lines
    assert "ok slack helpers' channel" in lines


async def test_doctor_ends_well_where_all_is_well(few_data: Path, few_entries: str) -> None:
    async with DnsServer({"example.com": {"MX": ["0 ."]}}) as server:
        variables = {"POSTBOTE_NAMESERVERS": server.address, "POSTBOTE_KNOWLEDGE": few_entries}
        done = await asyncio.to_thread(postbote, few_data, "doctor", **variables)
    assert done.exit_code == 0, done.stdout


@slow
def test_gaps_and_why_read_what_slack_left_behind(data: Path, engine: AnswerEngine) -> None:
    storage = create_storage("", data)
    storage.database.open()
    for number, text in enumerate(["Wie richte ich Outlook ein?", "wie richte ich outlook ein", "=1+1 max@firma.de"]):
        event = Event(f"T1:C1:{number}:question", "slack", Question(text), {}, location="T1:C1", person="T1:U1")
        answer = answer_question(engine.matcher, Question(text))
        storage.decisions.save(event, answer, why=engine.explain(answer), link="https://x.slack.com/archives/1")
    storage.database.close()
    assert "    2  de  decline" in postbote(data, "gaps").stdout
    rows = list(csv.DictReader(postbote(data, "gaps", "--csv").stdout.splitlines()))
    assert [(r["count"], r["example"]) for r in rows] == [("2", "wie richte ich outlook ein"), ("1", "'=1+1 <address>")]
    assert postbote(data, "gaps", "--team", "T2").stdout == "no gaps\n"
    said = postbote(data, "why", "T1:C1:0:question").stdout
    assert "outcome     decline" in said
    assert "rule" in said
    refused = postbote(data, "why", "T1:C1:9:question")
    assert refused.exit_code == 1
    assert "no decision is kept" in refused.stderr


def test_mail_shows_what_would_be_done(few_data: Path, few_entries: str, tmp_path: Path) -> None:
    """As interfaces name it; sends nothing and stores nothing."""
    file = tmp_path / "mail.eml"
    file.write_bytes(mail("Welcher Port für IMAP mit SSL?"))
    found = json.loads(postbote(few_data, "mail", str(file), "--json", POSTBOTE_KNOWLEDGE=few_entries).stdout)
    assert {k: v for k, v in found.items() if k != "reply"} == {
        "verdict": "public",
        "reasons": [],
        "outcome": "answer",
        "entries": ["imap-ssl"],
        "language": "de",
    }
    assert "Port 993" in found["reply"]
    file.write_bytes(mail("Welcher Port für IMAP mit SSL?", Auto_Submitted="auto-replied"))
    assert (
        "verdict     silent\nreasons     auto-submitted\n"
        in postbote(few_data, "mail", str(file), POSTBOTE_KNOWLEDGE=few_entries).stdout
    )
    file.write_bytes(b"\xff\x00")
    assert (
        json.loads(postbote(few_data, "mail", str(file), "--json", POSTBOTE_KNOWLEDGE=few_entries).stdout)["verdict"]
        == "silent"
    )
