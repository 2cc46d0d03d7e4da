"""Wrong variables of helpdesks stop the start, with the variable and the cure."""

import pytest
from pydantic import ValidationError

from bot.settings import Settings
from tests.rows import each_row

RT = {"postbote_rt_url": "https://rt.example.org", "postbote_rt_token": "1-31-abc"}


@each_row(
    ("values", "says"),
    [
        ({"postbote_rt_url": "rt.example.org"}, "write https://helpdesk.example.org"),
        ({"postbote_zammad_url": "https://user:secret@zammad.example.org"}, "without user or query"),
        ({"postbote_rt_url": "https://rt.example.org"}, "set POSTBOTE_RT_TOKEN too"),
        ({"postbote_zammad_token": "abc"}, "set POSTBOTE_ZAMMAD_URL too"),
        ({"postbote_rt_mode": "loud"}, "is no mode; write off, note or public"),
        ({"postbote_zammad_sender": "Customer"}, "'Agent' or 'System'"),
        ({"postbote_tickets_poll": 0}, "greater than 0"),
        ({"postbote_slack_tickets": "jira:X"}, "write rt:Support or zammad:Support"),
        ({"postbote_slack_tickets": "rt:Support"}, "POSTBOTE_SLACK_TICKETS needs POSTBOTE_RT_URL"),
        ({**RT, "postbote_rt_mode": "off", "postbote_slack_tickets": "rt:Support"}, "POSTBOTE_RT_MODE note or public"),
    ],
)
def test_what_is_wrong_is_said(values: dict[str, object], says: str) -> None:
    with pytest.raises(ValidationError) as wrong:
        Settings.model_validate(values)
    assert says in str(wrong.value)
    assert "abc" not in says


def test_modes_are_for_single_queues_too() -> None:
    settings = Settings.model_validate({**RT, "postbote_rt_mode": "note, Support=public, Spam=off"})
    assert [settings.ticket_mode("rt", queue) for queue in ("Support", "spam", "Other")] == ["public", "off", "note"]
