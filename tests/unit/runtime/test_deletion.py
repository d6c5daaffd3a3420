"""What is deleted takes its provenance along."""

from pathlib import Path

import pytest
from support.studies import smallest, write_study

from sarangi.base import layout
from sarangi.reproduce.plan import planned
from sarangi.runtime import provenance


@pytest.mark.parametrize("dryrun", [True, False])
def test_provenance_goes_with_all_output_and_no_other(dryrun, study, tmp_path, monkeypatch):
    folder = write_study(smallest(study), tmp_path / "study")
    monkeypatch.chdir(folder)
    manifest, other = layout.manifest("urdu_latif"), layout.manifest("meld")
    gone = layout.numbers()  # was deleted before, by hand
    for file in (manifest, other, gone):
        for path in (Path(file), provenance.place(file)):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch()
    Path(gone).unlink()
    with planned(["all"], folder) as dag:
        dag.delete_output(dryrun=dryrun)
    assert Path(manifest).exists() == dryrun
    assert provenance.place(manifest).exists() == dryrun
    assert provenance.place(manifest).parent.exists() == dryrun
    assert provenance.place(gone).exists() == dryrun
    assert Path(other).exists()
    assert provenance.place(other).exists()
