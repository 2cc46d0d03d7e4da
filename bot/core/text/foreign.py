"""Foreign text: a message in a script or a language that is neither German nor English.

Of such a text only figures and the names of protocols would be read, and they would be answered. A script is known by
its letters. A language is known by the words that build its sentences, as German and English are
(language_detection.py): three that are theirs alone, or two of four words, and far more than German or English ones.
Sentences are looked at one by one, so that a foreign name, product or quotation in a German or English sentence decides
nothing. Dialects of German, Swiss and Low German among them, are German. Pure.
"""

from collections import Counter
from collections.abc import Collection, Mapping
from functools import lru_cache

from bot.core.languages import KNOWN, Language
from bot.core.lazy_regex import lazy_regex
from bot.core.text.function_words import COUNTED, FUNCTION_WORDS_IN_BOTH, word_set
from bot.core.text.language_detection import without_program_prose
from bot.core.text.normalize import CACHED_MESSAGES, fold

LONGEST = 4_000  # characters that are looked at: what a message is written in shows at its beginning
FEWEST_WORDS = 3  # below that no language is called foreign: "merci", "ciao bella"
LEAST_EVIDENCE = 2.0  # different words that build sentences in one foreign language, and in neither of ours
OUTWEIGHS = 2.0  # times that a foreign sentence has more of its own words than of ours
FOREIGN_SHARE = 4.0  # times that words in foreign sentences must outnumber those in ours
DENSE = 2.0  # Latin letters that one of another script stands for: Chinese writes a word with two
MOST_SCRIPT, SOME_SCRIPT = 0.5, 0.25  # share of letters of another script: it alone; without a word of ours beside it

_WORD = lazy_regex(r"[^\W\d_]+|¿")
_MARKED = lazy_regex(r"[^a-zäöüß]")  # a letter that neither of ours has
_QUOTED = lazy_regex(r"\"[^\"\n]{2,400}\"", needs='"')
_TOKEN = lazy_regex(r"\S+")
_NAME = lazy_regex(r"[@/%\\]|[:.]\w")  # an address, a host name, a path
_SENTENCE = lazy_regex(r"[.!?:;\n]+")
_LATIN_ENDS = 0x24F  # code point; above, but for _MORE_LATIN, letters are of other scripts
_MORE_LATIN = (range(0x1E00, 0x1F00), range(0x2C60, 0x2C80), range(0xA720, 0xA800))
_OTHER_SIGNS = frozenset("µΩπ")  # units and such

# Words that build sentences, by language, with and without their marks. Left out are those that German or English has
# too, and names of everyday things, which travel: "adios", "café". Of every language, those of a support request first.
_WORDS: Mapping[str, str] = {
    "fr": f"{KNOWN['fr'].function_words} {KNOWN['fr'].everyday_words}",
    "es": """
        yo él ella nosotros ustedes usted el la los las un una unos unas de del y o es son está están soy estoy
        tengo tiene tienen hay no que qué quien quién cual cuál cuales cuáles como cómo por porqué para con sin en
        sobre mi mis su sus tu nuestro nuestra este esta esto ese eso al más muy gracias hola buenos buenas días
        dias tardes saludos puedo puede pueden debo necesito quiero hacer usar enviar recibir funciona desde pero
        también cuando cuándo cuanto cuánto cuántos donde dónde correo correos servidor puerto contraseña entrante
        saliente tamaño máximo buzón ayuda mensaje favor le me se lo ya si ¿ nombre usuario encuentro
    """,
    "it": """
        io lui lei noi voi loro il lo la gli le un uno una di del della dei delle degli e o è sono sei siamo ho hai
        ha hanno c'è non che chi quale quali qual cosa cos'è come perché perche quando quanto quanti dove per con
        senza in nel nella su sul mio mia miei mie vostro vostra suo sua questo questa questi al alla più molto
        grazie ciao buongiorno buonasera salve saluti posso può puo possono devo bisogna serve voglio fare usare
        inviare ricevere funziona da dal dalla ma anche posta server porta uscita entrata casella messaggio errore
        aiuto cordiali mi si favore configura ricevo riesco invio qualcuno
    """,
    "pt": """
        eu ele ela nós vocês você o a os as um uma uns de do da dos das e ou é são está estão sou estou tenho tem há
        não nao que quem qual quais como por porque para com sem em no na nos nas sobre meu minha meus seu sua nosso
        este esta isto isso ao mais muito obrigado obrigada olá ola bom boa dia tarde cumprimentos posso pode podem
        devo preciso quero fazer usar enviar receber funciona desde mas também tambem quando quanto onde correio
        servidor porta senha saída entrada tamanho máximo caixa ajuda mensagem favor me se lo já vosso eletrônico
    """,
    "nl": """
        ik jij je hij zij wij jullie u het een de en of is zijn ben heb heeft hebben niet geen dat die wat wie welke
        welk hoe waarom wanneer waar voor met zonder naar van uit bij mijn uw onze deze dit dan maar ook nog wel
        zeer bedankt dank hallo goedemorgen goedendag groet groeten kan kunt kunnen moet moeten wil gebruik
        gebruiken sturen versturen verzenden ontvangen werkt sinds omdat meer hoeveel poort wachtwoord uitgaande
        inkomende grootte postvak bericht fout hulp alstublieft vriendelijke graag wordt worden er mij om in
        instellen stel
    """,
    "pl": """
        ja ty on ona my wy oni jest są sa być mam masz ma mamy nie tak co kto jaki jaka jakie jaką jakiego który
        która które jak dlaczego kiedy gdzie ile czy dla z ze bez w we na do od po przez pod mój moja moje mojego
        nasz nasza ten ta to te tego tej się sie i oraz ale też tez także bardzo dziękuję dziekuje dzień dzien dobry
        witam cześć pozdrawiam proszę prosze mogę moge można mozna muszę musze chcę chce używać wysłać wyslac
        wysyłać wysyłania odebrać działa dziala poczta poczty pocztowy serwer serwera hasło haslo skrzynki skrzynka
        wiadomość wiadomości waszym rozmiar błąd pomoc potrzebuję ustawić
    """,
    "cs": """
        já ty on ona my vy oni je jsou jsem jste mám mas máte má nemám není ne co kdo jaký jaká jaké jak proč kdy
        kde kolik pro s se bez v ve na do od po přes můj moje náš ten ta to tento a i ale také velmi děkuji dekuji
        dobrý den ahoj zdravím pozdravem prosím prosim mohu můžu lze musím chci používat odeslat odesílat poslat
        přijímat funguje pošta pošty poštovní odchozí příchozí heslo schránka schránky zpráva zprávy velikost chyba
        pomoc potřebuji nastavit nejde který jakou ako prečo čo nie som sú
    """,
    "tr": """
        ben sen biz siz bu şu bir ve veya ile için icin nedir ne nasıl nasil neden niçin zaman nerede kaç kac hangi
        hangisi mi mı mu mü var yok değil degil benim sizin bizim olan olarak çok cok daha teşekkürler tesekkurler
        teşekkür merhaba selam iyi günler saygılarımla lütfen lutfen gerekiyor gerekli lazım istiyorum yapmak
        kullanmak kullanmalıyım göndermek gonderemiyorum gönderemiyorum almak çalışmıyor calismiyor ama da de gibi
        kadar posta sunucu sunucusu sunucusunun portu şifre sifre giden gelen boyutu kutusu mesaj hata yardım
        olabilir misiniz ayarları adresi oluyor
    """,
    "sv": """
        jag du han hon vi ni de är var har hade inte ingen som vad vem vilken vilket vilka hur varför när var för
        med utan i på till från av om min mitt mina er vår den det detta denna och eller men också mycket tack hej
        vänliga hälsningar kan måste vill behöver använda skicka ta emot fungerar sedan mer många lösenord utgående
        inkommande storlek brevlåda meddelande fel hjälp får ska att ett en finns
    """,
    "da": """
        jeg du han hun vi i de er var har havde ikke ingen som hvad hvem hvilken hvilket hvilke hvordan hvorfor
        hvornår hvor for med uden på til fra af om min mit mine jeres vores den det dette denne og eller men også
        meget tak hej venlig hilsen kan skal må vil behøver bruge bruger sende modtage virker siden mer mye takk
        hilsen meget mange kodeord passord udgående utgående indgående innkommende størrelse postkasse postboks
        besked melding fejl feil hjælp hjelp får at et en findes finnes hva hvilken hvorfor fungerer
    """,
    "fi": """
        minä sinä hän me te he on ovat olen oletko ole ei en eivät mikä mitä kuka mitkä miten miksi milloin missä
        kuinka monta ja tai mutta myös kanssa ilman minun sinun meidän tämä tuo se että kun jos hyvin kiitos hei moi
        päivää terveisin voin voiko voi pitää täytyy haluan käyttää lähettää vastaanottaa toimi toimii sähköposti
        sähköpostin sähköpostia palvelin palvelimen portti salasana lähtevän saapuvan koko viesti virhe apua
        tarvitsen mihin olisi
    """,
    "hu": """
        én te ő mi ti ők a az egy és vagy van vannak nincs nem igen mi mit ki milyen melyik mennyi hogyan hogy miért
        mikor hol hány ezt azt ez hogy de is nagyon köszönöm koszonom szia jó napot üdvözlettel kérem kell lehet
        tudok tudom tudja szeretnék szeretném használni küldeni fogadni működik mert ha csak levelek levelét levelet
        szervere leveleket szerver kiszolgáló portot jelszó kimenő bejövő mérete üzenet hiba segítség szükséges
        beállítani
    """,
    "ro": """
        eu tu el ea noi voi ei este sunt sînt am ai are avem nu da ce cine care cum de pentru cu fără fara în din la
        pe sau și si dar mai foarte mulțumesc multumesc bună buna ziua salut rog pot poate trebuie vreau folosesc
        trimite trimit primesc primi funcționează functioneaza când cand unde cât cat serverul portul parola mesaj
        eroare ajutor meu mea mele nostru acest această aceasta să sa un o unei vă va adresa mă ma
    """,
    "hr": """
        ja ti on ona mi vi oni je su sam ste imam ima imate nije ne da što sto šta sta tko ko koji koja koje kako
        zašto zasto kada gdje gde koliko za s sa bez u na do od po iz moj moja moje naš taj ta to ovaj ova i ili ali
        također vrlo hvala dobar dan bok pozdrav molim mogu može moze moram želim zelim koristiti slati poslati
        primati radi pošta pošte poslužitelj server odlaznu dolaznu lozinka sandučić poruka poruke veličina greška
        pomoć trebam li kod nas se kaj
    """,
    "id": """
        saya kami anda kamu dia mereka ini itu dan atau yang dengan untuk dari ke di pada tidak bukan ada adalah apa
        siapa mana bagaimana mengapa kenapa kapan berapa bisa boleh harus ingin perlu menggunakan mengirim menerima
        terima kasih halo selamat pagi siang tolong mohon sudah belum juga tetapi karena surat kata sandi keluar
        masuk ukuran pesan kesalahan bantuan
    """,
    "vi": """
        tôi bạn anh chị em chúng là và hoặc của cho với không có được gì nào thế sao tại khi ở đâu bao nhiêu này đó
        máy chủ cổng thư gửi nhận mật khẩu xin chào cảm ơn giúp lỗi cần phải muốn dùng sử dụng
    """,
    "sq": """
        unë ti ai ajo ne ju është jam kam ka nuk po çfarë cfare cili cila si pse kur ku sa për me pa në nga dhe ose
        por faleminderit përshëndetje pershendetje mund duhet dua të
    """,
    "lt": """
        aš tu jis ji mes jūs yra esu turiu nėra ne taip kas koks kokia kaip kodėl kada kur kiek su be ir arba bet
        labai ačiū laba diena sveiki prašau galiu reikia noriu mano kuris
    """,
    "eo": "mi vi li ŝi ni ili estas kaj aŭ ne kio kiu kiel kial kiam kie por kun sen al de la mia dankon saluton",
    "la": "quid quis quomodo cur quando ubi est sunt sum et non cum sine pro ad ex meus mea quod sed salve gratias",
}
# Foreign words that tell nothing: they are a dialect's too (Low German, Swiss, Bavarian), a name, a slip, or everywhere
_TELL_NOTHING = word_set(
    """
    ik dat wat op het de ned ta te et en jo na ne server message serveur adresse com per pro non plus ex em ten till
    co sei far kam come nas min los son mate var ha ca sam ban cat sans serve kur mai care nem ty ya ei po bet hol
    sin bericht mat sum met je van sa si me mi ma un le la il el du de des al au ad ai ben eu io ou od pod ki ha ja
    je jo port porta portu portti post posta fax ich mer mir min isch hat hed hend han cho us uf gi di da do dan mol
    mei hei hej hon mon see sen set pot par tu os un de mail merci ciao salut net org no san av ir mea cum
    """
)
_OURS = (COUNTED["de"] | COUNTED["en"] | FUNCTION_WORDS_IN_BOTH) - _TELL_NOTHING


def _forms(listed: str) -> frozenset[str]:
    """Words as they are written, and as they are where marks are left out."""
    words = [word.replace("'", "") for word in listed.split()]
    return frozenset(form for word in words for form in (word, fold(word)) if len(form) > 1 or not form.isascii())


_ALL: Mapping[str, frozenset[str]] = {language: _forms(listed) for language, listed in _WORDS.items()}
_OWN: Mapping[str, frozenset[str]] = {language: forms - _OURS - _TELL_NOTHING for language, forms in _ALL.items()}
_SHARED: Mapping[str, frozenset[str]] = {language: forms & _TELL_NOTHING for language, forms in _ALL.items()}
_LANGUAGES_OF: Mapping[str, tuple[str, ...]] = {
    word: tuple(language for language in _OWN if word in _OWN[language]) for word in frozenset().union(*_OWN.values())
}


@lru_cache(CACHED_MESSAGES)
def is_foreign(text: str, spoken: tuple[Language, ...] = ()) -> bool:
    """True if a cleaned text is mostly in a script or language that is neither German nor English.

    `text`: the writer's own words, without what is pasted. `spoken`: further languages that are not foreign.
    """
    text = _QUOTED.sub(" ", without_program_prose(text[:LONGEST]))
    if _NAME.search(text):
        text = _TOKEN.sub(lambda token: " " if _NAME.search(token[0]) else token[0], text)
    return _is_other_script(text) or _is_other_language(text, spoken)


def _is_other_script(text: str) -> bool:
    if ord(max(text, default="a")) <= _LATIN_ENDS:
        return False
    letters = [letter for letter in text if letter.isalpha()]
    if not letters:
        return False
    others = DENSE * sum(_is_of_other_script(letter) for letter in letters)
    share = others / (others + sum(not _is_of_other_script(letter) for letter in letters))
    return share >= MOST_SCRIPT or (share >= SOME_SCRIPT and not any(word in _OURS for word in _words(text)))


def _is_of_other_script(letter: str) -> bool:
    point = ord(letter)
    return point > _LATIN_ENDS and letter not in _OTHER_SIGNS and not any(point in more for more in _MORE_LATIN)


def _is_other_language(text: str, spoken: Collection[Language]) -> bool:
    sentences = [words for sentence in _SENTENCE.split(text) if (words := _words(sentence))]
    different = {word for words in sentences for word in words}
    most = sum(
        1.0 if _may_tell(word) else 0.5 for word in different - _OURS if _may_tell(word) or word in _TELL_NOTHING
    )
    if most < LEAST_EVIDENCE:
        return False  # most messages end here
    found = Counter(language for word in different for language in _LANGUAGES_OF.get(word, ()))
    if not found or sum(word.isalpha() for words in sentences for word in words) < FEWEST_WORDS:
        return False
    language = max(found, key=lambda one: (_evidence(different, one), one))
    if language in spoken or _evidence(different, language) < LEAST_EVIDENCE:
        return False
    theirs = ours = 0
    for words in sentences:
        own = _evidence(words, language)
        home = sum(word in _OURS and word not in _ALL[language] for word in words)
        theirs += len(words) if own > OUTWEIGHS * home else 0
        ours += len(words) if home and own <= OUTWEIGHS * home else 0
    return theirs > FOREIGN_SHARE * ours


def _may_tell(word: str) -> bool:
    return word in _LANGUAGES_OF or bool(_MARKED.search(word))


def _evidence(words: Collection[str], language: str) -> float:
    """Evidence for a language: words of its own, half of those that tell little, and such as have letters not ours."""
    own, shared = _OWN[language], _SHARED[language]
    return sum(1.0 if word in own or _MARKED.search(word) else 0.5 if word in shared else 0.0 for word in words)


def _words(text: str) -> list[str]:
    return _WORD.findall(text.lower().replace("'", ""))
