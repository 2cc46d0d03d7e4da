"""Memory of the Slack channel stays bounded, however many workspaces, tokens, people and channels come by.

No collection is listed here by name: whatever an object of the package holds that has a length is measured, so a new
dictionary without a bound fails too.
"""

import asyncio
from collections.abc import Iterator, Sized

from hypothesis import given
from hypothesis import strategies as st

from bot.channels.slack.installations import Installations
from bot.channels.slack.post_pacing import PostPacer
from bot.channels.slack.user_info import UserInfo
from bot.channels.slack.workspaces import Workspaces
from bot.core.model import LANGUAGES, Event, Question
from tests.examples import examples
from tests.servers.fake_slack import FakeSlack

WORKSPACES, ROTATIONS, PEOPLE, CHANNELS = 1_200, 10, 11_000, 3_000  # more than the caches hold
MOST_WORKSPACES, MOST_PEOPLE = 1_000, 10_000  # entries that may be held of each
API = "http://127.0.0.1:9/api/"  # nobody listens there, and nothing here calls it


class RotatingTokens:
    """Token source of a test: a workspace's token is made of its number of rotations; "" once it is forgotten."""

    def __init__(self) -> None:
        self.rotations: dict[str, int] = {}

    async def token(self, team: str) -> str:
        return f"xoxb-{team}-{self.rotations[team]}" if team in self.rotations else ""

    async def forget(self, team: str) -> None:
        self.rotations.pop(team, None)


class DictSecrets:
    """Secret store of a test, in memory."""

    def __init__(self) -> None:
        self.secrets: dict[str, str] = {}

    def get(self, key: str) -> str:
        return self.secrets.get(key, "")

    def save(self, key: str, secret: str) -> None:
        self.secrets[key] = secret

    def delete(self, key: str, since: float = 0.0) -> bool:
        return self.secrets.pop(key, None) is not None

    def erase_team(self, team: str) -> None:
        for key in [key for key in self.secrets if key.startswith(f"{team}:")]:
            del self.secrets[key]


def collections_of(owner: object) -> Iterator[tuple[str, Sized]]:
    """(attribute, collection) of everything that an object, and the bot's own objects in it, hold."""
    for name, value in vars(owner).items():
        if type(value).__module__.startswith("bot."):
            yield from collections_of(value) if hasattr(value, "__dict__") else ()
        elif isinstance(value, Sized) and not isinstance(value, str | bytes):
            yield f"{type(owner).__name__}.{name}", value


def sizes_of(owner: object) -> dict[str, int]:
    return {name: len(value) for name, value in collections_of(owner)}


async def test_clients_stay_within_their_bound_over_workspaces_and_rotations() -> None:
    tokens = RotatingTokens()
    workspaces = Workspaces(tokens, API)
    for rotation in range(ROTATIONS):
        for number in range(WORKSPACES):
            tokens.rotations[f"T{number}"] = rotation
            client = await workspaces.client(f"T{number}")
            assert client is not None
            assert client.token == f"xoxb-T{number}-{rotation}"
    await workspaces.close()
    assert {name: size for name, size in sizes_of(workspaces).items() if size > MOST_WORKSPACES} == {}


async def test_rotation_locks_are_held_only_while_a_token_is_read() -> None:
    secrets = DictSecrets()
    tokens = Installations(secrets, secrets.erase_team, "1.2", "a secret", API)
    for start in range(0, WORKSPACES, 50):
        await asyncio.gather(*(tokens.token(f"T{number}") for number in range(start, start + 50)))
    assert sizes_of(tokens)["Installations._locks"] == 0


async def test_remembered_languages_stay_within_their_bound_over_people() -> None:
    people = UserInfo(Workspaces(RotatingTokens(), API), frozenset(), lambda: LANGUAGES)
    for number in range(PEOPLE):
        person = f"T{number % 7}:U{number}"
        await people.language(Event("", "slack", Question(""), {"team": "T0", "user": f"U{number}"}, person=person))
    assert {name: size for name, size in sizes_of(people).items() if size > MOST_PEOPLE} == {}


async def test_channels_at_rest_are_dropped_by_the_post_pacer() -> None:
    pacer = PostPacer(0.0)
    for number in range(CHANNELS):
        await pacer.acquire(f"T1:C{number}")
    assert max(sizes_of(pacer).values()) <= 10


STEPS = st.lists(st.tuples(st.sampled_from(("rotate", "call", "identity", "forget")), st.integers(0, 5)), max_size=40)


@examples(25)
@given(steps=STEPS)
def test_a_workspace_has_one_client_at_most_and_none_once_forgotten(steps: list[tuple[str, int]]) -> None:
    asyncio.run(_run(steps))


async def _run(steps: list[tuple[str, int]]) -> None:
    slack, tokens = FakeSlack(), RotatingTokens()
    await slack.start()
    workspaces = Workspaces(tokens, slack.url)
    for kind, number in steps:
        team = f"T{number}"
        if kind == "rotate":
            tokens.rotations[team] = tokens.rotations.get(team, 0) + 1
            slack.teams[await tokens.token(team)] = team
        elif kind == "call":
            await workspaces.client(team)
        elif kind == "identity":
            assert bool((await workspaces.bot_identity(team)).user) == (team in tokens.rotations)
        else:
            await workspaces.forget(team)
            tokens_held = [client.token or "" for client in workspaces._clients.values()]
            assert not any(token.startswith(f"xoxb-{team}-") for token in tokens_held)
            assert team not in workspaces._identities
        assert max(sizes_of(workspaces).values()) <= 6, "more than one for each of the six workspaces"
    await workspaces.close()
    await slack.stop()
