"""Tables of the audit, of published numbers beside ours, of costs and availability, and the best in bold."""

import json
import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from conftest import ROOT
from hypothesis import given
from hypothesis import strategies as st
from labels import labels

from sarangi.__main__ import main
from sarangi.audit.rows import AUDIT
from sarangi.base import store
from sarangi.base.difference_rows import DIFFERENCES
from sarangi.base.errors import SarangiError
from sarangi.base.missing import WEIGHTS, Missing
from sarangi.base.score_rows import SCORES
from sarangi.paper.tables.audit import audit_table
from sarangi.paper.tables.best import best
from sarangi.paper.tables.meld import meld_table
from sarangi.paper.tables.ravdess import ravdess_table
from sarangi.paper.tables.reported_differences import reported_differences
from sarangi.paper.tables.scores import scores_table
from sarangi.paper.tables.seeds import seeds_table
from sarangi.paper.tables.writing import FORMATS
from sarangi.published.printed import printed_experiments
from sarangi.reproduce import costs
from sarangi.reproduce.costs import costs_table, measured
from sarangi.reproduce.explain import Walk
from sarangi.reproduce.steps import as_text
from sarangi.sources.kinds import kind_of
from sarangi.study.availability import availability
from sarangi.study.checking import check
from sarangi.study.claims_file import read_claims

TITLES = {
    "protocols": {"loso": "leave one speaker out", "random5": "random 5-fold"},
    "models": {"svm": "SVM", "forest": "forest", "mlp": "MLP", "constant": "constant"},
}


@pytest.fixture
def files(tmp_path, monkeypatch):
    """A folder for results, and a function that returns a table's files as they are written."""
    monkeypatch.chdir(tmp_path)
    Path("paper/tables").mkdir(parents=True)
    return lambda name: {suffix: Path(f"paper/tables/{name}.{suffix}") for suffix in FORMATS}


def rows_of(name):
    """Cells of a table's rows, and where they stand."""
    return json.loads(Path(f"paper/tables/{name}.json").read_text())["rows"]


def put(path, schema, rows):
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    store.write(path, pd.DataFrame(rows, columns=schema.names), schema, {})
    return path


def scored(name, values, mark="", **changed):
    """A file of scores; values by (metric, slice)."""
    corpus, protocol, model = "urdu_latif", *name.split("_", 1)
    line = dict.fromkeys(SCORES.names) | {
        "experiment": f"{corpus}_{name}", "corpus": corpus, "protocol": protocol, "model": model,
        "test": corpus, "n": 40, "groups": 16, "seeds": 1, "classes": "angry sad", "mark": mark,
        "chance": 0.5, "ceiling": 1.0,
    } | changed  # fmt: skip
    lines = [
        line | {"metric": metric, "slice": part, "value": value, "low": value - 0.1, "high": value + 0.1}
        for (metric, part), value in values.items()
    ]
    return put(f"results/scores/{line['experiment']}.parquet", SCORES, lines)


REPORTED = ("uar", "uar_absent_as_zero", "wf1", "uf1", "accuracy")


def compared(protocol, pairs):
    """A file of differences; (first, second) to (difference, p)."""
    line = dict.fromkeys(DIFFERENCES.names) | {
        "corpus": "urdu_latif", "protocol": protocol, "slice": "pooled", "metric": "uar", "n": 40,
        "groups": 16, "mark": "",
    }  # fmt: skip
    lines = [
        line | {"first": first, "second": second, "value": value, "p": p, "low": value, "high": value}
        for (first, second), (value, p) in pairs.items()
    ]
    return put(f"results/differences/urdu_latif_{protocol}.parquet", DIFFERENCES, lines)


# -- the best in bold -------------------------------------------------------------------------


def shown_best(files, values, pairs, mark="", protocol="loso"):
    """Write the table of scores; return the models whose UAR is bold in Markdown and in LaTeX."""
    scores = [
        scored(f"{protocol}_{model}", dict.fromkeys([(metric, "pooled") for metric in REPORTED], value), mark)
        for model, value in values.items()
    ]
    scores_table(scores, [compared(protocol, pairs)], [], labels(**TITLES), files("scores"))
    markdown = re.findall(r"\| (\w+) +\| +\*\*[\d.]+\*\*", Path("paper/tables/scores.md").read_text())
    latex = re.findall(r"& (\w+) & \\textbf\{[\d.]+\}", Path("paper/tables/scores.tex").read_text())
    assert latex == markdown
    return markdown


CLEAR = {("svm", "forest"): (0.2, 0.001), ("svm", "mlp"): (0.3, 0.002), ("forest", "mlp"): (0.1, 0.5)}
VALUES = {"svm": 0.8, "forest": 0.6, "mlp": 0.5}


def test_the_best_is_bold_where_every_comparison_allows_it_and_its_cell_names_them(files):
    assert shown_best(files, VALUES, CLEAR) == ["SVM"]
    for suffix in ("csv", "json"):
        assert "**" not in Path(f"paper/tables/scores.{suffix}").read_text()
    behind = {row["cells"]["Model"]: row["from"].get("UAR", []) for row in rows_of("scores")}
    named = [entry for entry in behind["SVM"] if "differences" in entry["file"]]
    assert [(e["where"]["second"], e["column"]) for e in named] == [("forest", "p"), ("mlp", "p")]
    assert not any("differences" in entry["file"] for model in ("MLP", "forest") for entry in behind[model])


@pytest.mark.parametrize(
    ("values", "pairs", "mark"),
    [
        # one comparison of the best is not clear, though that with the runner-up is
        (VALUES, CLEAR | {("svm", "mlp"): (0.3, 0.2)}, ""),
        # clear before Holm's correction for three comparisons, and not after
        (VALUES, CLEAR | {("svm", "forest"): (0.2, 0.03)}, ""),
        # a model that was not compared lies higher, or as high
        (VALUES | {"constant": 0.9}, CLEAR, ""),
        (VALUES | {"constant": 0.8}, CLEAR, ""),
        # clear, and against it on the utterances that both predict
        (VALUES, CLEAR | {("svm", "mlp"): (-0.3, 0.001)}, ""),
        # it was compared with one only
        (VALUES, {("svm", "forest"): (0.2, 0.001), ("forest", "mlp"): (0.1, 0.001)}, ""),
        (VALUES, CLEAR, "descriptive interval; groups shared"),
        (VALUES, CLEAR, "near-duplicates shared"),
    ],
)
def test_nobody_is_bold_where_anything_speaks_against_it(files, values, pairs, mark):
    assert shown_best(files, values, pairs, mark) == []


def test_the_family_of_the_correction_is_the_whole_table_of_differences(files):
    values = dict.fromkeys([(metric, "pooled") for metric in REPORTED], 0.8)
    scores = [scored("loso_svm", values), scored("loso_mlp", {key: 0.5 for key in values})]
    own = compared("loso", {("svm", "mlp"): (0.3, 0.02)})
    others = compared("random5", {(f"a{n}", "b"): (0.0, 0.9) for n in range(3)})
    found = pd.concat([store.read(path).assign(file=str(path)) for path in scores])
    assert list(best(found, reported_differences([own]))) == ["urdu_latif_loso_svm"]
    assert best(found, reported_differences([own, others])) == {}


@given(st.lists(st.floats(0, 1), min_size=3, max_size=3), st.lists(st.floats(0, 1), min_size=3, max_size=3))
def test_what_is_best_is_the_highest_and_never_more_than_one(values, ps):
    models = ["svm", "forest", "mlp"]
    found = pd.DataFrame(
        {
            "corpus": "c", "test": "c", "protocol": "p", "model": models, "experiment": models,
            "metric": "uar", "value": values, "mark": "",
        }
    )  # fmt: skip
    pairs = [(0, 1), (0, 2), (1, 2)]
    table = pd.DataFrame(
        {
            "corpus": "c", "protocol": "p", "first": [models[a] for a, _ in pairs],
            "second": [models[b] for _, b in pairs], "value": [values[a] - values[b] for a, b in pairs],
            "holm": ps,
        }
    )  # fmt: skip
    leading = best(found, table)
    top = int(np.argmax(values))
    clear = all(p < 0.05 for p, pair in zip(ps, pairs, strict=True) if top in pair)
    alone = values.count(max(values)) == 1
    assert list(leading) == ([models[top]] if clear and alone else [])


# -- the audit --------------------------------------------------------------------------------


def test_the_audit_says_what_is_fatal_and_what_is_warned_of_and_where_each_number_stands(files):
    rows = [
        ("groups", "", 5, "warning", "the unit that is resampled"),
        ("groups_of_emotion", "angry", 4, "warning", "as many grouped folds at most"),
        ("groups_of_emotion", "sad", 5, "warning", "as many grouped folds at most"),
        ("near_duplicate", "a b", 1.0, "fatal", "0.50 s shared, across groups x and y"),
        ("near_duplicate", "a c", 1.0, "warning", "0.50 s shared"),
        ("near_duplicates", "", 2, "warning", "1 byte for byte, 1 across speakers"),
        ("speakers_with_one_emotion", "", 26, "warning", "who speaks tells the emotion: " + "x, " * 60),
        ("missing_class", "loso", 1, "fatal", "tested: angry 78, happy 2, sad 0"),
        ("near_duplicates_across", "loso", 0, "ok", ""),
        ("tested_groups", "loso", 3, "warning", "in all test parts together"),
        ("duration_uar", "loso", 0.51234, "warning", "recall angry 0.50, sad 0.50"),
    ]
    path = put("results/audit/urdu_latif.parquet", AUDIT, rows)
    audit_table([path], {"meld": "ask for it"}, labels(["urdu_latif"], TITLES["protocols"]), files("audit"))
    absent, whole, protocol = rows_of("audit")
    assert absent["cells"]["Corpus"] == "MELD (unavailable)"
    assert absent["cells"]["Fatal"] == "not available: ask for it"
    assert whole["cells"] == {
        "Corpus": "URDU (synthetic)",
        "Protocol": "the corpus itself",
        "Fatal": "near-duplicate 1 (0.50 s shared, across groups x and y)",
        "Warned of": "groups 5; groups of an emotion: angry 4, sad 5; near-duplicates 2 (1 byte for byte, 1 "
        "across speakers); speakers of one emotion 26",
        "Groups": "5",
        "Pairs": "2",
        "One emotion": "26",
        "Absent": "--",
    }
    assert protocol["cells"] | {} == {
        "Corpus": "URDU (synthetic)",
        "Protocol": "leave one speaker out",
        "Fatal": "emotions never tested 1",
        "Warned of": "UAR from the duration alone 0.5123; groups tested 3",
        "Groups": "3",
        "Pairs": "0",
        "One emotion": "--",
        "Absent": "sad",
    }
    wanted = {"check": "missing_class", "subject": "loso"}
    assert {"file": str(path), "where": wanted, "column": "value"} in protocol["from"]["Fatal"]


# -- published beside ours --------------------------------------------------------------------


@pytest.fixture(scope="module")
def claims():
    return read_claims(ROOT / "claims.yaml", ROOT / "workflow/schemas/claims.schema.yaml")


def printed_on(claims, corpus):
    return printed_experiments(claims, lambda record: record["replay"]["corpus"] == corpus)


def ours(name, corpus="ravdess", scores=None, model="SVM", leaks=False, replayed=False, **more):
    return {
        "name": name, "corpus": corpus, "test": corpus, "protocol": "random" if leaks else "apart",
        "model": model, "leaks": leaks, "replayed": replayed, "scores": scores and str(scores),
        "why": [] if scores else [Missing(WEIGHTS, "roberta_base", "fetch them")],
    } | more  # fmt: skip


def test_ravdess_puts_both_sides_of_a_model_in_one_row_and_says_what_is_missing(claims, files):
    printed = printed_on(claims, "ravdess")
    values = {(metric, "pooled"): 0.65 for metric in (*REPORTED, "f1_angry")}
    audio = scored("speakers_audio", values, "groups shared")
    entries = [
        ours(said["ours"], model=said["model"], replayed=True, leaks=said["protocol"].startswith("random"))
        for said in printed.values()
    ]
    si_audio = next(e for e in entries if e["name"] == "ravdess_speakers_21_24_audio")
    si_audio |= {"scores": str(audio), "why": []}
    # the study has XLS-R on one side only; of an SVM of ours both protocols, and one further
    entries += [
        ours("xlsr_random", model="XLS-R-300M", leaks=True, replayed=True, scores=audio),
        ours("svm_random", leaks=True, replayed=True),
        ours("svm_loso", protocol="leave one out"),
        ours("svm_grouped", protocol="3 folds"),
    ]
    ravdess_table(printed, entries, labels(), files("ravdess"))
    rows = {(row["cells"]["Model and protocols"], row["cells"]["Metric"]): row for row in rows_of("ravdess")}
    model = "wav2vec2-base"
    assert list(rows[model, "WF1"]["cells"].values())[2:] == [
        "0.796", "not available: no weights", "0.659", "0.650 [0.550, 0.750] a",
    ]  # fmt: skip
    assert list(rows["XLS-R-300M", "WF1"]["cells"].values())[2:] == [
        "not published", "0.650 [0.550, 0.750] a", "0.773", "not available: no weights",
    ]  # fmt: skip
    assert ("SVM (leave one out)", "UF1") in rows
    assert ("SVM (3 folds)", "UF1") in rows
    assert rows["SVM (3 folds)", "UF1"]["cells"]["Shared: ours"] == "not tried"
    # never blank
    assert all(cell for row in rows.values() for cell in row["cells"].values())
    notes = json.loads(Path("paper/tables/ravdess.json").read_text())["notes"]
    assert "Not available: weights of roberta_base: fetch them." in notes
    where = {"metric": "wf1", "slice": "pooled"}
    assert rows[model, "WF1"]["from"]["Apart: ours"][0] == {
        "file": str(audio), "where": where, "column": "value",
    }  # fmt: skip


def test_each_published_experiment_has_its_own_numbers_and_no_row_of_a_grid(claims):
    printed = printed_on(claims, "meld")
    assert printed["meld_text"]["model"] == "RoBERTa-base with 2 turns of context"
    assert printed["meld_text_xlmr"]["model"] == "XLM-R-base, 6 of 12 layers frozen"
    assert printed["meld_audio"]["numbers"]["f1_joy"] == {"value": "0.2323", "metric": "f1_happy"}
    assert printed_on(claims, "urdu_sindhi") == {}


def test_meld_has_published_and_ours_line_by_line(claims, files):
    printed = printed_on(claims, "meld")
    metrics = ["wf1", "uar", *(f"f1_{name}" for name in ("angry", "happy", "fearful", "neutral", "sad"))]
    path = scored("publisher_text", {(metric, "pooled"): 0.4 for metric in metrics})
    entries = [ours(said["ours"], "meld") for said in printed.values()]
    entries[0] |= {"scores": str(path), "why": []}
    meld_table(printed, [*entries, ours("meld_publisher_svm", "meld")], labels(), files("meld"))
    first, second, third, fourth, fifth = (row["cells"] for row in rows_of("meld")[:5])
    assert (first["Whose"], first["F1 happy"], first["WF1"]) == ("published", "0.5869", "0.609")
    assert (second["Whose"], second["F1 happy"], second["F1 disgust"]) == ("ours", "0.400", "not available")
    assert (third["Whose"], third["WF1"]) == ("interval", "[0.300, 0.500]")
    assert fourth["Whose"] == "published"
    assert (fifth["Whose"], fifth["F1 sad"]) == ("ours, not available: no weights", "not available")
    assert rows_of("meld")[-1]["cells"]["Model"] == "SVM"


def test_seeds_have_a_row_each_beside_what_was_printed_of_each(claims, files):
    printed = printed_experiments(claims, lambda record: record["finding"] in ("finding_4", "finding_5"))
    values = {("uar", "pooled"): 0.9, ("wf1", "pooled"): 0.8, ("uar_absent_as_zero", "pooled"): 0.7}
    values |= {("wf1", f"seed {seed}"): seed / 10000 for seed in (123, 42, 2024)}
    path = scored("publisher_xlsr", values, seeds=3)
    entries = {said["ours"]: ours(said["ours"]) for said in printed.values()}
    entries["punjabi_rasa_publisher_audio_xlsr"] |= {"scores": str(path), "why": []}
    own = ours("tiny", model="tiny", test="urdu_latif", scores=scored("loso_tiny", {("uar", "pooled"): 0.4}))
    seeds_table(printed, [*entries.values(), own], labels(["urdu_latif"]), files("seeds"))
    rows = [row["cells"] for row in rows_of("seeds")]
    punjabi = [row for row in rows if row["Experiment"] == "XLS-R-300M on Punjabi" and row["Metric"] == "WF1"]
    # in the order of their numbers, which is not that of their names
    assert [(row["Of"], row["Published"], row["Ours, interval"][:5], row["Their n"]) for row in punjabi] == [
        ("all seeds", "0.994 [0.988, 0.998]", "0.800", "962"),
        ("seed 42", "0.9958", "0.004", "--"),
        ("seed 123", "0.9979", "0.012", "--"),
        ("seed 2024", "0.9876", "0.202", "--"),
    ]
    urdu = [row for row in rows if row["Experiment"].startswith("XLS-R-300M on Urdu, SM2")]
    assert [(row["Metric"], row["Of"], row["Published"]) for row in urdu] == [
        ("UAR, absent as 0", "all seeds", "0.103 [0.075, 0.131]"),
        ("UAR", "SM2", "0.4643"),
        ("UAR", "SM3", "0.0"),
        ("UAR", "SM4", "0.0417"),
    ]
    assert {row["Ours, interval"] for row in urdu} == {"not available: no weights"}
    assert rows[-1]["Experiment"] == "tiny, RAVDESS to URDU (synthetic), apart"
    assert (rows[-1]["Of"], rows[-1]["Published"]) == ("one seed", "not published")
    known = rows_of("seeds")[0]["from"]["Published"]
    assert [entry["column"] for entry in known] == ["value", "low", "high"]


# -- costs ------------------------------------------------------------------------------------

HEAD = "s\th:m:s\tmax_rss\tmax_vms\tmax_uss\tmax_pss\tio_in\tio_out\tmean_load\tcpu_time\n"


def benchmark(path, seconds, memory, processor):
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"{HEAD}{seconds}\t0:00:01\t{memory}\t1\t1\t1\t0\t0\t90\t{processor}\n")
    return str(path)


def test_costs_add_up_by_rule_and_gpu_time_needs_a_gpu(files):
    jobs = [
        ("finetune", benchmark("a.tsv", 3600, 500, 1800), True),
        ("finetune", benchmark("b.tsv", 1800, 900.26, 900), True),
        # over before Snakemake looked at it
        ("numbers", benchmark("c.tsv", 0.5, "NA", "NA"), False),
        ("numbers", "not_made.tsv", False),
    ]
    found = measured(Path(), jobs, gpu=True)
    assert found["finetune"] == {
        "jobs": 2, "wall_hours": 1.5, "processor_hours": 0.75, "gpu_hours": 1.5, "largest_memory_mb": 900.3,
    }  # fmt: skip
    assert found["numbers"]["jobs"] == 1
    assert found["numbers"]["gpu_hours"] == found["numbers"]["largest_memory_mb"] == 0
    assert measured(Path(), jobs, gpu=False)["finetune"]["gpu_hours"] == 0
    Path("a.tsv").write_text("no benchmark")
    with pytest.raises(SarangiError, match=r"a\.tsv: expected a benchmark"):
        measured(Path(), jobs, gpu=True)


RECORDED = """\
machine: {"cpu": "a processor", "cores": 2, "gpu": "none"}
energy_kwh: not measured
rules:
  finetune: {"jobs": 2, "wall_hours": 1.5, "processor_hours": 0.75, "gpu_hours": 0, "largest_memory_mb": 900}
  "numbers": {"jobs": 1, "wall_hours": 0.25, "processor_hours": 0.5, "gpu_hours": 0, "largest_memory_mb": 100}
"""


def test_the_table_of_costs_shows_what_was_recorded_and_each_cell_walks_to_it(files):
    Path("costs.yaml").write_text(RECORDED)
    costs_table("costs.yaml", labels(), files("costs"))
    lines = [list(row["cells"].values()) for row in rows_of("costs")]
    assert lines == [
        ["finetune", "2", "1.5000", "0.7500", "0.0000", "900"],
        ["numbers", "1", "0.2500", "0.5000", "0.0000", "100"],
        ["all together", "3", "1.7500", "1.2500", "0.0000", "900"],
    ]
    notes = json.loads(Path("paper/tables/costs.json").read_text())["notes"]
    assert notes == ["Machine: a processor, 2 cores; GPU: none. Energy: not measured."]
    said = as_text(Walk(Path()).explain("costs:3:Wall hours"))
    for words in (
        "rules.finetune",
        "wall_hours: 1.5",
        "wall_hours: 0.25",
        "recorded by python -m sarangi costs",
    ):
        assert words in said, words
    Path("costs.yaml").write_text(RECORDED.replace("not measured", "0.75"))
    costs_table("costs.yaml", labels(), files("costs"))
    assert "Energy: 0.75 kWh." in Path("paper/tables/costs.md").read_text()


def test_without_recorded_costs_the_table_says_what_to_do(files):
    costs_table(None, labels(), files("costs"))
    (row,) = rows_of("costs")
    assert row["cells"]["Rule"] == "not available: run python -m sarangi costs after a run"
    assert set(list(row["cells"].values())[1:]) == {"--"}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("rules: [", "expected YAML"),
        ("", "top level: None is not of type 'object'"),
        (RECORDED.replace('"cores": 2, ', ""), "machine: 'cores' is a required property"),
        (
            RECORDED.replace("0.75", "-0.75"),
            "rules.finetune.processor_hours: -0.75 is less than the minimum of 0",
        ),
        (RECORDED.replace("not measured", "a lot"), "energy_kwh"),
        (RECORDED.replace("wall_hours", "wall_hrs"), "'wall_hours' is a required property"),
        (RECORDED.split("rules:")[0] + "rules: {}\n", "rules"),
    ],
)
def test_costs_that_nobody_recorded_are_refused_with_what_to_do(files, text, words):
    Path("costs.yaml").write_text(text)
    with pytest.raises(SarangiError) as error:
        costs.read(Path("costs.yaml"))
    assert words in str(error.value)
    assert str(error.value).startswith("costs.yaml: ")
    assert "python -m sarangi costs after a run" in str(error.value)


# -- availability -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ({"address": "https://zenodo.org/records/12/files/a.zip"}, "Zenodo record 12, DOI 10.5281/zenodo.12"),
        ({"zenodo": "12"}, "Zenodo record 12, DOI 10.5281/zenodo.12"),
        ({"address": "http://a.org/b.zip"}, "http://a.org/b.zip"),
        ({"git": "https://a.org/b", "commit": "0123456789abcdef"}, "https://a.org/b at commit 0123456789ab"),
        (
            {"hub": "a/b", "revision": "f" * 40, "file": "model.safetensors"},
            "Hugging Face hub, a/b at revision ffffffffffff",
        ),
        ({"kaggle": "a/b"}, "Kaggle data set a/b"),
        ({"request": "ask them"}, "ask them"),
        ({"synthetic": {}}, "spoken by this project's generator (synthetic)"),
    ],
)
def test_a_source_is_named_by_what_it_is_found_with(source, words):
    assert kind_of(source).origin == words


def test_every_corpus_and_all_weights_say_whether_they_were_used(study, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "weights").symlink_to(ROOT / "demo/weights")
    study["corpora"]["meld"] |= {"source": {"request": "ask for it"}, "access": "request"}
    study["encoders"]["other"] = {
        "title": "other", "licence": "MIT", "source": {"folder": "weights/tiny_hubert"},
    }  # fmt: skip
    study["models"]["audio_tiny_wavlm"]["audio"]["encoder"] = "absent"
    study["encoders"]["absent"] = {"title": "absent", "licence": "MIT", "source": {"request": "get it"}}
    checked = check(study, ROOT / "workflow/schemas/config.schema.yaml", [])
    found = {row["entry"]: row for row in availability(checked)}
    assert len(found) == len(study["corpora"]) + len(study["encoders"]) + len(study["asr"])
    assert found["corpora.meld"]["state"].startswith(
        "not available: ask for it, put it at resources/corpora/"
    )
    assert found["corpora.ravdess"]["state"] == found["encoders.tiny"]["state"] == "used"
    assert found["encoders.tiny"]["access"] == "synthetic"
    assert found["encoders.tiny_roberta"]["kind"] == "text encoder"
    assert found["encoders.other"]["state"] == "not used: no experiment asks for it"
    assert found["encoders.absent"]["state"].startswith(
        "not available: get it, put it at resources/models/absent"
    )


def test_costs_of_a_folder_without_a_run_are_no_costs(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(costs, "_gpu", lambda: "none")
    (tmp_path / "config.yaml").write_text("no: study")
    assert main(["costs", "--directory", str(tmp_path)]) == 1
    assert "Snakemake cannot plan" in capsys.readouterr().err
    assert not (tmp_path / "costs.yaml").exists()
