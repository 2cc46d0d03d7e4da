"""Frames of mail programs: what each writes around the reason of a bounce. {line} stands for the reason."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Frame:
    """Frame of one program."""

    name: str
    text: str  # with {line}; the recipient is kunde@example.org


QMAIL = """\
Hi. This is the qmail-send program at mx.example.net.
I'm afraid I wasn't able to deliver your message to the following addresses.
This is a permanent error; I've given up. Sorry it didn't work out.

<kunde@example.org>:
"""
EXIM = """\
This message was created automatically by mail delivery software.

A message that you sent could not be delivered to one or more of its
recipients. This is a permanent error. The following address(es) failed:

  kunde@example.org
"""
POSTFIX = """\
This is the mail system at host mx.example.net.

I'm sorry to have to inform you that your message could not
be delivered to one or more recipients. It's attached below.

For further assistance, please send mail to postmaster.

If you do so, please include this problem report. You can
delete your own text from the attached returned message.

                   The mail system

"""
WARNING = """\
This is the mail system at host mx.example.net.

####################################################################
# THIS IS A WARNING ONLY.  YOU DO NOT NEED TO RESEND YOUR MESSAGE. #
####################################################################

Your message could not be delivered for more than 4 hour(s).
It will be retried until it is 5 day(s) old.

For further assistance, please send mail to postmaster.

If you do so, please include this problem report. You can
delete your own text from the attached returned message.

                   The mail system

"""
SENDMAIL = """\
The original message was received at Mon, 2 Jun 2025 10:00:00 +0200
from pc.example.net [192.0.2.7]

   ----- The following addresses had permanent fatal errors -----
<kunde@example.org>

   ----- Transcript of session follows -----
"""
FRAMES = (
    Frame("qmail, local", QMAIL + "{line}\n\n--- Below this line is a copy of the message.\n"),
    Frame(
        "qmail, remote",
        QMAIL + "192.0.2.9 does not like recipient.\nRemote host said: {line}\nGiving up on 192.0.2.9.\n\n"
        "--- Below this line is a copy of the message.\n",
    ),
    Frame("Exim, local", EXIM + "    {line}\n\n"
        "------ This is a copy of the message, including all the headers. ------\n"),
    Frame(
        "Exim, remote",
        EXIM + "    host mx.example.org [192.0.2.9]\n"
        "    SMTP error from remote mail server after RCPT TO:<kunde@example.org>:\n    {line}\n\n"
        "------ This is a copy of the message, including all the headers. ------\n",
    ),
    Frame(
        "1&1, GMX",
        "This message was created automatically by mail delivery software.\n\n"
        "A message that you sent could not be delivered to one or more of\n"
        "its recipients. This is a permanent error.\n\n"
        "The following address failed:\n\nkunde@example.org:\n"
        "SMTP error from remote server for RCPT TO command, host: mx.example.org (192.0.2.9)\nreason: {line}\n",
    ),
    Frame(
        "GMX in German",
        "Diese Nachricht wurde automatisch vom E-Mail-System erzeugt.\n\n"
        "Die Nachricht, die Sie gesendet haben, konnte nicht an alle Empfänger zugestellt werden.\n"
        "Die folgende Adresse ist fehlgeschlagen:\n\nkunde@example.org:\nGrund: {line}\n",
    ),
    Frame("Postfix, local", POSTFIX + "<kunde@example.org>: {line}\n"),
    Frame(
        "Postfix, remote",
        POSTFIX + "<kunde@example.org>: host mx.example.org[192.0.2.9] said:\n"
        "    {line} (in reply to RCPT TO command)\n",
    ),
    Frame("Postfix, warning", WARNING + "<kunde@example.org>: {line}\n"),
    Frame("sendmail, remote", SENDMAIL + "... while talking to mx.example.org.:\n"
        ">>> RCPT To:<kunde@example.org>\n<<< {line}\n"),
    Frame("sendmail, local", SENDMAIL + "{line}\n"),
    Frame(
        "Exchange",
        "Delivery has failed to these recipients or groups:\n\nkunde@example.org (kunde@example.org)\n\n"
        "Diagnostic information for administrators:\n\nGenerating server: mx.example.net\n\nkunde@example.org\n"
        "Remote Server returned '{line}'\n\nOriginal message headers:\n\nReceived: from pc (192.0.2.7)\n",
    ),
    Frame(
        "Exchange in German",
        "Fehler bei der Nachrichtenzustellung an folgende Empfänger oder Gruppen:\n\n"
        "kunde@example.org (kunde@example.org)\n\nDiagnoseinformationen für Administratoren:\n\n"
        "Generierender Server: mx.example.net\n\nkunde@example.org\nRemote Server returned '{line}'\n\n"
        "Ursprüngliche Nachrichtenkopfzeilen:\n\nReceived: from pc (192.0.2.7)\n",
    ),
    Frame(
        "Gmail",
        "** Message not delivered **\n\nThere was a problem delivering your message to kunde@example.org. "
        "See the technical details below.\n\nThe response from the remote server was:\n{line}\n",
    ),
    Frame(
        "Gmail in German",
        "** Nachricht nicht zugestellt **\n\nIhre Nachricht wurde nicht an kunde@example.org zugestellt. "
        "Weitere Informationen finden Sie in den technischen Details unten.\n\nAntwort des Remoteservers:\n{line}\n",
    ),
    Frame(
        "delivery report",
        "Reporting-MTA: dns; mx.example.net\nArrival-Date: Mon, 2 Jun 2025 10:00:00 +0200\n\n"
        "Final-Recipient: rfc822; kunde@example.org\nAction: failed\nStatus: 5.0.0\n"
        "Remote-MTA: dns; mx.example.org\nDiagnostic-Code: smtp; {line}\n",
    ),
)  # fmt: skip


def framed(frame: Frame, line: str) -> str:
    """The frame's text around a line."""
    return frame.text.replace("{line}", line)
