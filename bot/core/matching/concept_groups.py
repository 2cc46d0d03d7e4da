"""Groups of concepts (general_layer/concepts.yaml), and what a concept of each tells of a question.

Here stand those that a rule of matching asks for; there are others (thing, symptom, error, number).
"""

ASPECT = "aspect"  # what is asked for: server, port, user name …
PROTOCOL = "protocol"  # SMTP, POP3, IMAP
DIRECTION = "direction"  # outgoing, incoming
SECURITY = "security"  # encryption
MANNER = "manner"  # how something is asked: why, how, must I
TIME = "time"
DEVICE = "device"  # programs and devices, by their names (`any`)
OUTSIDE = "outside"  # what the FAQ does not cover

WAYS = (PROTOCOL, DIRECTION, SECURITY)  # tell entries with the same aspect apart (siblings.py)
EXCLUSIVE = (PROTOCOL, DIRECTION)  # groups of which an entry that names one value is not about another
CIRCUMSTANCES = frozenset({OUTSIDE, MANNER, TIME, DEVICE})  # say how, when and where, not what is asked about

CLEAR_TEXT = "clear-text"  # concept: no encryption
SSL = "ssl"  # concept: an encrypted connection
DIRECTION_OF = {"smtp": "outgoing", "pop3": "incoming", "imap": "incoming"}  # concepts: protocol → its direction
