"""What a walk says, and what it does where something is not as it was; tests/workflow walks every number."""

import json
import re
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pytest
from support.browser import well_formed
from support.labels import NO_LIMITS, labels

from sarangi.__main__ import main
from sarangi.base import store
from sarangi.base.dimension_rows import DIMENSION_DIFFERENCES, DIMENSION_SCORES, RATED_PREDICTIONS
from sarangi.base.errors import SarangiError
from sarangi.base.fairness_rows import FAIRNESS
from sarangi.base.human_rows import HUMAN
from sarangi.base.missing import WEIGHTS, Missing
from sarangi.base.robustness_rows import ROBUSTNESS
from sarangi.base.score_rows import SCORES
from sarangi.base.vote_rows import VOTES
from sarangi.models.predictions import predictions_schema
from sarangi.paper.tables.annotators import annotators_table
from sarangi.paper.tables.dimension_differences import dimension_differences_table
from sarangi.paper.tables.dimensions import dimensions_table
from sarangi.paper.tables.fairness import fairness_table
from sarangi.paper.tables.robustness import robustness_table
from sarangi.paper.tables.scores import scores_table
from sarangi.paper.tables.writing import FORMATS
from sarangi.reproduce.explain import Walk, explain
from sarangi.reproduce.steps import Step, as_page, as_text
from sarangi.runtime import provenance
from sarangi.runtime.inventory import digest_of_input

NAME = "urdu_latif_loso_egemaps_svm"
SCORE = f"results/scores/{NAME}.parquet"
WITHIN = f"results/runs/{NAME}/predictions/within.parquet"
OTHER = "results/runs/urdu_latif_random5_egemaps_svm/predictions/within.parquet"
PROTOCOL = "results/protocols/urdu_latif/loso.parquet"
MANIFEST = "results/corpora/urdu_latif/manifest.parquet"
CLIPS = [f"urdu_latif/{number}.wav" for number in range(4)]
TITLES = {
    "protocols": {"loso": "leave one speaker out"},
    "models": {"egemaps_svm": "eGeMAPS + SVM", "audio": "audio"},
}


def publish(name, inputs, write, rule="made"):
    made = {
        "rule": rule, "wildcards": {}, "parameters": "p" * 64, "code": "c" * 16, "outputs": [name],
        "inputs": {path: provenance.digest(path) for path in inputs},
    }  # fmt: skip
    Path(name).parent.mkdir(parents=True, exist_ok=True)
    write(Path(name), made)
    provenance.write(Path(name), Path(name), made)


def table(rows, schema):
    return lambda path, made: store.write(path, pd.DataFrame(rows, columns=schema.names), schema, made)


def text(words):
    return lambda path, _: path.write_text(words)


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Four clips from manifest to paper, by what the real tables and schemas are."""
    monkeypatch.chdir(tmp_path)
    names = ("utterance_id", "sha256", "status", "file", "start", "end")
    clips = [[clip, f"{number}" * 64, "ok", "x.wav", None, None] for number, clip in enumerate(CLIPS)]
    clips[0][4:] = [1.25, 2.5]
    fields = [(name, pa.float64() if name in ("start", "end") else pa.string()) for name in names]
    publish(MANIFEST, [], table(clips, pa.schema(fields)), "manifest")
    fields = [
        ("utterance_id", pa.string()),
        ("fold", pa.int32()),
        ("part", pa.string()),
        ("leaks", pa.bool_()),
    ]
    parts = [
        [clip, fold, "test" if fold == n // 2 else "train", False]
        for n, clip in enumerate(CLIPS)
        for fold in (0, 1)
    ]
    publish(PROTOCOL, [MANIFEST], table(parts, pa.schema(fields)), "protocol")
    schema = predictions_schema(["angry", "sad"])
    for name in (WITHIN, OTHER):
        answers = [
            [clip, n // 2, None, "ok", None, "sad", "angry" if n == 3 else "sad", None, None]
            for n, clip in enumerate(CLIPS)
        ]
        answers[0][3:] = ["failed", "too short", "sad", None, None, None]
        publish(name, [PROTOCOL, MANIFEST], table(answers, schema), "classical")
    line = dict.fromkeys(SCORES.names) | {
        "experiment": NAME, "corpus": "urdu_latif", "protocol": "loso", "model": "egemaps_svm",
        "test": "urdu_latif", "slice": "pooled", "metric": "uar", "value": 2 / 3, "low": 0.1, "high": 0.9,
        "low_clips": 0.2, "high_clips": 0.8, "n": 3, "groups": 2, "seeds": 1, "chance": 0.5, "ceiling": 1.0,
        "classes": "angry sad", "mark": "descriptive interval",
    }  # fmt: skip
    metrics = ("uar", "uar_absent_as_zero", "wf1", "uf1", "accuracy", "uar_true_or_predicted")
    lines = [line | {"metric": name, "value": 2 / 3 + n / 100} for n, name in enumerate(metrics)]
    lines.append(line | {"slice": "gender female", "value": 0.25})
    lines = [[entry[name] for name in SCORES.names] for entry in lines]
    publish(SCORE, [WITHIN, OTHER, PROTOCOL, MANIFEST], table(lines, SCORES), "scores_urdu_latif_egemaps")
    numbers = rf"\synthetictrue{chr(10)}\setval{{{NAME}.uar}}{{0.667}}{chr(10)}\setval{{{NAME}.n}}{{3}}"
    publish("paper/numbers.tex", [SCORE], text(numbers), "numbers")
    waiting = [("urdu_latif", "loso", "audio", [Missing(WEIGHTS, "tiny", "ask")])]
    Path("paper/tables").mkdir()
    files = {suffix: Path(f"paper/tables/scores.{suffix}") for suffix in FORMATS}
    scores_table([SCORE], [], waiting, NO_LIMITS, labels(["urdu_latif"], **TITLES), files)
    for path in files.values():
        publish(str(path), [SCORE], lambda path, _: None, "scores_table")
    return tmp_path


def test_a_number_of_the_text_walks_to_its_own_predictions_protocol_and_recordings(folder):
    said = as_text(explain(f"{NAME}.uar", recordings=True))
    for words in (
        f"{NAME}.uar = 0.667",
        "is printed by paper/sections/results.tex:",
        "value 0.666667, interval 0.1 to 0.9 over groups, 0.2 to 0.8 over clips",
        "n 3, groups 2, seeds 1, chance 0.5, ceiling 1",
        "mark: descriptive interval: fewer than 8 groups",
        "rule scores_urdu_latif_egemaps, code cccccccccccccccc, parameters pppp",
        "4 rows: ok 3, skipped 0, failed 1; 2 of those predicted are right",
        "2 folds; 0 rows of groups that are in both training and test",
        "fold 1: test 2, train 2",
        "Recordings: 3 tested",
        f"{CLIPS[3]}: sad, predicted angry (fold 1); sha256 {'3' * 64}",
        f"{CLIPS[0]}: sad, predicted failed (fold 0); sha256 {'0' * 64} of x.wav, from 1.25 s to 2.5 s",
        "no result about people",
    ):
        assert words in said, words
    # the job read another experiment's predictions too
    assert OTHER not in said
    assert "its job also read 1 files for other numbers" in said


def test_cells_slices_claims_and_files_have_ids(folder):
    walk = Walk(folder)
    for wanted, words in (
        ("scores:1:WF1", "value 0.686667"),
        ("scores.md:1:Interval", "low 0.1, high 0.9"),
        ("scores:1:Groups", "groups 2"),
        (f"{NAME}.uar@gender female", "value 0.25"),
        (f"{NAME}.n", "n 3"),
        (PROTOCOL, "rule protocol"),
        ("scores", "rule scores_table"),
    ):
        assert words in as_text(walk.explain(wanted)), wanted


@pytest.mark.parametrize(
    ("wanted", "words"),
    [
        (f"{NAME.replace('egemaps', 'egemap')}.uar", f"did you mean {NAME}.uar"),
        ("scores:1:WF", "did you mean WF1?"),
        ("scores:9:UAR", "table scores has rows 1 to 1"),
        (f"{NAME}.uar@gender", "it has pooled, gender female"),
        (f"{NAME}.uaar@pooled", "has no metric 'uaar'"),
        ("score:1:UAR", "did you mean scores:1:UAR"),
    ],
)
def test_an_unknown_id_suggests_near_ones(folder, wanted, words, capsys):
    with pytest.raises(SarangiError) as error:
        explain(wanted, folder)
    assert words in str(error.value)
    assert main(["explain", wanted]) == 1
    assert words in capsys.readouterr().err


def test_what_is_not_as_it_was_is_said_plainly(folder):
    Path(MANIFEST).write_bytes(Path(MANIFEST).read_bytes() + b" ")
    said = as_text(explain(f"{NAME}.uar"))
    assert f"from {MANIFEST}: sha256" in said
    assert "but DIFFERENT BYTES are there now" in said
    assert "NOT THE BYTES that its rule made" in said
    provenance.place(PROTOCOL).unlink()
    assert "no provenance says how it was made" in as_text(explain(PROTOCOL))
    Path(SCORE).write_bytes(Path(SCORE).read_bytes()[:-20])
    with pytest.raises(SarangiError, match="not a whole Parquet file"):
        explain(f"{NAME}.uar")


def test_a_page_escapes_and_needs_no_other_file(folder, capsys):
    page = as_page(Step("<b>&", ["a < b"], ["<script>"] * 20, [Step("inner", lines=["x"] * 20)]), {})
    assert "<script>" not in page and well_formed(page)
    assert "&lt;b&gt;&amp;" in page
    assert main(["explain", f"{NAME}.uar", "--html", "page.html"]) == 0
    written = Path("page.html").read_text()
    assert all(f"{number}" * 64 in written for number in range(4))
    assert "https:" not in written and "http:" not in written and well_formed(written)
    # without a configuration nothing says what the parameters were
    assert f"parameters with sha256 {'p' * 64}: Snakemake cannot plan" in written
    targets = re.findall(r'href="#([^"]+)"', written)
    assert len(targets) > 4 and all(f'id="{target}"' in written for target in targets)


def test_the_tables_json_names_the_row_and_column_of_each_cell(folder):
    row = json.loads(Path("paper/tables/scores.json").read_text())["rows"][0]
    assert row["from"]["UF1"] == [
        {"file": SCORE, "where": {"metric": "uf1", "slice": "pooled"}, "column": "value"}
    ]


@pytest.mark.parametrize(
    "table",
    ["[", "[]", {"rows": []}, {"cells": {}}, {"from": {"": [{"file": "a" * 5000}]}}, {"from": {"": [{}]}},
     {"from": {"": [{"file": "config.yaml", "where": {"entry": 1}}]}}, {"cells": {"A": 1}}],
)  # fmt: skip
def test_the_json_of_a_table_that_another_wrote_is_refused_by_its_name(table, tmp_path):  # found by fuzzing
    whole = {"caption": "c", "columns": ["A"], "notes": [], "rows": [{"cells": {"A": "1"}, "from": {}}]}
    if isinstance(table, dict):
        table = json.dumps(whole | table if "rows" in table else whole | {"rows": [whole["rows"][0] | table]})
    (tmp_path / "paper/tables").mkdir(parents=True)
    (tmp_path / "paper/tables/t.json").write_text(table)
    with pytest.raises(SarangiError, match=r"t(\.json: expected a table|:1: )"):
        explain("t:1:A", tmp_path)


def test_the_digest_of_a_folder_is_called_what_it_is_and_follows_its_content(folder):
    corpus = Path("resources/corpora/urdu_latif")
    corpus.mkdir(parents=True)
    (corpus / "x.wav").write_bytes(b"1234")
    known = digest_of_input(corpus)
    files = Walk(Path()).files
    assert files.input_state(str(corpus), known) == f"sha256 of paths and contents {known} (the same bytes)"
    (corpus / "x.wav").write_bytes(b"1235")
    said = Walk(Path()).files.input_state(str(corpus), known)
    assert said.startswith(f"sha256 of paths and contents {known}, but DIFFERENT BYTES are there now: ")


FAIR, WORSE = f"results/fairness/{NAME}.parquet", f"results/robustness/{NAME}.parquet"
DISTURBED = f"results/runs/{NAME}/disturbed.parquet"
ANNOTATED, VOTED = f"results/human/{NAME}.parquet", "results/votes/urdu_latif.parquet"
RATED, ORACLE = "urdu_latif_loso_svr", "urdu_latif_loso_oracle"
RATINGS = f"results/runs/{RATED}/predictions/within.parquet"
OTHERS = f"results/runs/{ORACLE}/predictions/within.parquet"
DIMENSIONS = f"results/dimensions/{RATED}.parquet"
DIFFERENCES = "results/dimension_differences/urdu_latif_loso.parquet"
ALL = {**TITLES, "models": {**TITLES["models"], "svr": "SVR", "oracle": "speaker's mean"}}


def compared(schema, **values):
    """A table of one row with a difference."""
    row = dict.fromkeys(schema.names, 0) | {
        "experiment": NAME, "corpus": "urdu_latif", "protocol": "loso", "model": "egemaps_svm",
        "test": "urdu_latif", "metric": "uar", "value": -0.25, "low": -0.5, "high": 0.125, "mark": "",
        "classes": "sad",
    }  # fmt: skip
    row |= {name: value for name, value in values.items() if name in schema.names}
    return table([[row[name] for name in schema.names]], schema)


@pytest.fixture
def tabled(folder):
    """Tables of parts of the speakers, of worse recordings and of dimensions, as their jobs publish them."""
    parts = {"attribute": "gender", "first": "female", "second": "male", "value_first": 0.5, "groups_both": 2}
    recall = compared(FAIRNESS, **parts, metric="recall_sad")
    of_parts = compared(FAIRNESS, **parts)

    def both(path, made):
        rows = []
        for write in (of_parts, recall):
            write(path, made)
            rows.append(store.read(path))
        store.write(path, pd.concat(rows), FAIRNESS, made)

    publish(FAIR, [WITHIN, OTHER, PROTOCOL, MANIFEST], both, "scores_urdu_latif_egemaps")
    publish(DISTURBED, [MANIFEST], lambda path, _: path.write_bytes(Path(WITHIN).read_bytes()), "disturbed")
    publish(
        VOTED,
        [],
        table([[CLIPS[0], "ann", None, "sad", "sad", None, 1.0, "ok", None, None]], VOTES),
        "voted_manifest",
    )
    annotated = compared(HUMAN, reference="others", human=0.75, n=3)
    publish(ANNOTATED, [WITHIN, OTHER, PROTOCOL, MANIFEST, VOTED], annotated, "scores_urdu_latif_egemaps")
    worse = compared(ROBUSTNESS, condition="noise_0", value_disturbed=0.5, value_as_recorded=0.75)
    publish(WORSE, [WITHIN, DISTURBED, PROTOCOL, MANIFEST], worse, "robustness")
    answers = [
        [clip, n // 2, None, "arousal", "ok", None, 1.0 + n, 1.25 + n] for n, clip in enumerate(CLIPS)
    ]  # fmt: skip
    answers[0][4:] = ["failed", "too short", None, None]
    for path in (RATINGS, OTHERS):
        publish(path, [PROTOCOL, MANIFEST], table(answers, RATED_PREDICTIONS), "rated")
    rated = {"experiment": RATED, "model": "svr", "dimension": "arousal", "slice": "pooled", "n": 3}
    metrics = [compared(DIMENSION_SCORES, **rated, metric=metric) for metric in ("ccc", "pearson", "rmse")]

    def each(path, made):
        rows = []
        for write in metrics:
            write(path, made)
            rows.append(store.read(path))
        store.write(path, pd.concat(rows), DIMENSION_SCORES, made)

    publish(DIMENSIONS, [RATINGS, PROTOCOL, MANIFEST], each, "rated_scores")
    pair = {"first": "svr", "second": "oracle", "dimension": "arousal", "metric": "ccc", "p_adjusted": 0.25}
    publish(DIFFERENCES, [RATINGS, OTHERS], compared(DIMENSION_DIFFERENCES, **pair), "rated_differences")
    shown = labels(["urdu_latif"], **ALL)

    def files(name):
        return {suffix: Path(f"paper/tables/{name}.{suffix}") for suffix in FORMATS}

    fairness_table([FAIR], shown, files("fairness"))
    annotators_table([ANNOTATED], shown, files("annotators"))
    robustness_table([WORSE], [], shown, files("robustness"))
    dimensions_table([DIMENSIONS], [], [], [], shown, files("dimensions"))
    dimension_differences_table([DIFFERENCES], [], shown, files("dimension_differences"))
    inputs = {
        "fairness": FAIR, "annotators": ANNOTATED, "robustness": WORSE,
        "dimensions": DIMENSIONS, "dimension_differences": DIFFERENCES,
    }  # fmt: skip
    for name, file in inputs.items():
        for path in files(name).values():
            publish(str(path), [file], lambda path, _: None, f"{name}_table")
    return folder


@pytest.mark.parametrize(
    ("cell", "words"),
    [
        (
            "fairness:1:UAR",
            [f"uar of {NAME}, gender, female, male", "value_first 0.5", "sad, predicted angry"],
        ),
        ("annotators:1:Annotator", [f"uar of {NAME}, others", "human 0.75", f"File: {VOTED}"]),
        ("robustness:1:Difference", [f"uar of {NAME}, noise_0", "missing 0", f"File: {DISTURBED}"]),
        ("dimensions:1:CCC", [f"ccc of {RATED}, arousal, pooled", f"File: {DIMENSIONS}"]),
        (
            "dimensions:1:RMSE",
            [f"rmse of {RATED}", "4 rows: ok 3, skipped 0, failed 1; ratings, one row per dimension"],
        ),
        (
            "dimension_differences:1:Corrected p",
            ["ccc of svr minus oracle, arousal", "p_adjusted 0.25", f"Experiment {ORACLE}"],
        ),
    ],
)  # fmt: skip
def test_numbers_of_tables_beside_the_scores_lead_to_the_recordings(tabled, cell, words):
    said = as_text(explain(cell, recordings=True))
    file = {"fairness": FAIR, "robustness": WORSE, "annotators": ANNOTATED}.get(cell.partition(":")[0])
    recordings = [f"sha256 {'3' * 64}", f"Manifest: {MANIFEST}", f"Protocol: {PROTOCOL}"]
    rated = [
        f"{CLIPS[3]}: arousal 4, predicted 4.25 (fold 1)",
        f"{CLIPS[0]}: arousal not rated, predicted failed",
    ]
    for text in [*words, *recordings, *(rated if file is None else [f"File: {file}"])]:
        assert text in said, text
    assert "NOT THE BYTES" not in said
