"""Polite words: words of courtesy, folded, and those that ask."""

from bot.core.text.function_words import word_set

# Words of courtesy, folded. A clause of these and of words that build sentences says nothing else.
POLITE = word_set(
    """
    danke dank dankend dankbar bedanke vielen besten herzlichen lieben schoenen recht voraus vorab mal schonmal
    schon merci bitte gern gerne gruss gruesse grussle gruessle freundliche freundlichen freundlichem beste
    herzliche liebe viele schoene hallo hallihallo halloechen hi hey hei moin servus salue gruezi gruess gott tach
    huhu na guten gute tag morgen abend mitenand zaeme zusammen alle allerseits leute team support supportteam
    kundendienst kundenservice kundenbetreuung postbote helpdesk hilfe service damen herren werte werter sehr
    geehrte geehrter geehrten liebes lieber sorry entschuldigung entschuldigen verzeihung pardon stoerung kurze kurz
    kleine dumme bloede bloed doof frage fragen haette habe nochmal muehe unterstuetzung antwort rueckmeldung
    nachricht bemuehungen hoffe hoffentlich wochenende feierabend schoenes tolle tollen super prima perfekt klasse
    alles klar ok okay vielmals wenns falls dringend eilig eilt thanks thank thx thankyou ta cheers please pls
    regards kind best warm sincerely yours truly faithfully hello hiya howdy greetings dear sir madam sirs folks
    everyone everybody all there guys gang good morning afternoon evening day again quick quickly short little silly
    stupid dumb question questions bother bothering trouble advance help lot bunch million wishes weekend nice great
    awesome appreciated appreciate reply answer customer urgent asap thing sache anliegen
    """
)
# Of a polite clause at least one word is one of these: "hilfe" or "antwort" alone asks something
TELLING = word_set(
    """
    danke dank dankend dankbar bedanke merci bitte gruss gruesse grussle gruessle hallo hallihallo halloechen hi hey
    hei moin servus salue gruezi gruess tach huhu guten gute damen geehrte geehrter geehrten lieber liebes werte
    sorry entschuldigung entschuldigen verzeihung pardon frage fragen schoenes klar ok okay super prima perfekt
    klasse liebe thanks thank thx thankyou ta cheers please pls regards hello hiya howdy greetings dear sincerely
    morning evening afternoon question quick appreciated appreciate wishes thing sache anliegen
    """
)
ASKING = word_set(
    """
    wie was wo wer wann warum wieso wohin woher welche welcher welches welchen welchem wieviel kann darf muss how
    what which where when who why can may must whose
    """
)
