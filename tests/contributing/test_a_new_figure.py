"""The figure of CONTRIBUTING.md, added as it says: a module, a script and an entry of the rules."""

import re

import pandas as pd
import pytest
import yaml
from support.labels import labels
from support.places import MADE_BY_TEST, ROOT
from support.running import clone, run, succeeded, waiting
from support.studies import small, write_study

from sarangi.base import store
from sarangi.base.score_rows import SCORES
from sarangi.paper.figures.page import pyplot

MODULE, SCRIPT, RULES = (
    "src/sarangi/paper/figures/widths.py", "workflow/scripts/widths_figure.py", "rules/figures.smk",
)  # fmt: skip


@pytest.fixture
def blocks():
    """What the page says to write into each of the three files."""
    page = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    section = re.search(r"^## A figure\n(.*?)^## ", page, re.DOTALL | re.MULTILINE)[1]
    assert all(f"`{file}`" in section for file in (MODULE, SCRIPT, RULES))
    return re.findall(r"```python\n(.*?)```", section, re.DOTALL)


def test_a_new_figure_is_a_module_a_script_and_an_entry(blocks, tmp_path):
    module, script, entry = blocks
    project = clone(tmp_path / "sarangi")
    (project / MODULE).write_text(module)
    (project / SCRIPT).write_text(script)
    rules = (project / RULES).read_text()
    (project / RULES).write_text(rules.replace("FIGURES_SHOWN = {\n", f"FIGURES_SHOWN = {{\n{entry}", 1))
    study = small(yaml.safe_load((ROOT / "demo/config.yaml").read_text()))
    # nothing can be scored, so that the figure is made from nothing else
    study["corpora"]["urdu_latif"]["source"] = {"request": "ask for it"}
    study["findings"] = {}
    folder = write_study(study, project / "study")
    assert waiting(project, "paper/figures")["widths_figure"] == 1
    succeeded(run(project, "--cores", 1, "paper/figures/widths.pdf"))
    assert {file.suffix for file in (folder / "paper/figures").glob("widths.*")} == {".pdf", ".png"}


def test_it_draws_the_widths_of_intervals(blocks, tmp_path, monkeypatch):
    row = dict.fromkeys(SCORES.names, "") | {
        "slice": "pooled", "metric": "uar", "value": 0.5, "low": 0.4, "high": 0.7, "low_clips": 0.4,
        "high_clips": 0.6, "n": 9, "groups": 4, "seeds": 1, "chance": 0.25, "ceiling": 1.0,
        "se_groups": 0.1, "sd_seeds": None, "se": 0.1, "df": 3.0,
    }  # fmt: skip
    store.write(tmp_path / "scores.parquet", pd.DataFrame([row]), SCORES, MADE_BY_TEST)
    (tmp_path / "widths.py").write_text(blocks[0])
    monkeypatch.syspath_prepend(tmp_path)
    from widths import widths_figure

    kept = []
    with monkeypatch.context() as patched:
        patched.setattr(pyplot, "close", kept.append)
        widths_figure([tmp_path / "scores.parquet"], labels(["ravdess"]), {})
    (figure,) = kept
    (drawn,) = figure.axes[0].get_lines()
    assert drawn.get_xydata().tolist() == [[4, pytest.approx(0.3)]]
    assert figure.get_suptitle().startswith("SYNTHETIC")
    pyplot.close(figure)
