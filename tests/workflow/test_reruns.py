"""What reruns after an edit, and what a bundle restores: real runs in a copy of the project."""

import json
import shutil
import zipfile

import pytest
import yaml
from support.recordings import zipped
from support.running import TARGETS, clone, copied, digests, run, sarangi, succeeded, waiting
from support.studies import write_study

from sarangi.paper.building import missing_programs


@pytest.fixture(scope="module")
def project(project, tmp_path_factory):
    """A copy of the clone with the small study, to be edited."""
    return copied(project, tmp_path_factory.mktemp("edited") / "sarangi")


@pytest.fixture
def edit(project):
    """Edit a file of the clone; it is as it was afterwards."""
    before = {}

    def change(name, old, new):
        path = project / name
        before.setdefault(path, path.read_text())
        assert old in path.read_text(), f"{name} has no {old!r}"
        path.write_text(path.read_text().replace(old, new, 1))

    yield change
    for path, text in before.items():
        path.write_text(text)


RETRAINED = {"classical_urdu_latif_egemaps": 1, "scores_urdu_latif_egemaps": 1}
SCORED = {"scores_urdu_latif_baselines", "scores_urdu_latif_egemaps"}
AFTER_SCORES = {
    "scores_table": 1, "differences": 2, "differences_table": 1, "premiums": 1, "leakage_figure": 1,
    "conditions_figure": 1, "recalls_figure": 1, "confusions_figure": 1,
    "finding": 1, "finding_shown": 1, "findings_table": 1, "errata_table": 1,
    "fairness_table": 1, "fairness_figure": 1,
    "numbers": 1,
}  # fmt: skip


def test_touched_files_rerun_nothing(project):
    for part in ("Snakefile", "rules", "workflow", "src", "profiles", "envs", "paper", "study"):
        for path in [project / part, *(project / part).rglob("*")]:
            if path.is_file() and ".snakemake" not in path.parts:
                path.touch()
    assert (
        waiting(project, *TARGETS, "results_bundle", "results/features/egemaps/urdu_latif/000.parquet") == {}
    )


def test_changed_comments_and_docstrings_rerun_nothing(project, edit):
    edit("src/sarangi/base/store.py", "import json", "# a comment\nimport json")
    edit("src/sarangi/models/classical.py", '"""', '"""Other words: ')
    edit("workflow/scripts/classical.py", '"""', '"""Other words: ')
    edit("rules/finetuning.smk", '    """', '    # a comment\n    """Other words: ')
    edit("Snakefile", "# Sarangi", "# a comment\n# Sarangi")
    edit("study/config.yaml", "seed: 42", "seed: 42  # a comment")
    assert waiting(project) == {}


def test_a_changed_line_of_a_module_reruns_its_dependents_and_no_others(project, edit):
    edit("src/sarangi/models/classical.py", "def classical(", "CHANGED = 1\n\n\ndef classical(")
    assert waiting(project) == RETRAINED | AFTER_SCORES


def test_a_changed_line_of_an_imported_module_is_seen_through_imports(project, edit):
    edit("src/sarangi/statistics/confusions.py", "def confusion(", "CHANGED = 1\n\n\ndef confusion(")
    found = waiting(project)
    # audits, which go first and count with it, hide none of the others' own reasons
    assert found.keys() >= {*SCORED, *RETRAINED, "protocol_audit"}
    assert not {"features", "resample", "manifest", "protocol"} & set(found)


def test_a_changed_claim_reruns_its_finding_and_no_other(project, edit):
    edit("claims.yaml", "value: '27'", "value: '24'")
    assert waiting(project) == {"errata_table": 1, "numbers": 1}
    edit("claims.yaml", "validation_wf1: 0.9897", "validation_wf1: 0.9898")
    tables = {"finding_shown": 1, "findings_table": 1, "errata_table": 1, "numbers": 1}
    assert waiting(project) == {"finding": 1} | tables


def test_a_changed_line_of_a_script_reruns_its_rule(project, edit):
    edit("workflow/scripts/leakage_figure.py", "with job", "CHANGED = 1\nwith job")
    assert waiting(project) == {"leakage_figure": 1}


@pytest.mark.skipif(bool(missing_programs()), reason="LaTeX is not installed")
def test_a_changed_figure_is_drawn_anew_with_the_paper_and_nothing_else(project, edit):
    assert waiting(project, *TARGETS, "paper") == {}
    edit("workflow/scripts/recalls_figure.py", "with job", "CHANGED = 1\nwith job")
    assert waiting(project, *TARGETS, "paper") == {"recalls_figure": 1, "paper_pdf": 1, "paper": 1}


def test_another_version_in_the_lock_reruns_what_imports_it_and_one_that_is_installed_does_not(
    project, edit, tmp_path
):
    folder = tmp_path / "opensmile-99.dist-info"
    folder.mkdir()
    (folder / "METADATA").write_text("Metadata-Version: 2.1\nName: opensmile\nVersion: 99\n")
    assert waiting(project, path=[tmp_path]) == {}
    edit("requirements.lock", "opensmile==2.6.0", "opensmile==99")
    assert waiting(project) == {"features": 2} | RETRAINED | AFTER_SCORES


def test_recorded_costs_rerun_their_table_alone_and_bad_ones_stop_it(project):
    done = sarangi(project, "costs", "--directory", "study")
    assert done.returncode == 0, done.stderr
    recorded = project / "study/costs.yaml"
    try:
        assert recorded.read_text().count('"jobs": ') > 20
        assert waiting(project) == {"costs_table": 1}
        recorded.write_text(recorded.read_text().replace('"jobs": ', '"jobs": -', 1))
        done = run(project, "--cores", 1, "paper/tables/costs.tex")
        assert done.returncode != 0
        assert "is less than the minimum of 1" in done.stdout + done.stderr
    finally:
        recorded.unlink()
    succeeded(run(project, "--cores", 1, "paper/tables/costs.tex"))
    assert waiting(project) == {}


def test_a_rule_whose_code_is_not_seen_is_refused(project, edit):
    edit(
        "rules/paper.smk",
        "rule paper_pdf:",
        'rule stray:\n    output: "stray"\n    shell: "touch {output}"\n\n\nrule paper_pdf:',
    )
    done = run(project, "--cores", 1, "-n")
    assert done.returncode != 0
    assert "rule stray makes files without a script" in done.stdout + done.stderr


def test_every_rule_that_makes_files_has_a_fingerprint(project):
    from sarangi.reproduce.plan import plan

    with plan(["all", "results_bundle"], project / "study") as planned:
        assert len(planned.jobs) > 20
        assert all(len(job.described["code"]) == 16 for job in planned.jobs)


# -- bundles ----------------------------------------------------------------------------------


@pytest.fixture
def fresh(project, tmp_path):
    """A clone of the same code in which nothing was run."""
    folder = clone(tmp_path / "fresh clone")
    (folder / "study").mkdir()
    shutil.copyfile(project / "study/config.yaml", folder / "study/config.yaml")
    return folder


def bundle_of(project):
    return project / "study/results/bundle.zip"


@pytest.mark.parametrize("how", ["with Snakemake's metadata", "by provenance alone"])
def test_a_restored_bundle_leaves_nothing_to_do_and_later_edits_are_noticed(project, fresh, how):
    compare = ["--compare"] if how == "by provenance alone" else []
    done = sarangi(fresh, "restore", bundle_of(project), "--directory", "study", *compare)
    assert done.returncode == 0, done.stderr
    assert "left out" not in done.stdout
    assert waiting(fresh) == {}
    made = {path: sum_ for path, sum_ in digests(fresh / "study").items() if path != "results/restored.json"}
    assert made.items() <= digests(project / "study").items()
    assert not list((fresh / "study").rglob("audio/*.parquet"))
    module = fresh / "src/sarangi/models/classical.py"
    module.write_text(module.read_text() + "\nCHANGED = 1\n")
    assert RETRAINED.items() <= waiting(fresh).items()


def test_only_what_agrees_is_adopted(project, fresh):
    module = fresh / "src/sarangi/models/classical.py"
    module.write_text(module.read_text() + "\nCHANGED = 1\n")
    done = sarangi(fresh, "restore", bundle_of(project), "--directory", "study", "--compare")
    assert done.returncode == 0, done.stderr
    assert "rule classical_urdu_latif_egemaps has different code in this clone" in done.stdout
    study = fresh / "study"
    assert not (study / "results/runs/urdu_latif_loso_egemaps_svm/predictions/within.parquet").exists()
    assert (study / "results/runs/urdu_latif_loso_speaker_only/predictions/within.parquet").exists()
    found = waiting(fresh)
    assert RETRAINED.items() <= found.items()


def test_a_damaged_a_foreign_and_a_conflicting_bundle_change_nothing(project, fresh, tmp_path):
    with zipfile.ZipFile(bundle_of(project)) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    score = next(name for name in members if name.startswith("results/scores/"))
    flipped = members | {score: members[score][:-1] + bytes([members[score][-1] ^ 1])}
    outside = members | {"../evil": b"x"}
    newer = members | {"bundle.json": json.dumps({"version": 99}).encode()}
    cut = tmp_path / "cut.zip"
    cut.write_bytes(bundle_of(project).read_bytes()[:-100])
    for bad, words in (
        (zipped(tmp_path / "flipped.zip", flipped.items()), "is not what its provenance says"),
        (zipped(tmp_path / "outside.zip", outside.items()), "does not belong into results or paper"),
        (zipped(tmp_path / "newer.zip", newer.items()), "version 99"),
        (cut, "expected a bundle"),
    ):
        done = sarangi(fresh, "restore", bad, "--directory", "study")
        assert done.returncode == 1
        assert words in done.stderr
        assert "Traceback" not in done.stderr
        assert [path.name for path in (fresh / "study").iterdir()] == ["config.yaml"]
    other = fresh / "study" / score
    other.parent.mkdir(parents=True)
    other.write_bytes(b"mine")
    done = sarangi(fresh, "restore", bundle_of(project), "--directory", "study")
    assert (done.returncode, other.read_bytes()) == (1, b"mine")
    assert "is there already and differs" in done.stderr


def test_without_the_recordings_tables_are_rebuilt_from_a_bundle_and_a_changed_model_waits(project, tmp_path):
    """A corpus that cannot be had here, as a gated one in another's clone."""
    recordings = project / "study/resources/made/urdu_latif.zip"
    study = yaml.safe_load((project / "study/config.yaml").read_text())
    study["corpora"]["urdu_latif"]["source"] = {"request": "ask its authors"}
    mine, theirs = copied(project, tmp_path / "mine"), clone(tmp_path / "theirs")
    shutil.rmtree(mine / "study/resources/made")
    for folder in (mine, theirs):
        write_study(study, folder / "study")
    (mine / "study/resources/corpora").mkdir(parents=True)
    shutil.copyfile(recordings, mine / "study/resources/corpora/urdu_latif.zip")
    succeeded(run(mine, "--cores", 2, *TARGETS, "results_bundle"))
    assert sarangi(theirs, "restore", bundle_of(mine), "--directory", "study").returncode == 0
    assert waiting(theirs) == {}
    said = succeeded(run(theirs, "--cores", 1, "verify"))
    assert "files agree with their provenance alone" in said
    module = theirs / "src/sarangi/scoring/scores.py"
    module.write_text(module.read_text() + "\nCHANGED = 1\n")
    assert waiting(theirs).keys() >= SCORED
    scores, asked = "paper/tables/scores.csv", "paper/tables/scores.tex"
    succeeded(run(theirs, "--cores", 2, asked))
    assert (theirs / "study" / scores).read_bytes() == (mine / "study" / scores).read_bytes()
    study["classifiers"]["svm"]["C"] = 1
    write_study(study, theirs / "study")
    succeeded(run(theirs, "--cores", 2, asked))
    assert (theirs / "study" / scores).read_text().count("speaker only") == 2
    shown = (theirs / "study" / scores).with_suffix(".md").read_text()
    assert "Without 2 experiments that cannot run here; they need corpus URDU" in shown
