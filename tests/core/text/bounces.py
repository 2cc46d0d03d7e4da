"""Bounces, replies and logs as people paste them, in both languages; names and addresses are invented."""

ENGLISH = {
    "qmail": """Hi. This is the qmail-send program at mail.muster.example.
I'm afraid I wasn't able to deliver your message to the following addresses.
This is a permanent error; I've given up. Sorry it didn't work out.

<max@beispiel.example>:
Sorry, I wasn't able to establish an SMTP connection. (#4.4.1)
I'm not going to try again; this message has been in the queue too long.""",
    "exim": """This message was created automatically by mail delivery software.

A message that you sent could not be delivered to one or more of its
recipients. This is a permanent error. The following address(es) failed:

  max@beispiel.example
    host mx.beispiel.example [192.0.2.7]
    SMTP error from remote mail server after RCPT TO:<max@beispiel.example>:
    550 5.1.1 <max@beispiel.example>: Recipient address rejected: User unknown""",
    "postfix": """This is the mail system at host mx.muster.example.

I'm sorry to have to inform you that your message could not
be delivered to one or more recipients. It's attached below.

For further assistance, please send mail to postmaster.

If you do so, please include this problem report. You can
delete your own text from the attached returned message.

                   The mail system

<max@beispiel.example>: host mx.beispiel.example[192.0.2.7] said: 554 5.7.1
    <max@beispiel.example>: Relay access denied (in reply to RCPT TO command)""",
    "postfix delay": """####################################################################
# THIS IS A WARNING ONLY.  YOU DO NOT NEED TO RESEND YOUR MESSAGE. #
####################################################################

Your message could not be delivered for more than 4 hour(s).
It will be retried until it is 5 day(s) old.

<max@beispiel.example>: connect to mx.beispiel.example[192.0.2.7]:25: Connection timed out""",
    "sendmail": """   ----- The following addresses had permanent fatal errors -----
<max@beispiel.example>
    (reason: 550 5.1.1 <max@beispiel.example>... User unknown)

   ----- Transcript of session follows -----
... while talking to mx.beispiel.example.:
>>> DATA
<<< 550 5.1.1 <max@beispiel.example>... User unknown
550 5.1.1 <max@beispiel.example>... User unknown
<<< 503 5.0.0 Need RCPT (recipient)""",
    "exchange": """Delivery has failed to these recipients or groups:

max@beispiel.example
The email address you entered couldn't be found. Please check the recipient's email address and try to resend
the message. If the problem continues, please contact your email admin.

Diagnostic information for administrators:

Generating server: srv01.muster.example

max@beispiel.example
Remote Server returned '550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup'""",
    "gmail": """Address not found
Your message wasn't delivered to max@beispiel.example because the address couldn't be found, or is unable to
receive mail.

The response from the remote server was:
550 5.1.1 <max@beispiel.example>: Recipient address rejected: User unknown in virtual mailbox table""",
    "report": """Reporting-MTA: dns; mx.muster.example
Arrival-Date: Mon, 2 Jun 2025 10:00:00 +0200

Final-Recipient: rfc822; max@beispiel.example
Action: failed
Status: 5.1.1
Remote-MTA: dns; mx.beispiel.example
Diagnostic-Code: smtp; 550 5.1.1 User unknown""",
    "one line": "554 5.7.1 <max@beispiel.example>: Relay access denied",
    "one sentence": "Sorry, I couldn't find any host named beispiel.example. (#5.1.2)",
    "log": """Jun  2 10:00:01 mx01 postfix/smtp[1234]: 4F2C81: to=<max@beispiel.example>, relay=none, delay=12, \
dsn=4.4.1, status=deferred (connect to mx.beispiel.example[192.0.2.7]:25: Connection refused)
Jun  2 10:00:31 mx01 postfix/qmgr[1200]: 4F2C81: removed""",
    "exim log": """2025-06-02 10:00:01 1qX2yz-0003Ab-CD <= eva@muster.example H=host.example [192.0.2.9] P=esmtpsa
2025-06-02 10:00:03 1qX2yz-0003Ab-CD ** max@beispiel.example R=dnslookup T=remote_smtp: SMTP error from remote \
mail server after RCPT TO:<max@beispiel.example>: 550 No such user here""",
    "headers": """From: Mail Delivery Subsystem <MAILER-DAEMON@mx.muster.example>
To: eva@muster.example
Date: Mon, 2 Jun 2025 10:00:00 +0200
Subject: Undelivered Mail Returned to Sender

<max@beispiel.example>: Host or domain name not found. Name service error for name=beispiel.example type=MX: \
Host not found""",
    "client": """Traceback (most recent call last):
  File "send.py", line 12, in <module>
    server.login(user, password)
smtplib.SMTPAuthenticationError: (535, b'5.7.8 Error: authentication failed: you are not allowed to do this')""",
}

GERMAN = {
    "exchange": """Fehler bei der Nachrichtenzustellung an folgende Empfänger oder Gruppen:

max@beispiel.example
Die eingegebene E-Mail-Adresse konnte nicht gefunden werden. Überprüfen Sie die E-Mail-Adresse des Empfängers, und
versuchen Sie, die Nachricht erneut zu senden. Wenn das Problem weiterhin besteht, wenden Sie sich an den E-Mail-Admin.

Diagnoseinformationen für Administratoren:

Generierender Server: srv01.muster.example

max@beispiel.example
Remote Server returned '550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup'""",
    "1und1": """Diese Nachricht wurde automatisch von einer Mail-Software erzeugt.

Die Nachricht, die Sie versendet haben, konnte nicht an alle Empfänger
zugestellt werden. Die folgende Adresse ist fehlgeschlagen:

  max@beispiel.example
    550 5.1.1 <max@beispiel.example>: Recipient address rejected: User unknown""",
    "postfix": """Dies ist das Mailsystem des Servers mx.muster.example.

Es tut mir leid, Ihnen mitteilen zu müssen, dass Ihre Nachricht nicht
an einen oder mehrere Empfänger zugestellt werden konnte.

<max@beispiel.example>: host mx.beispiel.example[192.0.2.7] said: 554 5.7.1 Relay access denied""",
    "headers": """Von: Mail Delivery Subsystem <MAILER-DAEMON@mx.muster.example>
An: eva@muster.example
Gesendet: Montag, 2. Juni 2025 10:00
Betreff: Unzustellbar: Angebot

550 5.1.1 <max@beispiel.example>: Empfänger unbekannt""",
    "one line": "550 5.1.1 <max@beispiel.example>: Empfänger unbekannt, die Mailbox gibt es hier nicht",
}
