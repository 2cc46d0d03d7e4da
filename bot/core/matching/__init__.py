"""Matching: a message → the decision about it: it is answered with entries, gets a menu of them, or is declined.

This page has the way of a message and the place of each module; decision.py, whose `Matcher.decide` goes that way, has
the rules and figures of each step. What a text says by its words alone is read in bot/core/text.

    text ─► 0 early ─► 1 clean ─► 2 error lines: one is explained ─► its entries, and sure questions beside it ─┐
                                   │ none is                                                                   ├─► 7
                                   └─► 3 sentences ─► 4 ranking ─► 5 probabilities ─► 6 outcome of each part ──┘

0. **Early decisions**, before anything is ranked (early_decisions.py): another language, a matter that is closed, a
   choice from a menu (menu_choice.py).
1. **Cleaning** (bot/core/text/normalize.py). pasted.py tells lines that a program wrote from the person's.
2. **Error lines.** bounce.py takes a bounce apart, one statement a recipient; scaffolding.py knows what programs write
   around a reason. known_lines.py has the base's lines, line_alignment.py finds them in a message, error_slots.py reads
   what contradicts an entry (sender or recipient? for good?), own_hosts.py who did not reach us; known_errors.py puts
   it together, rates what was found, and makes parts of it. smtp_codes.py reads the codes of an error that no entry
   explains, error_report.py tells an error without its line.
3. **Sentences** (sentence_ranker.py): what is ranked.
   Left out: what is settled, or denied, or tells of another way than is asked about (contrast.py), or what an entry
   would answer (told_values.py).
   Completed: "Where do I set that?" (back_reference.py), "Which port do they use?" (provider_reference.py), protocol
   and encryption (told_ways.py), "und für IMAP?" by the question before (followup.py).
   Shortened: to its main clause (main_clause.py). ranked_text.py then says which of the ranked texts count.
4. **Ranking.** features.py makes words and concepts of a text: slips repaired (spelling.py), concepts found
   (vocabulary.py, concept_groups.py), and which are asked for (asked_aspects.py); message_features.py makes numbers of
   these. ranker.py scores every entry and topic, word_pairs.py adds what stands side by side. Signals besides:
   unexplained.py, what no example explains; other_provider.py, whose server is asked for.
5. **Probabilities** of signals: calibration.py, with regression.py.
6. **Outcome** of each part (questions.py): answer, menu or refusal. A question that fits several entries (siblings.py)
   or any (vague.py; ambiguity.py asks both) gets a menu. example_support.py says how well examples support an answer.
7. **The whole message**: decision.py.

Before all this a base is learnt, once for its content (learning.py): training.py, with the features of all examples
(example_features.py) on several cores (parallel.py); young_base.py, where there are few examples. example_counts.py has
what is counted of the examples rather than learnt.
"""
