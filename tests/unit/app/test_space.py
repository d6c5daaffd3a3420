"""The folder of the Space."""

import json

from support.cards import (
    study,  # noqa: F401  (fixtures)
    written,
)
from support.places import ROOT

from sarangi.app.space import space
from sarangi.runtime.fingerprint import modules_of


def test_what_no_longer_belongs_into_the_space_leaves_it(study, monkeypatch):
    monkeypatch.chdir(study)
    run = study / "results/runs/a/0/7"
    run.mkdir(parents=True)
    (run / "card.json").write_text(json.dumps(written(study)[0]))
    page = ROOT / "src/sarangi/app/page.py"
    modules = [page, *(ROOT / "src" / name for name in modules_of(page))]
    stale, own = study / "space/results/runs/b/0/7/model.safetensors", study / "space/.git/config"
    for file in (stale, own):
        file.parent.mkdir(parents=True)
        file.touch()
    copies = {file: study / f"space/sarangi/{file.name}" for file in modules}
    output = {name: study / f"space/{name}" for name in ("app", "readme", "requirements")}
    kept = [*copies.values(), *output.values()]
    space(copies, page, ROOT / "pyproject.toml", ["a/0/7"], output, kept)
    assert own.exists() and not stale.exists()
    assert {"page.py", "__init__.py", "fusion.py"} <= {f.name for f in (study / "space/sarangi").iterdir()}
    assert "license: other" in (study / "space/readme").read_text()
    assert "gradio==" in (study / "space/requirements").read_text()
