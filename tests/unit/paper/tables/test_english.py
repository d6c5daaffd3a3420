"""The table of English corpora side by side."""

from support.labels import NO_LIMITS, labels
from support.study_tables import claims, files, ours, printed_on, rows_of, scored  # noqa: F401  (fixtures)

from sarangi.paper.tables.english import english_table


def entry(corpus, protocol, model, leaks=False, value=None):
    """An experiment of ours, scored where a value is given."""
    name = f"{corpus}_{protocol}_{model}"
    described = ours(name, corpus) | {
        "name": name, "protocol": protocol, "model": model, "leaks": leaks, "replayed": False,
    }  # fmt: skip
    if value is not None:
        values = {(metric, "pooled"): value for metric in ("uar", "wf1")}
        path = scored(f"{protocol}_{model}", values, corpus=corpus, test=corpus, experiment=name)
        described |= {"scores": str(path), "why": []}
    return described


def test_a_model_has_one_line_and_each_corpus_its_columns(claims, files):
    printed = {corpus: printed_on(claims, corpus) for corpus in ("ravdess", "meld")}
    known = {
        corpus: [entry(corpus, "replayed", said["ours"]) | {"name": said["ours"]} for said in each.values()]
        for corpus, each in printed.items()
    }
    # the most scores are of folds that share speakers, which do not count
    known["ravdess"] += [
        entry("ravdess", "random", m, leaks=True, value=0.9) for m in ("svm", "forest", "mlp")
    ]
    known["ravdess"] += [entry("ravdess", "loso", "svm", value=0.4)]
    known["iemocap"] = [entry("iemocap", "session", m, value=0.6) for m in ("svm", "forest")]
    english_table(printed, known, NO_LIMITS, labels(), files("english"))
    rows = {row["cells"]["Model"]: row["cells"] for row in rows_of("english")}
    assert rows["svm"]["RAVDESS, ours"].startswith("0.400")
    assert rows["svm"]["IEMOCAP, ours"].startswith("0.600")
    assert rows["forest"]["RAVDESS, ours"] == "–"
    assert (rows["wav2vec2-base"]["RAVDESS, published"], rows["WavLM-base"]["MELD, published"]) == (
        "0.659",
        "0.357",
    )
    # a random split is no side of this table
    assert "0.796" not in str(rows)
