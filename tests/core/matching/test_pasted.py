"""Pasted lines: told from a person's by their form, whatever they say."""

import time

from bot.core.matching.pasted import own_text, pasted_lines
from bot.core.model import Entry, Topic
from bot.core.text.normalize import clean
from tests.core.matching.frames import FRAMES, Frame, framed
from tests.project import knowledge
from tests.rows import each_row

OWN = """
Ich bekomme 550 5.1.1 User unknown von mx.example.org[192.0.2.1], was heißt das?
Beim Senden kommt „554 5.7.1 <a@example.org>: Relay access denied“, seit gestern
550 5.1.1 was bedeutet das?
554 badmailfrom, wie komme ich da raus?
I get "550 5.7.1 relaying denied" when sending to one client only
my log says postfix/smtp[123]: status=deferred, why?
Mein Server schreibt (#4.4.1), woran liegt das?
550 Euro für einen Stuhl, ernsthaft?
Betreff: Frage zum Postausgang
info@example.org
Viele Grüße
Thanks in advance!
Der Drucker und das WLAN laufen inzwischen auch.
Können Sie mir sagen, warum eine Mail „could not be delivered to one or more recipients“ zurück?""".strip().splitlines()
PASTED = """
550 5.1.1 <kunde@example.org>... User unknown
550-5.7.1 Relaying denied
#5.1.1 SMTP; 550 sorry, no mailbox here by that name
Sorry, no mailbox here by that name. vpopmail (#5.1.1)
<kunde@example.org>: host mx.example.org[192.0.2.9] said: 550 relay not permitted (in reply to RCPT TO command)
Jun  2 10:00:01 mx postfix/smtp[771]: 4F2A: to=<a@example.org>, relay=none, delay=1, status=deferred (timed out)
2025-06-02 10:00:00 1pEabc-0001 ** x@example.org R=dnslookup T=remote_smtp: retry timeout exceeded
@400000004bf6c1d01e2b3c4d delivery 12: failure: Sorry,_no_mailbox_here_by_that_name./
delivery 31: deferral: TLS_not_available:_connect_failed/
curl: (35) error:00000000:lib(0):func(0):reason(0)
Diagnostic-Code: smtp; 550 5.1.1 User unknown
Final-Recipient: rfc822; x@example.org
Action: failed
<<< 554 5.7.1 Relay access denied
>>> RCPT To:<x@example.org>
-ERR authorization failed
a1 NO [AUTHENTICATIONFAILED] Authentication failed.
192.0.2.9 does not like recipient.
Giving up on 192.0.2.9.
This is the mail system at host mx.example.org.
Generierender Server: mx.example.org""".strip().splitlines()


@each_row("line", OWN)
def test_a_persons_sentence_that_mentions_a_code_or_quotes_a_line_is_not_pasted(line: str) -> None:
    assert pasted_lines(clean(line)) == (False,)


@each_row("line", PASTED)
def test_a_programs_line_is_pasted(line: str) -> None:
    assert pasted_lines(line) == (True,)


@each_row("frame", FRAMES, ids=lambda frame: frame.name)
def test_a_question_around_a_bounce_is_all_that_is_the_persons_own(frame: Frame) -> None:
    bounce = framed(frame, "550 5.1.1 User unknown")
    message = clean(f"Guten Tag,\n\nwas bedeutet das?\n\n{bounce}\n\nViele Grüße\nPetra Muster")
    assert " ".join(own_text(message).split()) == "Guten Tag, was bedeutet das? Viele Grüße Petra Muster"


def test_headers_are_pasted_in_a_block_and_not_alone() -> None:
    assert pasted_lines("From: a@example.org\nTo: b@example.org\nSubject: Hallo") == (True,) * 3
    assert pasted_lines("Betreff: Hallo") == (False,)


def test_a_line_that_continues_a_paste_is_pasted() -> None:
    assert (
        pasted_lines("<x@example.org>: connect to mx.example.org[192.0.2.1]:25:\n Connection timed out") == (True,) * 2
    )


def test_the_example_questions_of_the_knowledge_base_are_a_persons() -> None:
    items: list[Entry | Topic] = [*knowledge().entries.values(), *knowledge().topics.values()]
    asked = [text for item in items for texts in item.questions.values() for text in texts][::4]
    pasted = [text for text in asked if any(pasted_lines(clean(text)))]
    assert len(pasted) < 0.01 * len(asked), pasted  # some of them are nothing but a line


def test_the_longest_message_takes_a_moment() -> None:
    text = "\n".join(
        f"2025-06-02 10:00:{n % 60:02} 1pEabc-{n} <= a@example.org H=mx [192.0.2.1] P=smtp" for n in range(1_500)
    )
    began = time.process_time()
    pasted_lines(text)
    assert time.process_time() - began < 0.3
