"""Surroundings: what people write around a question in tickets, mails and chats, generated in many forms.

Invented, in both languages; nothing of it asks anything of the FAQ. The pieces of a form are drawn by a seed. Two
halves share no piece: "fit" is what the decision may be fitted on, "check" what it is measured on.
"""

import random
from collections.abc import Mapping, Sequence
from typing import Literal

from bot.core.model import Language

Half = Literal["fit", "check"]

GREETINGS: Mapping[Language, Sequence[str]] = {
    "de": [
        "Guten Tag,", "Sehr geehrte Damen und Herren,", "Hallo zusammen,", "Moin!", "Liebes Support-Team,", "Guten Morgen", "Grüezi mitenand",
        "Hallo Frau Sommer,", "hi,", "Servus,", "Sehr geehrter Herr Dr. Brandt,", "Guten Abend zusammen!", "Hallo liebes Team", "Tach auch,",
        "Grüß Gott,", "Hey Leute,", "Lieber Kundendienst,", "Werte Damen und Herren", "Hallo Postbote!", "Schönen guten Tag,", "hallöchen",
        "Guten Tag Herr Keller,", "Moin moin,", "Salü zäme,",
    ],
    "en": [
        "Hello,", "Dear Sir or Madam,", "Hi there,", "Good morning,", "Dear support team,", "Hey all,", "Hi folks", "Good afternoon Ms Doyle,",
        "hi,", "To whom it may concern,", "Dear Mr Ogden,", "Hello again,", "Greetings,", "Hiya!", "Dear all", "Good evening,",
        "Hello team!", "Hey,", "Dear customer service,", "Hi Postbote", "Morning!", "Dear helpdesk,", "howdy", "Good day,",
    ],
}  # fmt: skip
ASIDES: Mapping[Language, Sequence[str]] = {  # beside the point, before or behind the question
    "de": [
        "ich hoffe, es geht Ihnen gut.", "Ich bin schon lange Kundin bei Ihnen und eigentlich sehr zufrieden.", "Der neue Drucker läuft inzwischen auch.",
        "Am Wochenende haben wir das ganze Büro umgeräumt.", "Mein Sohn hat mir den Rechner neu aufgesetzt.", "Das WLAN geht wieder, danke dafür.",
        "Ich kenne mich mit Technik leider nicht so aus.", "Ich bin heute bis 16 Uhr zu erreichen.", "Mein Kollege ist diese Woche im Urlaub.",
        "Wir sind ein kleiner Verein mit zwölf Mitgliedern.", "Das Telefon funktioniert einwandfrei.", "Ich schreibe Ihnen heute vom Tablet meiner Tochter.",
        "Gestern habe ich schon einmal angerufen, aber es war besetzt.", "Vorab vielen Dank für Ihre Mühe.", "Entschuldigung, falls die Frage schon einmal kam.",
        "Bei uns regnet es seit drei Tagen.", "Unsere Praxis zieht im Mai um.", "Ich bin Rentner und habe viel Zeit.",
        "Der Bildschirm ist jetzt auch größer, sehr angenehm.", "Am Montag kommt der Elektriker.", "Ich habe das Handbuch leider verlegt.",
        "Eine kurze Frage hätte ich da noch:", "Ihre Rechnung habe ich gestern bezahlt.", "Windows habe ich letzte Woche aktualisiert.",
        "Das ist für uns wirklich wichtig.", "Bitte nicht lachen.", "Meine Frau meint, ich soll einfach fragen.", "Die Kollegen vom Empfang wussten es auch nicht.",
        "Ich sitze gerade im Zug, der Empfang ist mäßig.", "Wir haben seit Kurzem Glasfaser.", "Sie können mich auch mobil zurückrufen.", "Es eilt nicht.",
    ],
    "en": [
        "I hope you are well.", "I have been a customer for ages and am quite happy.", "The new printer is up and running too.",
        "We moved our whole office at the weekend.", "My nephew set the computer up again.", "The wifi works again, thanks for that.",
        "I'm not very good with computers, sorry.", "I can be reached until 4 pm today.", "My colleague is on leave this week.",
        "We are a small club with twelve members.", "The phone works perfectly.", "I'm writing from my daughter's tablet.",
        "I tried to call yesterday but the line was busy.", "Thanks for your help in advance.", "Sorry if this has come up before.",
        "It has been raining here for three days.", "Our surgery is moving in May.", "I'm retired and have plenty of time.",
        "The screen is bigger now as well, very nice.", "The electrician is coming on Monday.", "I have mislaid the manual.",
        "Just one quick question:", "I paid your invoice yesterday.", "I updated Windows last week.",
        "This is really important to us.", "Please don't laugh.", "My wife says I should just ask.", "The people at reception didn't know either.",
        "I'm on a train right now, so reception is patchy.", "We got fibre recently.", "You can also call me back on my mobile.", "No hurry at all.",
    ],
}  # fmt: skip
FAREWELLS: Mapping[Language, Sequence[str]] = {
    "de": [
        "Mit freundlichen Grüßen\n{name}", "Viele Grüße\n{name}", "LG {first}", "MfG\n{name}", "Besten Dank und Gruß\n{name}", "Vielen Dank im Voraus!",
        "Danke!", "Danke schon mal\n{first}", "Herzliche Grüße aus Bremen\n{name}", "Freundliche Grüsse\n{name}", "vg {first}", "Beste Grüße\n\n{name}\n{firm}\nTel. 0421 000000",
        "Mit freundlichen Grüßen\ni. A. {name}\n\n{firm}\nHauptstr. 7 · 28195 Bremen\nGeschäftsführer: {other}\nwww.beispiel-firma.example", "Merci und Gruess\n{first}",
        "Ich danke Ihnen.\n{name}", "Bis bald\n{first}", "Schöne Grüße", "Dank im Voraus und freundliche Grüße\n{name}\n-- \n{firm}\nTelefon 0421 000000\nMobil 0170 000000",
        "Danke und schönes Wochenende", "Hochachtungsvoll\n{name}",
    ],
    "en": [
        "Kind regards\n{name}", "Best wishes\n{name}", "Cheers, {first}", "Thanks\n{name}", "Many thanks and regards\n{name}", "Many thanks in advance!",
        "Thanks!", "thx\n{first}", "Warm regards from Leeds\n{name}", "Yours sincerely\n{name}", "ta, {first}", "Best regards\n\n{name}\n{firm}\nPhone 0113 000000",
        "Kind regards\npp {name}\n\n{firm}\n7 High Street, Leeds\nManaging director: {other}\nwww.sample-firm.example", "Cheers and thanks\n{first}",
        "Thank you.\n{name}", "Talk soon\n{first}", "All the best", "Thanks in advance and kind regards\n{name}\n-- \n{firm}\nPhone 0113 000000\nMobile 07700 000000",
        "Thanks and have a nice weekend", "Yours faithfully\n{name}",
    ],
}  # fmt: skip
ENDINGS: Mapping[Language, Sequence[str]] = {  # what programs add
    "de": [
        "Von meinem iPhone gesendet", "Gesendet mit der mobilen Mail App", "Diese Nachricht ist vertraulich und nur für den Empfänger bestimmt.",
        "Bitte denken Sie an die Umwelt, bevor Sie diese E-Mail ausdrucken.", "Gesendet von Outlook für Android",
        "Diese E-Mail enthält vertrauliche und rechtlich geschützte Informationen. Wenn Sie nicht der richtige Adressat sind, informieren Sie bitte sofort den Absender und vernichten Sie diese E-Mail.",
        "Virenfrei. www.avast.example", "Hinweise zum Datenschutz finden Sie auf unserer Website.",
    ],
    "en": [
        "Sent from my iPhone", "Get Outlook for Android", "This message is confidential and intended for the recipient only.",
        "Please consider the environment before printing this e-mail.", "Sent from my mobile device, please excuse typos",
        "This e-mail and any attachments may contain privileged information. If you are not the intended recipient please notify the sender and delete it immediately.",
        "Virus-free. www.avast.example", "Registered in England No. 0000000",
    ],
}  # fmt: skip
CHAT: Mapping[Language, Sequence[str]] = {
    "de": [
        "hey, kurze frage: {} 🙏", "hallo zusammen :wave: {} danke euch!", "sorry wenns blöd ist, {}", "{} \nfrage für einen kollegen 😅", "moin, weiß das jemand? {}",
        "ok danke! und noch was: {}", "bin neu hier. {} merci vielmals", "@postbote {} bitte",
    ],
    "en": [
        "hey, quick one: {} 🙏", "hi all :wave: {} thanks!", "sorry if that's silly, {}", "{} \nasking for a friend 😅", "morning, does anyone know? {}",
        "ok thanks! one more thing: {}", "i'm new here. {} cheers everyone", "@postbote {} please",
    ],
}  # fmt: skip
NAMES = {
    "de": [("Renate", "Möller"), ("Jürgen", "Sailer"), ("Anke", "Petersen"), ("Kevin", "Yilmaz"), ("Ursula", "von Hagen"), ("Beat", "Zurbriggen")],
    "en": [("Maureen", "Bates"), ("Colin", "Achebe"), ("Priya", "Nair"), ("Sean", "O'Rourke"), ("Gillian", "Trent"), ("Dave", "Winters")],
}  # fmt: skip
FIRMS = {
    "de": ["Gärtnerei Möller GmbH", "Sailer & Söhne KG", "Praxis Dr. Petersen", "Turnverein Nord e. V."],
    "en": ["Bates Joinery Ltd", "Achebe & Sons", "Nair Dental Practice", "North End Rowing Club"],
}


def wrap(question: str, language: Language, seed: int, half: Half = "check") -> str:
    """The question within surroundings of its language: a chat line, a short mail, or a whole ticket, by the seed."""
    draw = random.Random(f"{half}:{language}:{seed}")

    def one(pieces: Sequence[str]) -> str:
        return draw.choice(pieces[half == "check" :: 2])

    form = draw.choice(("chat", "short", "short", "ticket", "ticket", "ticket"))
    if form == "chat":
        return one(CHAT[language]).format(question)
    first, last = draw.choice(NAMES[language])
    other = " ".join(draw.choice(NAMES[language]))
    farewell = one(FAREWELLS[language]).format(
        name=f"{first} {last}", first=first, firm=draw.choice(FIRMS[language]), other=other
    )
    if form == "short":
        joint = draw.choice((" ", "\n", "\n\n"))
        return draw.choice((f"{one(GREETINGS[language])}{joint}{question}{joint}{farewell}", f"{question}{joint}{farewell}"))
    before = " ".join(one(ASIDES[language]) for _ in range(draw.choice((0, 1, 1, 2, 3))))
    behind = " ".join(one(ASIDES[language]) for _ in range(draw.choice((0, 0, 1, 1, 2))))
    joint = draw.choice((" ", "\n\n", "\n\n"))  # the question stands in the paragraph, or in one of its own
    body = joint.join(filter(None, (before, _ended(question) if joint == " " else question, behind)))
    ending = draw.choice((*(one(ENDINGS[language]) for _ in range(2)), ""))
    return "\n\n".join(filter(None, (one(GREETINGS[language]), body, farewell, ending)))


def _ended(question: str) -> str:
    """The question as a sentence within a paragraph: it begins big, and has an end."""
    question = question[:1].upper() + question[1:]
    return question if question[-1:] in ".?!:" else f"{question}."
