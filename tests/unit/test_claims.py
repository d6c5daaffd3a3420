"""What the published study says, judged by its own parts and by scores."""

import csv
import re
from fractions import Fraction

import pandas as pd
import pytest
import yaml
from conftest import MADE_BY_TEST, ROOT
from hypothesis import given
from hypothesis import strategies as st
from labels import labels

from sarangi.base import store
from sarangi.base.errors import SarangiError
from sarangi.base.missing import WEIGHTS, Missing
from sarangi.base.score_rows import SCORES
from sarangi.base.verdicts import CONTRADICTED, DIFFERS, FAULTY, REPRODUCED, UNTESTABLE
from sarangi.paper.tables.findings import findings_table
from sarangi.paper.tables.writing import FORMATS
from sarangi.published import faults
from sarangi.published.findings import Question, finding
from sarangi.published.records import of_finding
from sarangi.study.claims_file import read_claims

FILE, SCHEMA = ROOT / "claims.yaml", ROOT / "workflow/schemas/claims.schema.yaml"
PUBLISHED = ROOT.parent / "shared/published"

FAULTS = {
    # constant predictor
    "ravdess_si_text.wf1": "always says calm",
    "ravdess_si_text.uf1": "always says calm",
    "ravdess_si_text.accuracy": "always says calm",
    # two metrics' names
    "uf1_called_uar": "as uf1 and as uar",
    "ravdess_si_audio_xlsr.wf1": "as wf1 and as uar",
    # sides of other class counts
    "sindhi_over_syed": "7 against 6",
    "urdu_over_syed": "7 against 6",
    # misprinted gaps
    "gap_urdu_to_sindhi": "its parts give -29.65; -30.99 is the gap of IS10",
    "gap_sindhi_to_urdu": "its parts give -29.04; -32.89 is the gap of IS10",
    # a range as an interval
    "punjabi_within.wf1": "smallest and the largest of 3 seeds",
    # clips counted once a seed
    "punjabi_within.uar": "962 test clips counted 3 times",
    "urdu_to_punjabi.uar": "962 test clips counted 3 times",
    # an emotion without test clips
    "urdu_within_show.uar": "the ceiling is 0.75 and uniform guessing gives 0.1875",
    "urdu_within_show.chance": "uniform guessing gives 0.1875, not 0.25",
    "punjabi_to_urdu.uar": "rests on 2 of 2 happy clips",
    # validation clips counted as training clips
    "training_ratio": "its parts give 24.39",
}
CONTRADICTIONS = {
    "compare_is10_last_to_sindhi": "IS10 0.2600, IS09",
    "compare_is10_last_to_urdu": "Prosody 0.2089",
    "thirty_points_everywhere": "run from 5.53 to 34.51, mean 23.57",
}

LAST = "lowest: {of: {rows: urdu_sindhi_transfer, metric: uar, where: {test: sindhi}}, group: features, are: "


@pytest.fixture(scope="module")
def ours():
    return read_claims(FILE, SCHEMA)


def changed(text, old, new, tmp_path):
    """The claims of our file with a piece of it replaced."""
    assert text.count(old) >= 1, old
    (tmp_path / "claims.yaml").write_text(text.replace(old, new, 1))
    return read_claims(tmp_path / "claims.yaml", SCHEMA)


def judged(records, name, tmp_path, scores=(), missing=None, synthetic=(), experiments=()):
    output = tmp_path / f"{name}.parquet"
    question = Question("said", of_finding(records, name), experiments)
    finding(question, scores, missing or {}, synthetic, store.Output(output, MADE_BY_TEST))
    return store.read(output).set_index("claim")


def everything(records, tmp_path):
    names = sorted({record["finding"] for record in records.values()})
    return pd.concat(judged(records, name, tmp_path) for name in names)


# -- the file ---------------------------------------------------------------------------------


def test_without_any_score_the_known_errata_come_out_and_all_else_cannot_be_tested(ours, tmp_path):
    table = everything(ours, tmp_path)
    assert len(table) == len(ours)
    assert set(table.index[table["verdict"] == FAULTY]) == set(FAULTS)
    assert set(table.index[table["verdict"] == CONTRADICTED]) == set(CONTRADICTIONS)
    for name, words in (FAULTS | CONTRADICTIONS).items():
        assert words in table.loc[name, "why"], name
    rest = table.drop([*FAULTS, *CONTRADICTIONS])
    assert rest["verdict"].str.match(rf"{UNTESTABLE}: \w").all()
    assert table["ours"].isna().all()
    assert table.loc["gap_urdu_to_sindhi", "recomputed"] == pytest.approx(-29.65)


def test_no_verdict_is_written_anywhere():
    for file in ("claims.yaml", "config.yaml", "demo/config.yaml"):
        text = (ROOT / file).read_text().lower()
        for word in ("reproduced", "differs", "faulty", "contradict", "cannot be tested", "verdict", "wrong"):
            assert word not in text, f"{file} says {word}"


def test_every_published_number_is_a_claim(ours):
    if not PUBLISHED.is_dir():
        pytest.skip("the published tables are not beside this checkout")
    said = {name: record["value"] for name, record in ours.items() if "value" in record}
    with (PUBLISHED / "transformers.csv").open() as file:
        for row in csv.DictReader(file):
            name = f"{row['experiment']}.{row['metric']}"
            assert said[name] == row["value"], name
            for key, column in (("low", "ci_low"), ("high", "ci_high")):
                assert ours[name].get(key, "") == row[column], name
    short = {"svm_rbf": "svm"}
    with (PUBLISHED / "urdu_sindhi.csv").open() as file:
        for row in csv.DictReader(file):
            grid = "within" if row["protocol"] == "5fold" else "transfer"
            classifier = short.get(row["classifier"], row["classifier"])
            cells = [row["train"], row["test"], row["features"].lower(), classifier]
            name = "_".join(["urdu_sindhi", grid, *cells])
            for metric in ("uar", "uar_std", "wf1"):
                if row[metric]:
                    assert said[f"{name}.{metric}"] == row[metric], name


def test_the_claims_of_a_finding_say_the_same_without_the_others(ours):
    for name in {record["finding"] for record in ours.values()}:
        part = of_finding(ours, name)
        for claim in part["claims"]:
            assert faults.faults(claim, part["records"]) == faults.faults(claim, ours)


@pytest.mark.parametrize(
    ("old", "new", "claim"),
    [
        ("value: -30.99", "value: -29.65", "gap_urdu_to_sindhi"),
        ("value: '27'", "value: '24'", "training_ratio"),
        ("      training: '7804'", "      training: '8672'", "training_ratio"),
        ("wf1: 0.031", "wf1: 0.131", "ravdess_si_text.accuracy"),
        ("0.9876]", "0.9676]", None),
        ("n: 2886}", "n: 962}", "punjabi_within.uar"),
        ("stated_chance: 0.1667", "stated_chance: 0.1429", None),
        ("{value: 0.773, also_named: [uar]}", "0.773", "ravdess_si_audio_xlsr.wf1"),
        ("neutral: 8, sad: 0", "neutral: 8, sad: 1", "urdu_within_show.uar"),
        (LAST + "[ComParE, IS10]", LAST + "[ComParE, Prosody]", "compare_is10_last_to_sindhi"),
        ("near: '30'\n        within: '5'", "near: '20'\n        within: '15'", "thirty_points_everywhere"),
    ],
)
def test_a_mended_part_mends_the_verdict(old, new, claim, tmp_path):
    records = changed(FILE.read_text(), old, new, tmp_path)
    table = everything(records, tmp_path)
    bad = table[table["verdict"].isin([FAULTY, CONTRADICTED])]
    if claim is None:
        assert not bad["why"].equals(everything(read_claims(FILE, SCHEMA), tmp_path)["why"])
    else:
        assert claim not in bad.index


@pytest.mark.parametrize(
    ("old", "new", "claim"),
    [
        ("value: +6.9", "value: +7.1", "fusion_over_audio_unseen_actors"),
        ("f1_neutral: 0.7333", "f1_neutral: 0.8333", "meld_text.uf1"),
        ("recall_sad: 0.10", "recall_sad: 0.40", "punjabi_to_urdu_single.uar"),
        ("value: 0.2734", "value: 0.2736", "best_urdu_to_sindhi"),
    ],
)
def test_a_number_that_its_parts_cannot_give_is_faulty(old, new, claim, tmp_path):
    records = changed(FILE.read_text(), old, new, tmp_path)
    assert faults.faults(claim, records)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("seeds: 1", "seedz: 1", r"claims.yaml:\d+: experiments.\w+.seedz: unknown key.*mean seeds"),
        ("[meld_text.wf1, meld_multimodal", "[meld_text.wf1, meld_multimodel", r"mean meld_multimodal.wf1"),
        ("uar, where: {test: sindhi}", "uarr, where: {test: sindhi}", r"selects no row.*uarr"),
        ("rows: urdu_sindhi_transfer", "rows: urdu_sindhi_transfers", r"no grid.*mean urdu_sindhi_transfer"),
        ("0.3931, 0.0132, 0.3971]", "0.3931, 0.0132]", r"found 6 cells, expected 7"),
        ("value: +6.9", "value: six", r"'six' does not match"),
    ],
)  # fmt: skip
def test_a_mistake_is_named_with_file_line_and_key(old, new, message, tmp_path):
    with pytest.raises(SarangiError, match=message):
        changed(FILE.read_text(), old, new, tmp_path)


@pytest.mark.parametrize("name", ["claims", "errata"])
def test_every_key_of_the_schema_is_described(name):
    def walk(node, place):
        if isinstance(node, dict):
            for key, entry in node.get("properties", {}).items():
                # one that is refused needs no description
                assert entry is False or "description" in entry or "$ref" in entry, f"{place}.{key}"
            if node.get("type") == "object":
                assert "additionalProperties" in node or "oneOf" in node, place
            for key, entry in node.items():
                walk(entry, f"{place}.{key}")
        elif isinstance(node, list):
            for entry in node:
                walk(entry, place)

    walk(yaml.safe_load(SCHEMA.with_name(f"{name}.schema.yaml").read_text()), "schema")


# -- rules ------------------------------------------------------------------------------------

decimals = st.integers(-9999, 9999).map(lambda n: n / 10_000)


@given(decimals, decimals, st.integers(1, 3), st.integers(1, 3))
def test_rounding_alone_never_makes_a_difference_faulty(a, b, printed, computed):
    parts = {
        name: {"kind": "number", "value": f"{value:.{printed}f}"} for name, value in (("a", a), ("b", b))
    }
    said = {
        "kind": "derived",
        "value": f"{a - b:+.{computed}f}",
        "unit": "",
        "compute": {"difference": ["a", "b"]},
    }
    assert faults.differs_from_parts(said, parts) is None
    far = said | {"value": f"{a - b + 3:.{computed}f}"}
    assert faults.differs_from_parts(far, parts)


supports = st.dictionaries(st.sampled_from("abcdef"), st.integers(0, 40), min_size=2).filter(
    lambda s: sum(s.values()) > 0
)


def numbers_of(values, counts):
    """Records of numbers of one experiment by metric."""
    return {
        metric: {
            "kind": "number", "experiment": "x", "metric": metric, "value": value,
            "facts": {"supports": counts},
        }
        for metric, value in values.items()
    }  # fmt: skip


@given(supports, st.data())
def test_a_constant_predictor_is_recognised_by_its_scores(counts, data):
    said = data.draw(st.sampled_from([name for name, count in counts.items() if count]))
    scores = faults.constant_scores(counts, said)
    beside = {name: f"{float(value):.3f}" for name, value in scores.items()}
    records = numbers_of(beside, counts)
    assert faults.constant_predictor(records["wf1"], records)
    n = sum(counts.values())
    assert scores["accuracy"] == Fraction(counts[said], n)
    alone = numbers_of({"wf1": beside["wf1"]}, counts)
    assert faults.constant_predictor(alone["wf1"], alone) is None


def test_constant_scores_are_scikit_learns():
    from sklearn.metrics import f1_score

    counts = {"a": 5, "b": 3, "c": 2}
    true = [name for name, count in counts.items() for _ in range(count)]
    scores = faults.constant_scores(counts, "a")
    for metric, average in (("wf1", "weighted"), ("uf1", "macro")):
        expected = f1_score(true, ["a"] * 10, average=average, zero_division=0)
        assert float(scores[metric]) == pytest.approx(expected)


@given(supports)
def test_the_ceiling_is_one_only_where_no_emotion_is_absent(counts):
    ceiling, chance = faults.ceiling_and_chance(counts)
    assert chance * len(counts) == ceiling <= 1
    assert (
        (ceiling < 1)
        == (0 in counts.values())
        == bool(faults.absent_class(numbers_of({"uar": "0.1"}, counts)["uar"], {}))
    )


# -- our scores -------------------------------------------------------------------------------


def scored(path, experiment, values, corpus="ravdess", mark="", width=0.02, n=240):
    rows = [
        {
            "experiment": experiment, "corpus": corpus, "protocol": "p", "model": "m", "test": corpus,
            "slice": "pooled", "metric": metric, "value": value, "low": value - width,
            "high": value + width, "n": n, "groups": 4, "seeds": 1, "chance": 0.125, "classes": "a b",
            "mark": mark,
        }
        for metric, value in values.items()
    ]  # fmt: skip
    store.write(path, pd.DataFrame(rows, columns=SCORES.names), SCORES, MADE_BY_TEST)
    return path


@pytest.fixture
def made(tmp_path):
    audio = scored(
        tmp_path / "a.parquet", "ravdess_speakers_21_24_audio", {"wf1": 0.65, "uf1": 0.5, "accuracy": 0.6672}
    )
    fusion = scored(tmp_path / "f.parquet", "ravdess_speakers_21_24_multimodal", {"wf1": 0.735})
    return [audio, fusion]  # fmt: skip


def test_scores_reproduce_or_differ_by_the_rule(ours, made, tmp_path):
    table = judged(ours, "finding_0", tmp_path, made)
    verdicts = table["verdict"]
    assert verdicts["ravdess_si_audio.wf1"] == REPRODUCED
    assert "0.659 lies in our interval [0.6300, 0.6700]" in table.loc["ravdess_si_audio.wf1", "why"]
    assert verdicts["ravdess_si_audio.uf1"] == DIFFERS
    assert verdicts["ravdess_si_audio.accuracy"] == REPRODUCED
    gain = table.loc["fusion_over_audio_unseen_actors"]
    assert (gain["verdict"], gain["ours"]) == (REPRODUCED, pytest.approx(8.5))
    # the widths of two estimates made apart, added in squares
    assert gain["high"] - gain["ours"] == pytest.approx(100 * (2 * 0.02**2) ** 0.5)
    assert gain["sources"].count("results/scores/") == 2
    assert verdicts["ravdess_si_audio.f1_neutral"].startswith(f"{UNTESTABLE}: f1_neutral in the scores of")
    assert verdicts["ravdess_si_text.wf1"] == FAULTY


def test_by_rounding_alone_an_interval_does_not_help(tmp_path, made):
    records = changed(FILE.read_text(), "agreement: interval", "agreement: rounding", tmp_path)
    verdicts = judged(records, "finding_0", tmp_path, made)["verdict"]
    assert verdicts["ravdess_si_audio.wf1"] == DIFFERS
    assert verdicts["ravdess_si_audio.accuracy"] == REPRODUCED


def test_a_statement_is_checked_in_our_rows(ours, tmp_path):
    for f1, verdict in ((0.5, DIFFERS), (0.2, REPRODUCED)):
        values = {"audio": f1, "multimodal": 0.4}
        scores = [
            scored(tmp_path / f"{model}.parquet", f"ravdess_speakers_21_24_{model}", {"f1_neutral": value})
            for model, value in values.items()
        ]
        table = judged(ours, "finding_0", tmp_path, scores)
        assert table.loc["fusion_keeps_neutral", "verdict"] == verdict


@pytest.mark.parametrize(
    ("synthetic", "mark", "missing"),
    [
        (["ravdess"], "", "synthetic speech"),
        ([], "descriptive interval; untrained weights", "untrained weights"),
        (["ravdess"], "untrained weights", "synthetic speech and untrained weights"),
    ],
)
def test_synthetic_speech_and_untrained_weights_are_compared_with_nothing(
    synthetic, mark, missing, ours, tmp_path
):
    name = "ravdess_speakers_21_24_audio"
    scores = [scored(tmp_path / "a.parquet", name, {"wf1": 0.659, "uar": 0.6}, mark=mark)]
    table = judged(ours, "finding_0", tmp_path, scores, synthetic=synthetic, experiments=[name])
    for claim in ("ravdess_si_audio.wf1", f"UAR of {name}"):
        assert table.loc[claim, "verdict"] == f"{UNTESTABLE}: {missing}"
    assert table.loc["ravdess_si_audio.wf1", "ours"] == 0.659
    assert not set(table["verdict"]) & {REPRODUCED, DIFFERS}


def test_a_score_of_another_test_part_is_compared_with_nothing(ours, tmp_path):
    values = {"wf1": 0.659}
    for n, expected in ((239, REPRODUCED), (120, f"{UNTESTABLE}: the published test part of 240 clips")):
        path = scored(tmp_path / "a.parquet", "ravdess_speakers_21_24_audio", values, n=n)
        table = judged(ours, "finding_0", tmp_path, [path])
        assert table.loc["ravdess_si_audio.wf1", "verdict"].startswith(expected)


def test_what_is_missing_is_named(ours, tmp_path):
    missing = {"ravdess_speakers_21_24_audio": [Missing(WEIGHTS, "wav2vec2_base", "fetch them")]}
    table = judged(ours, "finding_0", tmp_path, missing=missing)
    row = table.loc["ravdess_si_audio.wf1"]
    assert row["verdict"] == f"{UNTESTABLE}: weights of wav2vec2_base"
    assert row["why"] == "waits for weights of wav2vec2_base: fetch them"
    assert "a run at a learning rate of 1e-4" in table.loc["lr_1e4_diverges", "verdict"]


def test_the_table_of_findings_counts_rows_of_tables_and_its_csv_has_them_all(ours, tmp_path):
    everything(ours, tmp_path)
    files = {suffix: tmp_path / f"findings.{suffix}" for suffix in FORMATS}
    findings_table(sorted(tmp_path.glob("finding_*.parquet")), labels(), files)
    assert len(pd.read_csv(files["csv"])) == len(ours)
    text = files["md"].read_text()
    assert "90 of the 90 numbers in the table urdu sindhi within" in text
    assert "60 of the 60 numbers in the table urdu sindhi transfer" in text
    assert "WF1 0.659, UF1 0.631, accuracy 0.667" in text
    assert len(text.splitlines()) < 100
    assert files["tex"].read_text().count(r"\caption{(continued)}") >= 1


def test_the_table_can_be_empty(tmp_path):
    files = {suffix: tmp_path / f"t.{suffix}" for suffix in FORMATS}
    findings_table([], labels(), files)
    assert files["tex"].read_text().count(r"\begin{table*}") == 1


# -- found by fuzzing (tests/faults/fuzzing.py) -------------------------------------------------


@pytest.mark.parametrize(
    ("pattern", "said"),
    [
        ("of {nobody}", "{nobody} is no column"),
        ("of {0}", "{0} is no column"),
        ("of {", "is no pattern"),
        ("{features.__class__}", "is no column"),
        ("{features:>999999999}", "is no column"),
    ],
)
def test_a_title_that_names_no_column_is_refused(pattern, said, tmp_path):
    before, grids = (ROOT / "claims.yaml").read_text().split("\ngrids:\n")
    odd = re.sub(r"(?m)^    title: .*$", f"    title: '{pattern}'", grids, count=1)
    (tmp_path / "claims.yaml").write_text(f"{before}\ngrids:\n{odd}")
    with pytest.raises(SarangiError, match=r"claims\.yaml:\d+: grids\.\w+\.title: ") as caught:
        read_claims(tmp_path / "claims.yaml", ROOT / "workflow/schemas/claims.schema.yaml")
    assert said in str(caught.value)


def test_a_number_of_thousands_of_digits_is_refused_as_none(tmp_path):
    text = (ROOT / "claims.yaml").read_text()
    assert "wf1: 0.031\n" in text
    (tmp_path / "claims.yaml").write_text(text.replace("wf1: 0.031\n", f"wf1: 0.{'9' * 5000}\n", 1))
    with pytest.raises(SarangiError, match=r"claims\.yaml:\d+: experiments\.ravdess_si_text\.numbers\.wf1"):
        read_claims(tmp_path / "claims.yaml", ROOT / "workflow/schemas/claims.schema.yaml")
