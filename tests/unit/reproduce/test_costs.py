"""Costs: recorded from benchmarks, shown in a table."""

import json
from pathlib import Path

import pytest
from support.labels import labels
from support.study_tables import (
    files,  # noqa: F401  (fixtures)
    rows_of,
)

from sarangi.__main__ import main
from sarangi.base.errors import SarangiError
from sarangi.reproduce import costs
from sarangi.reproduce.costs import costs_table, measured
from sarangi.reproduce.explain import Walk
from sarangi.reproduce.steps import as_text

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
    assert rows_of("costs") == []
    notes = json.loads(Path("paper/tables/costs.json").read_text())["notes"]
    assert notes == ["Nothing is recorded: run python -m sarangi costs after a run."]


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


def test_costs_of_a_folder_without_a_run_are_no_costs(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(costs, "_gpu", lambda: "none")
    (tmp_path / "config.yaml").write_text("no: study")
    assert main(["costs", "--directory", str(tmp_path)]) == 1
    assert "Snakemake cannot plan" in capsys.readouterr().err
    assert not (tmp_path / "costs.yaml").exists()
