"""Text: what a message says by its words alone; nothing here knows the knowledge base, but for the words it is given.

**Characters.** normalize.py cleans a message (mark-up, quoting, encodings) and folds words; excerpt.py shortens long
ones; invisible_characters.py finds stray characters in pasted addresses; addresses.py and idna_names.py read addresses
and domain names; untrusted_json.py and spreadsheet.py make texts safe to store and to export; nearest.py finds the
known name that a mistyped one means.

**Language.** function_words.py has the words that build sentences; language_detection.py tells the base's languages
apart, foreign.py any other from them; language_wish.py reads "in English please".

**Parts.** message_parts.py takes a message apart: greeting, courtesy, sentences, closing (closing.py), by the polite
words (polite_words.py).

**What a sentence does.**

| it | module |
|---|---|
| asks, requests, or says what does not work | asking.py |
| tells or asks by its label: "What works: …", "Needed: …" | labelled_lines.py |
| asks what is set up at the asker's own, or what ought to be | present_state.py |
| asks to be sent something: read as "tell me" | handing_over.py |
| asks about what stands above it, and names nothing | asks_about_above.py |
| says what is settled: what works (working.py), is known, done, or not meant (not_meant.py) | settled.py |
| closes a matter, or thanks for help | closed_matter.py |

Their phrases are tables (`phrases` in bot/core/lazy_regex.py): each row is named by an example that it finds.
"""
