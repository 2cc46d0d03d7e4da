"""What deploy/SECURITY.md promises of every endpoint, against the real process with everything switched on.

Endpoints are found in the source, so that a new one is covered without a line here. POSTBOTE_FUZZ_EXAMPLES=5000 makes
the fuzzing the long one.
"""

import ast
import importlib
import json
import os
import re
import socket
import time
from collections.abc import Iterator
from contextlib import closing, suppress
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, get_args
from urllib.parse import urlencode, urlsplit

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import SecretStr

from bot.channels.helpdesk.webhook import webhook_path
from bot.settings import Settings
from tests.examples import any_text
from tests.servers.fake_slack import signed
from tests.servers.postbote import Postbote, run_command, started
from tests.slow import SLOW

pytestmark = [*SLOW]

BOT = Path(__file__).parent.parent / "bot"
MARK = "Marked5ecret"  # stands in every secret that the process is given
SIGNING = f"signing-{MARK}"
EXAMPLES = int(os.environ.get("POSTBOTE_FUZZ_EXAMPLES", "200"))
ASKED = bool(os.environ.get("POSTBOTE_INTEGRATION"))
CLOSED = "127.0.0.1:9"  # RFC 863: nobody listens there
NEEDS_A_SIGNATURE = ("/slack/events", "/hooks/")
STRICT = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "cross-origin-opener-policy": "same-origin",
}


def secret_names() -> list[str]:
    return [
        name
        for name, field in Settings.model_fields.items()
        if SecretStr in (field.annotation, *get_args(field.annotation))
    ]


def variables() -> dict[str, str]:
    """Everything switched on that can be at once, with a mark in each secret."""
    found = {name.upper(): f"{name}-{MARK}" for name in secret_names()}
    for name in Settings.model_fields:
        upper = name.upper()
        if upper.endswith(("ZAMMAD_URL", "RT_URL")):
            found[upper] = f"http://{CLOSED}"
        elif upper.endswith(("IMAP_URL", "SMTP_URL")):
            scheme = "imap" if "IMAP" in upper else "smtp"
            found[upper] = f"{scheme}://ada%40firma.de:{MARK}@{CLOSED}"
        elif upper.endswith("MAIL_ADDRESS"):
            found[upper] = "postbote@firma.de"
    found |= {"SLACK_SIGNING_SECRET": SIGNING, "SLACK_CLIENT_ID": "1.2", "SLACK_API_URL": f"http://{CLOSED}/api/"}
    return {k: v for k, v in found.items() if k not in ("SLACK_BOT_TOKEN", "SLACK_APP_TOKEN", "POSTBOTE_DATABASE_URL")}


@cache
def endpoints() -> frozenset[str]:
    """What stands in a `Route(…)` or `Mount(…)` in bot/, as a text or a constant; the hooks of each helpdesk, which a
    function mounts; and the files that pages ask for.
    """
    found = {f"/{file.name}" for kind in ("css", "js") for file in BOT.rglob(f"*.{kind}")}
    for file in BOT.rglob("*.py"):
        source = file.read_text(encoding="utf-8")
        if not re.search(r"\b(?:Route|Mount)\(", source):
            continue  # most files: to parse them all takes half a second
        for node in ast.walk(ast.parse(source)):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("Route", "Mount"):
                found.add(path_of(node.args[0], file))
    folders = {
        file.parent.name for file in BOT.glob("channels/*/*.py") if "(HelpdeskChannel)" in file.read_text("utf-8")
    }
    return frozenset((found | {webhook_path(system) for system in folders}) - {""})


def path_of(node: ast.expr, file: Path) -> str:
    """Empty where only the running program knows it."""
    module = importlib.import_module(
        ".".join(file.relative_to(BOT.parent).with_suffix("").parts).removesuffix(".__init__")
    )
    match node:
        case ast.Constant(value=str(text)):
            return text
        case ast.Name(id=name) | ast.FormattedValue(value=ast.Name(id=name)):
            return str(getattr(module, name, ""))
        case ast.JoinedStr(values=values):
            pieces = [path_of(value, file) for value in values]
            return "".join(pieces) if all(pieces) else ""
    return ""


@dataclass
class System:
    """A running process, and all that was seen of it."""

    port: int
    process: Postbote
    seen: bytes = field(default=b"", repr=False)

    def ask(self, method: str, path: str, body: bytes = b"", **headers: str) -> tuple[int, dict[str, str], bytes]:
        lines = {"Host": f"127.0.0.1:{self.port}", "Content-Length": str(len(body)), "Connection": "close", **headers}
        head = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in lines.items())
        raw = self.exchange(f"{method} {path} HTTP/1.1\r\n{head}\r\n".encode("utf-8", "surrogateescape") + body)
        start, _, rest = raw.partition(b"\r\n\r\n")
        first, *others = start.decode("latin-1").split("\r\n")
        found = {name.lower(): value for name, _, value in (line.partition(": ") for line in others)}
        return int(first.split()[1]), found, rest

    def send(self, raw: bytes) -> bytes:
        """The answer to these bytes and no more; empty where the connection is closed without one."""
        return self.exchange(raw, done=True)

    def exchange(self, raw: bytes, *, done: bool = False) -> bytes:
        """`done`: our side of the connection is closed at once, and the server may give up."""
        found = b""
        with closing(socket.create_connection(("127.0.0.1", self.port), 10)) as connection, suppress(ConnectionError):
            connection.sendall(raw)
            if done:
                with suppress(OSError):  # not connected: the server has closed it already; what it said is read below
                    connection.shutdown(socket.SHUT_WR)
            while piece := connection.recv(65_536):
                found += piece
        self.seen += found
        return found


@pytest.fixture(scope="module")
def system(data: Path) -> Iterator[System]:
    with started(data, **variables()) as process:
        yield System(urlsplit(process.url).port or 0, process)
    assert MARK not in process.all_output(), "nor at the end"


def test_the_fixed_endpoints_are_there_and_found() -> None:
    fixed = {
        "/",
        "/healthz",
        "/readyz",
        "/metrics",
        "/slack/events",
        "/slack/install",
        "/hooks/rt",
        "/hooks/zammad",
        "/dashboard",
        "/dashboard/login",
    }
    assert fixed <= endpoints()


def test_every_endpoint_answers_in_order_with_strict_headers_and_shows_no_secret(system: System) -> None:
    printed = system.process.printed
    for path in sorted(endpoints()):
        concrete = re.sub(r"\{[^}]*\}", "x", path)
        for method in ("GET", "POST", "PUT", "HEAD", "OPTIONS"):
            for body in (b"", b"{}", b"a=b", b"\xff\x00"):
                status, headers, _ = system.ask(method, concrete, body, Content_Type="application/json")
                assert status < 500 or path == "/readyz", f"{method} {path}: {status}"
                assert STRICT.items() <= headers.items(), f"{method} {path}: {headers}"
                assert headers["referrer-policy"] in ("no-referrer", "same-origin")  # nothing for other sites
                assert "unsafe-eval" not in headers["content-security-policy"]
                assert "default-src 'none'" in headers["content-security-policy"], f"{method} {path}"
                assert "server" not in headers
    assert "on   slack" in printed, printed


def test_what_must_be_signed_is_refused_unsigned_whatever_it_says(system: System) -> None:
    guarded = [path for path in endpoints() if path.startswith(NEEDS_A_SIGNATURE)]
    assert guarded
    for path in guarded:
        for body in (b"", b"{}", b'{"type": "url_verification", "challenge": "x"}', b"\xff", b"[" * 100_000):
            status, _, _ = system.ask("POST", path, body, Content_Type="application/json")
            assert status in (400, 401, 403, 404, 413), f"{path}: {status}"


def test_every_page_of_the_dashboard_is_refused_to_strangers(system: System) -> None:
    pages = {path for path in endpoints() if re.match(r"/dashboard(?:/|$)", path)} - {"/dashboard/login"}
    assert len(pages) > 15
    for path in sorted(pages):
        said = {system.ask(method, path, b"", Content_Type="application/json")[0] for method in ("GET", "POST")}
        assert said != {405}, path
        assert said <= {401, 403, 405}, f"{path}: {said}"


REFUSED = [
    ("an old one", {"at": -301}, 400),
    ("one of the future", {"at": 301}, 400),
    ("another secret", {"secret": "x"}, 401),
    ("another body", {"body": "{} "}, 401),
]


@pytest.mark.parametrize(("changed", "status"), [row[1:] for row in REFUSED], ids=[row[0] for row in REFUSED])
def test_a_replay_or_a_forgery_is_refused_before_it_is_read(
    system: System, changed: dict[str, Any], status: int
) -> None:
    body = '{"type": "url_verification", "challenge": "proof"}'
    headers = signed(changed.get("body", body), changed.get("secret", SIGNING), time.time() + changed.get("at", 0))
    said, _, answer = system.ask("POST", "/slack/events", body.encode(), Content_Type="application/json", **headers)
    assert (said, b"proof" in answer) == (status, False)
    said, _, answer = system.ask(
        "POST", "/slack/events", body.encode(), Content_Type="application/json", **signed(body, SIGNING)
    )
    assert (said, b"proof" in answer) == (200, True), "the control"


def test_a_large_body_is_refused_on_every_endpoint(system: System) -> None:
    for path in sorted(endpoints()):
        concrete = re.sub(r"\{[^}]*\}", "x", path)
        head = f"POST {concrete} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 1048577\r\n\r\n"
        assert system.send(head.encode()).startswith(b"HTTP/1.1 413"), path
    chunked = b"POST /ask HTTP/1.1\r\nHost: 127.0.0.1\r\nTransfer-Encoding: chunked\r\n\r\n"
    assert system.send(chunked + (b"10000\r\n" + b"x" * 65_536 + b"\r\n") * 17).startswith(b"HTTP/1.1 413")


def test_headers_without_an_end_are_refused(system: System) -> None:
    """Before their end is there: nothing may collect them for ever."""
    line = b"X-Long: " + b"x" * 8_000 + b"\r\n"
    assert system.send(b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n" + line * 20).startswith(b"HTTP/1.1 400")


SAID = (  # keys and values of Slack's and the ticket systems' payloads
    "event type command text payload actions value user team id channel view state team_id event_callback message "
    "app_mention block_actions view_submission files subtype message_changed previous_message ts thread_ts blocks "
    "response_url authorizations container before url_verification challenge callback_id ticket article body title "
    "lang hint"
)
WORDS = st.sampled_from(SAID.split())
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | any_text(20) | WORDS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(WORDS | any_text(5), inner, max_size=6),
    max_leaves=20,
)
LONG = pytest.mark.skipif(not ASKED, reason="takes seconds: POSTBOTE_INTEGRATION=1 runs it")
FUZZING = settings(
    max_examples=EXAMPLES,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@pytest.mark.integration
@LONG
@FUZZING
@given(body=st.dictionaries(WORDS, VALUES, max_size=8), form=st.booleans())
def test_signed_nonsense_is_never_our_fault(system: System, body: dict[str, Any], form: bool) -> None:
    said = json.dumps(body)
    raw, kind = (
        (urlencode({"payload": said}), "application/x-www-form-urlencoded") if form else (said, "application/json")
    )
    status, _, _ = system.ask("POST", "/slack/events", raw.encode(), Content_Type=kind, **signed(raw, SIGNING))
    assert status < 500, raw


PATHS = st.deferred(  # the look through the source costs half a second, in every worker that collects this file
    lambda: st.sampled_from(sorted(re.sub(r"\{[^}]*\}", "x", path) for path in endpoints()))
) | st.text("abc/.%?&=#~\u00e4", max_size=30).map(lambda text: "/" + text)
TOKENS = st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=15)


@pytest.mark.integration
@LONG
@FUZZING
@given(
    method=st.sampled_from(["GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS", "TRACE", "BREW"]),
    path=PATHS,
    query=st.dictionaries(
        st.sampled_from(["q", "lang", "state", "code", "error", "days", "id"]) | TOKENS, TOKENS, max_size=3
    ),
    headers=st.dictionaries(
        st.sampled_from(["Cookie", "Authorization", "Origin", "X-Forwarded-For", "X-Hub-Signature", "Accept-Language"]),
        TOKENS,
        max_size=4,
    ),
    body=st.binary(max_size=200) | VALUES.map(lambda value: json.dumps(value).encode()),
)
def test_no_request_is_our_fault(
    system: System, method: str, path: str, query: dict[str, str], headers: dict[str, str], body: bytes
) -> None:
    address = path.encode("ascii", "ignore").decode() + (f"?{urlencode(query)}" if query else "")
    named = {name.replace("-", "_"): value for name, value in headers.items()}
    status, _, _ = system.ask(method, address or "/", body, Content_Type="application/json", **named)
    assert status < 500 or path.startswith("/readyz"), (method, address, named, body)


@pytest.mark.integration
@LONG
@FUZZING
@given(raw=st.binary(max_size=300))
def test_what_is_no_request_at_all_is_never_our_fault(system: System, raw: bytes) -> None:
    answer = system.send(b"POST /ask HTTP/1.1\r\nHost: x\r\n" + raw + b"\r\n\r\n")
    assert not re.match(rb"HTTP/1.1 5", answer)


def test_only_what_is_configured_is_contacted(system: System) -> None:
    """An address in what people write is never fetched; and nothing but a channel could fetch one."""
    with closing(socket.create_server(("127.0.0.1", 0))) as elsewhere:
        elsewhere.settimeout(0.3)
        url = f"http://127.0.0.1:{elsewhere.getsockname()[1]}/latest/meta-data"
        for text in (url, f"<{url}|here>", f"/mx {url}", f"![x]({url})", f"Sorry, no mailbox here by that name. {url}"):
            body = json.dumps({"text": text, "url": url, "response_url": url}).encode()
            assert system.ask("POST", "/ask", body, Content_Type="application/json")[0] == 200
        command = {"command": "/faq", "text": url, "team_id": "T1", "response_url": url, "trigger_id": "1.2"}
        raw = urlencode(command)
        kind = "application/x-www-form-urlencoded"
        system.ask("POST", "/slack/events", raw.encode(), Content_Type=kind, **signed(raw, SIGNING))
        with pytest.raises(TimeoutError):
            elsewhere.accept()
    calls = re.compile(
        r"^\s*(?:import|from) (?:urllib\.request|http\.client|ftplib|xmlrpc|urllib3|requests)", re.MULTILINE
    )
    assert [file for file in BOT.rglob("*.py") if calls.search(file.read_text(encoding="utf-8"))] == []


def test_no_secret_was_shown_anywhere(system: System) -> None:
    """After all of the above, with Slack and the ticket systems out of reach."""
    for path, method in (
        ("/slack/install", "GET"),
        ("/slack/oauth_redirect?code=x&state=y", "GET"),
        ("/readyz", "GET"),
    ):
        system.ask(method, path)
    system.ask("GET", "/metrics", Authorization=f"Bearer postbote_admin_token-{MARK}")
    assert MARK.encode() not in system.seen
    assert MARK not in system.process.all_output()
    for file in system.process.data.rglob("*"):
        assert not file.is_file() or MARK.encode() not in file.read_bytes(), file


COMMANDS = [["doctor"], ["gaps"], ["forget", "U0123ABCD"]]


@pytest.mark.integration
@pytest.mark.skipif(not ASKED, reason="starts four processes: POSTBOTE_INTEGRATION=1 runs it")
@pytest.mark.parametrize("command", COMMANDS, ids=lambda c: c[0])
def test_a_database_that_cannot_be_used_is_named_without_its_password(data: Path, command: list[str]) -> None:
    url = f"postgresql://ada:{MARK}@127.0.0.1:1/postbote"
    done = run_command(data, *command, POSTBOTE_DATABASE_URL=url)
    printed = done.stdout + done.stderr
    assert done.returncode == 1
    assert MARK not in printed
    assert "check POSTBOTE_DATABASE_URL" in printed
    assert "Traceback" not in printed


def test_every_setting_that_may_hold_a_secret_is_one() -> None:
    """A plain text would stand in every trace and print of the settings."""
    telling = re.compile(r"token|secret|password|database_url|imap_url|smtp_url")
    assert [name for name in Settings.model_fields if telling.search(name) and name not in secret_names()] == []
