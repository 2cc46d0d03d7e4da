"""A mail server for all tests of a module: started once, because Postfix and Dovecot take seconds."""

from collections.abc import Iterator

import pytest

from tests.channels.mail.running import MailServer, mail_server


@pytest.fixture(scope="module")
def running_server() -> Iterator[MailServer]:
    with mail_server() as server:
        yield server
