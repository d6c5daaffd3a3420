"""Benchmarks in the configuration: what is refused of them, their tasks, and what is missing."""

import pytest
import yaml
from support.configuration import SCHEMA, refused
from support.places import ROOT
from support.studies import absent, small, stand_in

from sarangi.base.errors import SarangiError
from sarangi.study import benchmark_inputs
from sarangi.study.checking import check


@pytest.fixture
def study():
    found = small(yaml.safe_load((ROOT / "demo/config.yaml").read_text()))
    found["corpora"] |= {"ravdess": stand_in(speakers=6, clips=1, seed=1), "shemo": absent()}
    found["experiments"] = [
        {"corpora": ["urdu_latif", "shemo"], "protocols": ["loso"], "models": ["egemaps_svm", "constant"],
         "transfer": ["ravdess"]}
    ]  # fmt: skip
    found["benchmarks"] = {"mine": bench("urdu_latif", "shemo")}
    found["findings"] = {}
    return found


def bench(*corpora, **changed):
    task = {"corpora": list(corpora), "protocols": ["loso"], "baselines": ["egemaps_svm", "constant"]}
    return {
        "title": "Mine", "version": "0.1", "licence": "MIT", "contact": "me",
        "tasks": [task | {"transfer": ["ravdess"]} | changed],
    }  # fmt: skip


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        (bench("urdu_latif", protocols=["los"]), "'los' is not in protocols; did you mean loso?"),
        (bench("urdu_latif", transfer=["ravdes"]), "'ravdes' is not in corpora; did you mean ravdess?"),
        (
            bench("urdu_latif", baselines=["uniform"]),
            "no experiment trains uniform on urdu_latif under loso;",
        ),
        (
            bench("urdu_latif") | {"tasks": bench("urdu_latif")["tasks"] * 2},
            "urdu_latif under loso is a task",
        ),
        (bench("urdu_latif") | {"version": "first"}, "version"),
        (bench("urdu_latif", baselines=[]), "baselines"),
    ],
)
def test_a_mistake_is_named(study, entry, message, tmp_path):
    study["benchmarks"]["mine"] = entry
    assert message in refused(study, tmp_path)[0]


def test_tasks_have_their_baselines_and_what_is_missing_says_so(study, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    found = benchmark_inputs.benchmarked(check(study, SCHEMA, []), "mine")
    models = {task.name: [each.model for each in task.baselines] for task in found.tasks}
    # what does not listen is tested on no other corpus
    assert models == {
        "urdu_latif_loso": ["egemaps_svm", "constant"],
        "urdu_latif_loso_to_ravdess": ["egemaps_svm"],
        "shemo_loso": ["egemaps_svm", "constant"],
        "shemo_loso_to_ravdess": ["egemaps_svm"],
    }
    assert [bool(task.missing) for task in found.tasks] == [False, False, True, True]
    assert found.tasks[2].missing.startswith("shemo: write to its authors")
    assert found.tasks[2].files == []
    assert "results/corpora/ravdess/manifest.parquet" in found.tasks[1].files
    assert found.synthetic


def test_a_benchmark_of_which_nothing_is_available_is_refused(study, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    study["benchmarks"]["mine"] = bench("shemo", transfer=[])
    with pytest.raises(SarangiError) as error:
        benchmark_inputs.folders_or_error(check(study, SCHEMA, []))
    assert "no task of the benchmark mine is available:" in str(error.value)
    del study["benchmarks"]
    with pytest.raises(SarangiError) as error:
        benchmark_inputs.folders_or_error(check(study, SCHEMA, []))
    assert "describe one under `benchmarks`" in str(error.value)
