"""Messages in languages that are not spoken here, and in ours with something foreign in them: written for the tests."""

FOREIGN = {
    "fr": """
Quel est le serveur IMAP ?
Bonjour, je n'arrive plus à envoyer de mails depuis hier. Que faire ?
Quel port pour POP3 avec SSL ?
Comment configurer Outlook avec votre serveur SMTP ?
quelle est la taille maximale d'une pièce jointe
je ne recois plus mes emails, pouvez vous m'aider
Est-ce que je dois m'authentifier pour envoyer des messages ?
Mon message est revenu avec une erreur, qu'est-ce que ça veut dire ?
""",
    "es": """
¿Cuál es el servidor de correo entrante?
Hola, no puedo enviar correos desde ayer. ¿Qué puedo hacer?
¿Qué puerto uso para POP3 con SSL?
cual es el puerto de imap
¿Cómo configuro Outlook con su servidor SMTP?
Necesito saber el tamaño máximo de los mensajes
mi correo fue devuelto con un error, que significa
¿Dónde encuentro mi nombre de usuario?
""",
    "it": """
Qual è il server di posta in arrivo?
Buongiorno, da ieri non riesco più a inviare le mail. Cosa devo fare?
Quale porta devo usare per POP3 con SSL?
come si configura outlook con il vostro smtp
Quanto può essere grande un allegato?
Il mio messaggio è tornato indietro con un errore, cosa significa?
qual e la porta imap per favore
""",
    "pt": """
Qual é o servidor de entrada?
Olá, não consigo enviar e-mails desde ontem. O que devo fazer?
Qual a porta para POP3 com SSL?
como eu configuro o outlook com o vosso smtp
Qual é o tamanho máximo das mensagens?
A minha mensagem voltou com um erro, o que isso quer dizer?
""",
    "nl": """
Wat is de inkomende mailserver?
Hallo, ik kan sinds gisteren geen mails meer versturen. Wat moet ik doen?
Welke poort moet ik gebruiken voor POP3 met SSL?
hoe stel ik outlook in met jullie smtp server
Hoe groot mag een bijlage zijn?
Mijn bericht kwam terug met een foutmelding, wat betekent dat?
waarom krijg ik geen mail meer binnen
""",
    "pl": """
Jaki jest serwer poczty przychodzącej?
Dzień dobry, od wczoraj nie mogę wysyłać maili. Co robić?
Jaki port dla POP3 z SSL?
jak skonfigurowac outlook z waszym smtp
Jaki jest maksymalny rozmiar wiadomości?
Moja wiadomość wróciła z błędem, co to znaczy?
""",
    "tr": """
Gelen posta sunucusu nedir?
Merhaba, dünden beri e-posta gönderemiyorum. Ne yapmalıyım?
POP3 SSL için hangi portu kullanmalıyım?
outlook smtp ayarlari nasil yapilir acaba bir yardım eder misiniz
Bir ekin boyutu en fazla ne kadar olabilir?
Mesajım bir hata ile geri geldi, bu ne demek?
""",
    "cs": """
Jaký je server pro příchozí poštu?
Dobrý den, od včera nemohu odesílat maily. Co mám dělat?
Který port je pro POP3 s SSL?
Jak velká může být příloha?
Moje zpráva se vrátila s chybou, co to znamená?
""",
    "sv": """
Vilken är servern för inkommande post?
Hej, jag kan inte skicka mejl sedan igår. Vad ska jag göra?
Vilken port ska jag använda för POP3 med SSL?
Hur stor får en bilaga vara?
Mitt meddelande kom tillbaka med ett fel, vad betyder det?
""",
    "da": """
Hvad er serveren til indgående post?
Hej, jeg kan ikke sende mails siden i går. Hvad skal jeg gøre?
Hvilken port skal jeg bruge til POP3 med SSL?
Hvor stor må en vedhæftet fil være?
Hva er serveren for innkommende e-post?
Hvorfor får jeg ikke sendt e-post?
""",
    "fi": """
Mikä on saapuvan postin palvelin?
Hei, en voi lähettää sähköpostia eilisestä lähtien. Mitä pitää tehdä?
Mitä porttia käytän POP3:lle kun SSL on päällä?
Kuinka suuri liite voi olla?
""",
    "hu": """
Mi a bejövő levelek szervere?
Jó napot, tegnap óta nem tudok levelet küldeni. Mit tegyek?
Melyik portot kell használni POP3-hoz és SSL-hez?
Mekkora lehet egy csatolmány, és hol van ez leírva?
""",
    "ro": """
Care este serverul pentru primirea mesajelor?
Bună ziua, de ieri nu mai pot trimite mesaje. Ce trebuie să fac?
Ce port trebuie să folosesc pentru POP3 cu SSL?
""",
    "hr": """
Koji je poslužitelj za dolaznu poštu?
Dobar dan, od jučer ne mogu slati mailove. Što da radim?
Koji port moram koristiti za POP3 sa SSL-om?
""",
    "id": """
Apa server untuk surat masuk?
Halo, saya tidak bisa mengirim email sejak kemarin. Apa yang harus saya lakukan?
""",
    "vi": """
Máy chủ thư đến là gì?
Xin chào, tôi không gửi được thư từ hôm qua. Tôi cần làm gì?
""",
    "scripts": """
注文番号 995
メールサーバーの設定を教えてください
SMTPサーバーのポートは何ですか？
POP3 SSL ポート番号
我们公司有100名员工，请联系我们。
2 GB 无限流量
请问IMAP服务器地址是什么
이메일 서버 주소가 무엇인가요?
Заказ 993 принят, спасибо
Здравствуйте, какой порт для POP3 с SSL?
SMTP не работает
Який сервер вхідної пошти?
Ποιος είναι ο διακομιστής εισερχόμενης αλληλογραφίας;
ما هو خادم البريد الوارد؟
מהו שרת הדואר הנכנס?
เซิร์ฟเวอร์อีเมลขาเข้าคืออะไร
ईमेल सर्वर क्या है?
Здравствуйте, ваш заказ 993 принят. С уважением
""",
}

OURS = """
Wie heisst de Server für d Mails?
Grüezi, chönd Sie mir säge wie de Poschtiigangsserver heisst?
I ha es Problem mit em Outlook, es gaht nöd
Wo muess ich de Port iigäh für s IMAP?
Weli Adrässe het de SMTP Server bi eu?
Wat is de Server för dat Utgahn?
Ik heff keen Mail mehr kregen, wat is dor los?
Moin, wat mutt ik för dat IMAP in Thunderbird indregen?
Wia hoaßt da Server fürs Vaschickn?
i ko koane mails mehr schicka
Kannste ma sagen, welcha Port dit is?
Wat is dat denn für ne Fehlermeldung, ik krieg keene Mails mehr raus
Merci, welcher Port ist das?
Salut zäme, wie heisst de IMAP-Server?
Ciao, welchen Server brauche ich?
Ich heiße José García Márquez und brauche den IMAP-Server
My name is François Lefèvre, which port do I use?
Unsere Firma heißt Société Générale des Eaux, welchen Server nehmen wir?
Was bedeutet „Le message n'a pas pu être remis à son destinataire“?
What does "El servidor no está disponible en este momento" mean?
Mein Outlook zeigt: Le serveur ne répond pas. Was kann ich tun?
Mein Outlook ist auf Französisch, was heißt serveur de courrier entrant?
What do I enter for serveur sortant in French Outlook?
Was heißt 注文番号 auf Deutsch?
Ich bekomme Mails mit Заказ im Betreff, kann ich die filtern?
The subject says 我们公司有100名员工, is that spam?
pop imap smtp ssl tls
imap.example.com 993 ssl
smtp host
merci
ciao bella
Déjà-vu: port 465 geht nicht
α-Version, welcher Port?
À la carte: POP3 oder IMAP?
El Niño GmbH, Port 993?
de la Cruz, Maria
sql server licence per core or per seat
mailbox en masse full
"""


def lines(text: str) -> list[str]:
    return [line for line in text.strip().split("\n") if line]
