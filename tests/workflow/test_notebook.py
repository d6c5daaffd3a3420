"""The notebook: its cells, run in their order by this Python on synthetic clips, without a kernel."""

import html
import sys
from types import ModuleType

import nbformat
from support.places import ROOT
from support.recordings import sound


def test_the_notebook_leads_from_a_table_to_the_audit(tmp_path, monkeypatch):
    lines = ["file,emotion,speaker"]
    for speaker in range(3):
        (tmp_path / f"recordings/s{speaker}").mkdir(parents=True)
        for take, (emotion, pitch) in enumerate([("angry", 330.0), ("sad", 150.0)] * 2):
            name = f"s{speaker}/{take}.wav"
            tone = sound(0.7, frequency=pitch + 9 * speaker, seed=10 * speaker + take)
            (tmp_path / "recordings" / name).write_bytes(tone)
            lines.append(f"{name},{emotion},S{speaker}")
    (tmp_path / "labels.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    shown = []
    # what a notebook's own program brings; the page is looked at elsewhere
    display = ModuleType("IPython.display")
    display.HTML, display.display = str, shown.append
    monkeypatch.setitem(sys.modules, "IPython", ModuleType("IPython"))
    monkeypatch.setitem(sys.modules, "IPython.display", display)
    monkeypatch.setenv("PYTHONPATH", str(ROOT / "src"))
    monkeypatch.chdir(tmp_path)
    names = {}
    for cell in nbformat.read(ROOT / "notebooks/own_recordings.ipynb", as_version=4).cells:
        if cell.cell_type == "code":
            exec(compile(cell.source, f"<{cell.id}>", "exec"), names)  # noqa: S102
    [frame] = shown
    page = (tmp_path / "my/audit.html").read_text(encoding="utf-8")
    assert f'srcdoc="{html.escape(page)}"' in frame and "12 utterances" in page
