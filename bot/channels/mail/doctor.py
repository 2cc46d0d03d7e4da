"""Doctor lines on the mailbox and on SMTP. Sends nothing."""

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING

from bot.channels.mail.imap import Mailbox, MailboxError
from bot.channels.mail.smtp import connect
from bot.contracts.channel import DoctorResult
from bot.core.mail.server_url import to_server
from bot.core.model import TryLater

if TYPE_CHECKING:
    from bot.settings import Settings


async def run_doctor_checks(settings: "Settings") -> Sequence[DoctorResult]:
    """Doctor lines on the mailbox and on SMTP; none where no mailbox is configured."""
    imap, smtp = settings.postbote_mail_imap_url, settings.postbote_mail_smtp_url
    if imap is None or smtp is None:
        return []
    box = Mailbox(to_server(imap.get_secret_value(), ("imaps", "imap")), 10.0)
    try:
        checks = [await asyncio.to_thread(_check_mailbox, box)]
    except MailboxError as wrong:
        checks = [DoctorResult("mailbox", False, f"{wrong}; check POSTBOTE_MAIL_IMAP_URL")]
    finally:
        await asyncio.to_thread(box.close)
    try:
        client = await connect(to_server(smtp.get_secret_value(), ("smtps", "smtp")))
        await client.quit()
        checks.append(DoctorResult("mail out", True, f"replies come from {settings.mail_addresses()[0]}"))
    except TryLater as wrong:
        checks.append(DoctorResult("mail out", False, f"{wrong}; check POSTBOTE_MAIL_SMTP_URL"))
    return checks


def _check_mailbox(box: Mailbox) -> DoctorResult:
    _, following = box.uid_state()
    can = box.capabilities()
    lacks = [name for name in ("CONDSTORE", "UIDPLUS", "IDLE") if name not in can]
    without = f"; without {', '.join(lacks)}: one Postbote alone may use this mailbox" if "CONDSTORE" in lacks else ""
    folders = f"{box.special_folder(chr(92) + 'Drafts')}, {box.special_folder(chr(92) + 'Sent')}"
    return DoctorResult("mailbox", True, f"{box.folder}, next mail {following}, folders {folders}{without}")
