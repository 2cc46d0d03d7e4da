"""Who may see the operators' pages."""

import pytest
from starlette.requests import HTTPConnection
from structlog.testing import capture_logs

from bot.web.auth import COOKIE, WRONG_AT_ONCE, WRONG_AT_ONCE_OF_ALL, AdminAuth, is_local, is_same_origin
from tests.rows import each_row

TOKEN = "correct-horse-battery-staple"  # noqa: S105 - a test's own


def request(client: str = "127.0.0.1", version: str = "1.1", **headers: str) -> HTTPConnection:
    named = {"host": "127.0.0.1:3000"} | {k.replace("_", "-"): v for k, v in headers.items()}
    raw = [(k.encode(), v.encode()) for k, v in named.items() if v]
    return HTTPConnection({"type": "http", "client": (client, 1), "headers": raw, "http_version": version})


LOCAL = [
    ("a browser on this machine", request(), True),
    ("by name", request(host="localhost:3000"), True),
    ("IPv6", request("::1", host="[::1]:3000"), True),
    ("IPv4 in IPv6, as a dual-stack socket says it", request("::ffff:127.0.0.1"), True),
    ("another machine", request("192.0.2.7"), False),
    ("another machine, in IPv6", request("::ffff:192.0.2.7"), False),
    ("another machine that names loopback", request("192.0.2.7", host="localhost"), False),
    ("a proxy on this machine (RFC 7239)", request(forwarded="for=192.0.2.7"), False),
    ("a proxy (X-Forwarded-For)", request(x_forwarded_for="192.0.2.7"), False),
    ("a proxy whose client says it is local", request(x_forwarded_for="127.0.0.1"), False),
    ("a proxy (X-Forwarded-Proto)", request(x_forwarded_proto="https"), False),
    ("a proxy (X-Real-IP)", request(x_real_ip="192.0.2.7"), False),
    ("a proxy (RFC 9110 section 7.6.3)", request(via="1.1 front"), False),
    ("a proxy that speaks HTTP/1.0, as nginx did", request(version="1.0"), False),
    ("DNS rebinding: a stranger's name that leads here", request(host="evil.example:3000"), False),
    ("a name that only begins like loopback", request(host="127.0.0.1.evil.example"), False),
    ("no host", request(host=""), False),
    ("a broken host", request(host="[::1"), False),
]


@each_row(("asked", "local"), [row[1:] for row in LOCAL], ids=[row[0] for row in LOCAL])
async def test_who_is_at_this_machine(asked: HTTPConnection, local: bool) -> None:
    assert is_local(asked) is local
    assert await AdminAuth().may_see_dashboard(asked) is local
    assert AdminAuth().may_scrape(asked) is local


async def test_with_a_token_even_this_machine_needs_it_for_the_dashboard_but_not_for_the_metrics() -> None:
    auth = AdminAuth(TOKEN)
    assert not await auth.may_see_dashboard(request())
    assert auth.may_scrape(request())
    for asked in (request("192.0.2.7"), request("192.0.2.7", authorization="Basic x"), request(host="front.example")):
        assert not await auth.may_see_dashboard(asked)
        assert not auth.may_scrape(asked)
    bearer = request("192.0.2.7", host="front.example", x_forwarded_for="192.0.2.9", authorization=f"Bearer {TOKEN}")
    assert await auth.may_see_dashboard(bearer)
    assert auth.may_scrape(bearer)


async def test_without_a_token_no_token_opens_anything() -> None:
    for given in ("", "None", TOKEN):
        assert not await AdminAuth().may_see_dashboard(request("192.0.2.7", authorization=f"Bearer {given}"))
        assert AdminAuth().log_in(given, request()) == ("", 0.0)


async def test_a_session_holds_in_every_process_with_the_same_token_and_in_no_other() -> None:
    session, wait = AdminAuth(TOKEN).log_in(TOKEN, request())
    assert not wait
    with_cookie = request("192.0.2.7", cookie=f"{COOKIE}={session}")
    assert await AdminAuth(TOKEN).may_see_dashboard(with_cookie)
    assert AdminAuth(TOKEN).session(with_cookie)["form"]
    assert not await AdminAuth(TOKEN + "2").may_see_dashboard(with_cookie)
    for forged in (session[:-2] + "AA", "", "x", "ä"):
        assert not await AdminAuth(TOKEN).may_see_dashboard(request(cookie=f"{COOKIE}={forged}"))


async def test_wrong_tokens_are_slowed_down_for_each_client_by_itself() -> None:
    auth, guesser, other = AdminAuth(TOKEN), request("192.0.2.7"), request("192.0.2.8")
    for number in range(WRONG_AT_ONCE):
        assert auth.log_in(f"guess {number}", guesser)[0] == ""
    assert auth.log_in(TOKEN, guesser)[1] > 0  # also the right one: else guessing would go on
    assert not await auth.may_see_dashboard(request("192.0.2.7", authorization=f"Bearer {TOKEN}"))
    assert auth.log_in(TOKEN, other)[0]


def test_wrong_bearer_tokens_count_as_guesses_too() -> None:
    auth = AdminAuth(TOKEN)
    for number in range(WRONG_AT_ONCE):
        assert not auth.may_scrape(request("192.0.2.7", authorization=f"Bearer guess {number}"))
    assert not auth.may_scrape(request("192.0.2.7", authorization=f"Bearer {TOKEN}"))


async def guess(auth: AdminAuth, how: str, client: str, token: str) -> bool:
    """True if this client was let in."""
    if how == "form":
        return bool(auth.log_in(token, request(client))[0])
    asked = request(client, authorization=f"Bearer {token}")
    return await auth.may_see_dashboard(asked) if how == "dashboard" else auth.may_scrape(asked)


@pytest.mark.parametrize("how", ["form", "dashboard", "metrics"])
async def test_guesses_from_many_addresses_are_slowed_in_all_and_logged_with_the_address(how: str) -> None:
    auth = AdminAuth(TOKEN)
    assert await guess(auth, how, "203.0.113.1", TOKEN), "the operator's, before"
    with capture_logs() as lines:
        for number in range(500):
            assert not await guess(auth, how, f"2001:db8:{number:x}:1::1", f"guess {number}")
    wrong = [line for line in lines if line["event"] == "wrong_token"]
    assert [line["client"] for line in wrong[:3]] == [f"2001:db8:{number}:1::1" for number in range(3)]
    assert WRONG_AT_ONCE_OF_ALL <= len(wrong) <= WRONG_AT_ONCE_OF_ALL + 1  # so many were looked at
    assert not any(TOKEN in str(line) or "guess" in str(line) for line in lines)
    assert not await guess(auth, how, "203.0.113.2", TOKEN)  # also the right one: else guessing would go on
    assert await guess(auth, how, "203.0.113.1", TOKEN), "who has shown it is not kept out by others"
    assert await guess(auth, how, "127.0.0.1", TOKEN), "nor is this machine"


async def test_addresses_of_one_ipv6_network_guess_as_one() -> None:
    auth = AdminAuth(TOKEN)
    for number in range(WRONG_AT_ONCE):
        await guess(auth, "form", f"2001:db8::{number:x}", "guess")
    assert not await guess(auth, "form", "2001:db8::ffff", TOKEN)
    assert await guess(auth, "form", "2001:db8:0:1::1", TOKEN)


FORMS = [
    ("our page, as browsers say it", request(sec_fetch_site="same-origin", origin="http://127.0.0.1:3000"), True),
    ("our page, in an older browser", request(origin="http://127.0.0.1:3000"), True),
    ("a program", request(), True),
    ("another site", request(sec_fetch_site="cross-site", origin="https://evil.example"), False),
    ("another site, in an older browser", request(origin="https://evil.example"), False),
    ("another port of the same host", request(sec_fetch_site="same-site", origin="http://127.0.0.1:8"), False),
    ("a frame without an origin", request(origin="null"), False),
]


@each_row(("asked", "ours"), [row[1:] for row in FORMS], ids=[row[0] for row in FORMS])
def test_whose_form_it_is(asked: HTTPConnection, ours: bool) -> None:
    assert is_same_origin(asked) is ours
