"""Where a value of the configuration came from: a line of one of its files, or the command line."""

import shutil
from pathlib import Path

import pytest
from snakemake.api import OutputSettings, SnakemakeApi
from snakemake.exceptions import WorkflowError
from snakemake.settings.types import (
    ConfigSettings,
    Quietness,
    ResourceSettings,
    StorageSettings,
    WorkflowSettings,
)
from support.places import ROOT

from sarangi.reproduce.plan import SNAKEFILE
from sarangi.study.places import Sources

FIRST = """seed: 1
threads:
  torch: 1
  blas: 1
models:
  one: &one
    title: One
    baseline: constant
  two:
    <<: *one
    title: Two
  three: *one
experiments:
  - corpora: [a, b]
1: number
"""
SECOND = "\ufeffthreads: {torch: 2}\r\nexperiments:\r\n  - corpora: [c]\r\n"
COMMAND = "--config (command line or profile)"


@pytest.mark.parametrize(
    ("path", "stated", "expected"),
    [
        (("seed",), {}, "a.yaml:1: seed"),
        (("seed",), {"seed": "x"}, f"{COMMAND}: seed"),
        (("threads", "torch"), {}, "b.yaml:1: threads.torch"),
        (("threads", "blas"), {}, "a.yaml:4: threads.blas"),
        (("threads", "blas"), {"threads": {"torch": 3}}, "a.yaml:4: threads.blas"),
        (("threads",), {}, "b.yaml:1 and a.yaml:2: threads"),
        (("threads",), {"threads": {"torch": 3}}, f"{COMMAND} and b.yaml:1 and a.yaml:2: threads"),
        (("threads",), {"threads": 3}, f"{COMMAND}: threads"),
        (("models", "two", "baseline"), {}, "a.yaml:8: models.two.baseline"),
        (("models", "two", "title"), {}, "a.yaml:11: models.two.title"),
        (("models", "three", "title"), {}, "a.yaml:7: models.three.title"),
        (("experiments", 0, "corpora", 0), {}, "b.yaml:3: experiments[0].corpora[0]"),
        (("experiments", 0, "corpora", 0), {"experiments": [{"corpora": ["d"]}]},
         f"{COMMAND}: experiments[0].corpora[0]"),
        ((1,), {}, "a.yaml:15: [1]"),
        ((), {"seed": 2}, "a.yaml:1: top level"),
        (("nowhere",), {}, "nowhere"),
    ],
)  # fmt: skip
def test_a_value_is_named_where_it_was_stated_last(path, stated, expected, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("a.yaml").write_text(FIRST)
    Path("b.yaml").write_bytes(SECOND.encode())
    assert Sources([Path("a.yaml"), Path("b.yaml")], stated).named(path) == expected


@pytest.mark.parametrize(
    ("stated", "second", "expected"),
    [
        ({"seed": "seven"}, None, [f"{COMMAND}: seed: expected integer, found str 'seven'"]),
        ({"download": "true"}, None,
         [f"{COMMAND}: download: expected boolean, found str 'true'", "True and False with a capital"]),
        ({"app": {"a": "1"}}, None, [f"{COMMAND}: app.a: unknown key 'a'; valid: experiments, space"]),
        ({"bootstrap": {"draws": "500"}}, None,
         [f"{COMMAND}: bootstrap.draws: expected integer, found str '500'", "pass it with --configfile"]),
        ({}, "threads: {torch: two}", ["second.yaml:1: threads.torch: expected integer, found str 'two'"]),
        ({"threads": {"blas": 0}}, "\n\nexperiments: 5\nthreds: {}\n", [
            "second.yaml:3: experiments: expected array, found int 5",
            "second.yaml:4: threds: unknown key 'threds'; did you mean threads?",
            f"{COMMAND}: threads.blas: 0 is less than the minimum of 1",
        ]),
        ({}, "seed: 1\nseed: 2\n", ["second.yaml: not YAML", "line 2: the key 'seed' appears twice"]),
    ],
)  # fmt: skip
def test_the_workflow_says_which_file_or_option_a_mistake_is_in(
    stated, second, expected, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    shutil.copy(ROOT / "demo/config.yaml", tmp_path)
    files = [tmp_path / "second.yaml"] if second else []
    for file in files:
        file.write_text(second)
    with pytest.raises(WorkflowError) as refused, SnakemakeApi(OutputSettings(quiet={Quietness.ALL})) as api:
        api.workflow(
            resource_settings=ResourceSettings(cores=1),
            config_settings=ConfigSettings(config=stated, configfiles=files),
            storage_settings=StorageSettings(),
            workflow_settings=WorkflowSettings(),
            snakefile=SNAKEFILE,
            workdir=tmp_path,
        ).list_rules()
    assert [line for line in expected if line not in str(refused.value)] == []
