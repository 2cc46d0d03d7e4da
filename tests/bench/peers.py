"""Postbote beside what one would take off the shelf: `pip install -e ".[bench]" && python -m tests.bench.peers`.

Every peer learns the same examples (titles, questions and error lines of the entries and of what is not covered) and
decides with the same three probabilities, learnt from its own scores: five folds, each line with figures learnt
without it. So the difference is the ranking and, for Postbote, the error lines. Quality and time come from one run on
one machine; the time is CPU of one thread for ranking one message, and its ratio to Postbote's.
"""

import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import bm25s
import click
import numpy as np
import Stemmer
import tantivy
from rapidfuzz import fuzz, process
from rapidfuzz import utils as folding
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.pipeline import make_pipeline, make_union
from sklearn.svm import LinearSVC
from whoosh import scoring
from whoosh.analysis import StemmingAnalyzer
from whoosh.fields import ID, TEXT, Schema
from whoosh.filedb.filestore import RamStorage
from whoosh.qparser import OrGroup, QueryParser

from bot.answering.engine import load_engine
from bot.core.matching.calibration import Sample, expected_values, fit_calibration, probabilities
from bot.core.matching.training import training_examples
from bot.core.model import Decision, Knowledge, Outcome, Question
from bot.core.text.normalize import clean
from bot.ops.evaluate import FOLDS, Line, Result, cross_validate, metrics, read_set
from bot.settings import Settings

PROJECT = Path(__file__).parents[2]
SETS = sorted((PROJECT / "tests/eval").glob("*.jsonl"))
NEAREST = 50  # examples that a search engine returns; an owner's score is that of its best

Rank = Callable[[str], Mapping[str, float]]  # a message → owner → score, absent: 0
Examples = Sequence[tuple[str, str]]


def best_of(owners: Sequence[str], scores: Sequence[float]) -> Mapping[str, float]:
    """An owner's score is that of its best example."""
    found: dict[str, float] = {}
    for owner, score in zip(owners, scores, strict=True):
        found[owner] = max(score, found.get(owner, 0.0))
    return found


def with_rapidfuzz(scorer: Callable[..., float]) -> Callable[[Examples], Rank]:
    def learn(examples: Examples) -> Rank:
        owners, texts = [o for o, _ in examples], [folding.default_process(t) for _, t in examples]

        def rank(text: str) -> Mapping[str, float]:
            scores = process.cdist([folding.default_process(text)], texts, scorer=scorer)[0]
            return best_of(owners, (scores / 100).tolist())

        return rank

    return learn


def with_bm25s(examples: Examples) -> Rank:
    owners, texts = [o for o, _ in examples], [t for _, t in examples]
    stemmer = Stemmer.Stemmer("german")

    def words(of: Sequence[str]) -> Any:
        return bm25s.tokenize(list(of), stemmer=stemmer, show_progress=False, return_ids=False)

    index = bm25s.BM25()
    index.index(words(texts), show_progress=False)

    def rank(text: str) -> Mapping[str, float]:
        said = words([text])
        return best_of(owners, index.get_scores(said[0]).tolist()) if said[0] else {}

    return rank


def with_tantivy(examples: Examples) -> Rank:
    schema = (
        tantivy.SchemaBuilder()
        .add_text_field("owner", stored=True, tokenizer_name="raw")
        .add_text_field("de", tokenizer_name="de_stem")
        .add_text_field("en", tokenizer_name="en_stem")
        .build()
    )
    index = tantivy.Index(schema)
    for name, language in (("de_stem", "german"), ("en_stem", "english")):
        analyser = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.simple()).filter(tantivy.Filter.lowercase())
        index.register_tokenizer(name, analyser.filter(tantivy.Filter.stemmer(language)).build())
    writer = index.writer()
    for owner, text in examples:
        writer.add_document(tantivy.Document(owner=owner, de=text, en=text))
    writer.commit()
    index.reload()
    searcher = index.searcher()

    def rank(text: str) -> Mapping[str, float]:
        query, _ = index.parse_query_lenient("".join(c if c.isalnum() else " " for c in text), ["de", "en"])
        hits = searcher.search(query, NEAREST).hits
        return best_of([searcher.doc(at)["owner"][0] for _, at in hits], [float(score) for score, _ in hits])

    return rank


def with_whoosh(examples: Examples) -> Rank:
    index = RamStorage().create_index(Schema(owner=ID(stored=True), text=TEXT(analyzer=StemmingAnalyzer())))
    writer = index.writer()
    for owner, text in examples:
        writer.add_document(owner=owner, text=text)
    writer.commit()
    searcher, parser = index.searcher(weighting=scoring.BM25F()), QueryParser("text", index.schema, group=OrGroup)

    def rank(text: str) -> Mapping[str, float]:
        hits = searcher.search(parser.parse("".join(c if c.isalnum() else " " for c in text)), limit=NEAREST)
        return best_of([hit["owner"] for hit in hits], [hit.score for hit in hits])

    return rank


def with_tfidf(examples: Examples) -> Rank:
    owners = [o for o, _ in examples]
    vectors = TfidfVectorizer(analyzer="char_wb", ngram_range=(3, 5), sublinear_tf=True)
    known = vectors.fit_transform([t for _, t in examples])
    return lambda text: best_of(owners, (known @ vectors.transform([text]).T).toarray()[:, 0].tolist())


def with_svm(examples: Examples) -> Rank:
    features = make_union(
        TfidfVectorizer(sublinear_tf=True), TfidfVectorizer(analyzer="char_wb", ngram_range=(3, 5), sublinear_tf=True)
    )
    model = make_pipeline(features, LinearSVC()).fit([t for _, t in examples], [o for o, _ in examples])
    return lambda text: dict(zip(model.classes_, model.decision_function([text])[0].tolist(), strict=True))


PEERS: Mapping[str, Callable[[Examples], Rank]] = {
    "rapidfuzz WRatio": with_rapidfuzz(fuzz.WRatio),
    "rapidfuzz token_set_ratio": with_rapidfuzz(fuzz.token_set_ratio),
    "bm25s, stems": with_bm25s,
    "whoosh, stems": with_whoosh,
    "tantivy, stems of both languages": with_tantivy,
    "scikit-learn TF-IDF of letters": with_tfidf,
    "scikit-learn linear SVM": with_svm,
}


@dataclass(frozen=True, slots=True)
class Row:
    """One method on one set."""

    name: str
    results: Sequence[Result]
    seconds: float  # of one message, CPU


def measured(name: str, rank: Rank, lines: Sequence[Line], knowledge: Knowledge) -> Row:
    """Every line ranked, then decided with figures learnt from the other folds."""
    begun = time.process_time()
    raws = [rank(clean(line.text)) for line in lines]
    seconds = (time.process_time() - begun) / len(lines)
    spread = float(np.std([s for raw in raws for s in raw.values()])) or 1.0  # scores of different sizes, one scale
    orders = [_order(knowledge, raw) for raw in raws]
    samples = [
        _sample(line, raw, order, knowledge, spread) for line, raw, order in zip(lines, raws, orders, strict=True)
    ]
    folds = [fit_calibration([s for n, s in enumerate(samples) if n % FOLDS != fold]) for fold in range(FOLDS)]
    results = []
    for number, (line, order, sample) in enumerate(zip(lines, orders, samples, strict=True)):
        calibration = folds[number % FOLDS]
        worth = expected_values(calibration, probabilities(calibration.single, sample.signals))
        results.append(Result(line, _decision(max(worth, key=lambda name: worth[name]), order)))
    return Row(name, results, seconds)


def _order(knowledge: Knowledge, raw: Mapping[str, float]) -> list[str]:
    return sorted(knowledge.entries, key=lambda e: (-raw.get(e, 0.0), e))


def _sample(line: Line, raw: Mapping[str, float], order: Sequence[str], knowledge: Knowledge, spread: float) -> Sample:
    first, second = raw.get(order[0], 0.0), raw.get(order[1], 0.0)
    uncovered = max((score for owner, score in raw.items() if owner not in knowledge.entries), default=0.0)
    return Sample(
        ((first - uncovered) / spread, (first - second) / spread, 1.0),
        order[0] in line.expect,
        bool(set(order[:3]) & set(line.expect)),
        not line.expect,
    )


def _decision(best: str, order: Sequence[str]) -> Decision:
    outcome: Outcome = "answer" if best == "answer" else "suggest" if best == "suggest" else "decline"
    count = {"answer": 1, "suggest": 3, "decline": 0}[outcome]
    return Decision(outcome, tuple(order[:count]), "de", 0.0, (), "")


def own(lines: Sequence[Line], data: Path) -> tuple[Row, Knowledge]:
    engine = load_engine(Settings(postbote_data_dir=data))
    begun = time.process_time()
    for line in lines:
        engine.matcher.decide(Question(line.text))
    seconds = (time.process_time() - begun) / len(lines)
    return Row("Postbote", cross_validate(lines, engine.matcher), seconds), engine.knowledge


def main(files: Sequence[Path]) -> None:
    with TemporaryDirectory() as folder:
        for file in files:
            lines = read_set(file)
            first, knowledge = own(lines, Path(folder))
            examples = training_examples(knowledge)
            rows = [first, *(measured(name, learn(examples), lines, knowledge) for name, learn in PEERS.items())]
            click.echo(f"{file.name}: {len(lines)} lines, cross-validated")
            click.echo(f"{'':<34}  score  right  wrong  menus right  false answers  menus out of scope    µs    ratio")
            for row in rows:
                m = metrics(row.results)
                click.echo(
                    f"{row.name:<34} {m['score']:6.3f} {m['answered_right']:6.2f} {m['answered_wrong']:6.2f}"
                    f" {m['suggested_right']:12.2f} {m['false_answers']:14.2f} {m['menus_out_of_scope']:19.2f}"
                    f" {row.seconds * 1e6:7.0f} {row.seconds / first.seconds:7.1f}×"
                )
            click.echo()


if __name__ == "__main__":
    main([Path(name) for name in sys.argv[1:]] or SETS)
