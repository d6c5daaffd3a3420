"""The order of the packages, which scripts a change reruns, and that tests mirror the packages."""

import ast
import re
import tomllib
from collections import Counter
from functools import cache

import pytest
from support.blast_radius import modules, registries, rerun_by, scripts_of_stage
from support.places import ROOT

import sarangi
from sarangi.runtime.fingerprint import GUARDS
from sarangi.study.loaded import REGISTRIES

SOURCE = ROOT / "src/sarangi"
ORDER = re.findall(r"^([a-z]+) {2,}\S.*$", sarangi.__doc__, re.MULTILINE)[1:]
MODULES = sorted(SOURCE.rglob("*.py"))


def test_the_table_names_every_package():
    packages = {path.name for path in SOURCE.iterdir() if path.is_dir() and path.name != "__pycache__"}
    assert set(ORDER) == packages
    loose = {path.name for path in SOURCE.glob("*.py")}
    assert loose == {"__init__.py", "__main__.py"}


@pytest.mark.parametrize("module", MODULES, ids=lambda path: str(path.relative_to(SOURCE)))
def test_a_module_imports_only_from_its_package_and_those_above_it(module):
    place = module.relative_to(SOURCE).parts[0]
    if place == "__main__.py":
        return
    allowed = ORDER[: ORDER.index(place) + 1] if place in ORDER else []
    below = [name for name in imported(module) if name.split(".")[1] not in allowed]
    assert not below


def test_there_is_no_cycle():
    done = set()

    def visit(module, path):
        assert module not in path, f"cycle: {' -> '.join([*path, module])}"
        if module not in done:
            for name in sorted(imported(file_of(module))):
                if file_of(name) is not None and name != module:
                    visit(name, [*path, module])
            done.add(module)

    for file in MODULES:
        if file.name not in ("__init__.py", "__main__.py"):
            visit(name_of(file), [])


def test_the_types_are_part_of_the_package():
    assert (SOURCE / "py.typed").is_file()
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    assert "py.typed" in settings["tool"]["setuptools"]["package-data"]["sarangi"]


def test_init_files_are_docstrings():
    for file in SOURCE.rglob("__init__.py"):
        body = ast.parse(file.read_text(encoding="utf-8")).body
        assert len(body) == 1, file
        assert isinstance(body[0].value, ast.Constant), file


# -- which scripts a change reruns ------------------------------------------------------------

RERUN = rerun_by()
STAGES = scripts_of_stage()
BEFORE_SCORING = {
    script
    for stage in (
        "download", "corpora", "audio", "transcripts", "acoustics", "protocols", "audit", "classical",
        "states", "finetuning",
    )
    for script in STAGES[stage]
}  # fmt: skip
IN_ALL = {
    "base.errors",
    "base.installation",
    "base.personal_settings",
    "base.store",
    "runtime.job",
    "runtime.provenance",
}
FEW = 5
TABLES, FIGURES = (
    len(list((ROOT / "workflow/scripts").glob(f"*_{kind}.py"))) + 1 for kind in ("table", "figure")
)
"""How many scripts make one, with finding_shown; what all of them use may rerun all of them."""
AT_MOST = {
    # the vocabulary of results and of the paper; the report, a paper's sentences and the data sheet of a
    # benchmark use what tables use
    "base.documents": 32,  # settings that come with weights are read as those that lie there
    "base.labels": TABLES
    + FIGURES
    + 4,  # also the page of the audit and the summary of a run call things by their titles
    "base.score_rows": 26,
    # scores and differences, of emotions and of ratings
    "base.bootstrap": 6,
    "scoring.training_marks": 6,
    "base.dimension_rows": 26,  # a rating means the same in the manifest, to models and in scores
    "base.dimension_reports": 6,  # the table, figures and sentences of ratings
    "base.slices": 7,  # scores, claims, and the tables and the figure that show seeds
    "base.progress": 31,  # downloads, too
    "base.markdown": 31,
    "base.html_pages": TABLES + 2,  # every table is a page, as are the report and the page of the audit
    "base.spreadsheets": TABLES + 1,  # every table is CSV, too
    "base.marks": TABLES + FIGURES + 10,  # every table has a CSV, in which marks are words
    "base.typed_texts": TABLES + FIGURES + 8,  # cells keep what they are the text of
    "base.evidence": TABLES,
    "base.degenerate": TABLES
    + FIGURES
    + 7,  # one meaning in every table, figure and sentence that shows an interval
    "base.parts": 27,
    "base.sound": 15,  # what writes an encoder of Whisper states its sample rate; speaker encoders
    "base.score_id": 16,  # four figures show transfers, by their names
    "base.auditing": 25,  # marks of scores, sentences that need groups enough, limits below seven tables
    "base.hints": 7,  # layouts, one of which is a table of labels
    "base.emotions": 9,  # one order in figures, and the names that tables give
    "base.segments": 28,  # what has no known group is a group by its recording, wherever groups are read
    "base.voices": 23,  # a protocol that guesses groups says so to all that trains, audits and scores
    "base.single_voices": 7,  # and splits that voices may not be held apart in
    "base.premium_rows": 6,  # three tables, figures and texts say what folds are
    "base.nesting": 9,  # what takes speakers for voices, and classical models that lose those
    "paper.reported": 6,  # tables and a figure of one UAR an experiment
    "base.table_columns": 6,
    "base.failures": 15,  # what is counted is the same in the manifest, the audit, protocols and marks
    "base.voice_checks": 6,  # the audit, and what says its checks in words
    "base.finding_rows": 8,
    "base.device_names": 9,  # all that run networks or load a Whisper
    "speakers.embedded": 6,  # all that compares voices
    "base.text_checks": 7,  # what transcribes, audits and trains on texts
    "base.missing": 15,  # the tables that name what is not available
    "base.verdicts": 7,
    # one entry a metric, which tables and scores read
    "statistics.confusions": 36,  # the audit, too: agreement of annotators has an interval
    "statistics.corrections": 10,  # findings, and all that corrects them for their number
    "statistics.families": 6,  # findings, and the verdict of the report
    "statistics.published_errors": 7,  # findings, and all that corrects them for their number
    "statistics.replication": 7,  # findings, and all that corrects them for their number
    "statistics.student": 7,  # findings, and all that corrects them for their number
    "statistics.calibration": 25,
    "statistics.metrics": 25,
    # a page and its marks are the same in every table
    "paper.synthetic": TABLES + 2,
    "paper.mark_notes": TABLES + FIGURES - 11,
    # the tables of scores, and that of transcripts, say what they do not show
    "base.limit_sources": 7,
    "paper.limits": 7,
    "paper.limit_notes": 7,
    "paper.texts": TABLES + 6,  # sentences, cards and titles of panels, too, show an interval as tables do
    # what reads recordings, and what reads predictions
    "sources.source": 10,
    "sources.parquet_rows": 9,  # part of a source, as zip and tar are
    "sources.listing": 14,  # corpora, and a folder of folds
    "audio.flac": 13,
    "corpora.utterance": 10,
    "corpora.labelled": 6,  # layouts, one of which is a table, and tables
    "models.predictions": 14,  # and the probe of speakers, which is refused as a model is
    "runtime.devices": 9,  # all that run a network, or load a Whisper
    # what trains, transfers, computes states or tests the study's checkpoints opens an encoder; and a speaker
    # encoder of transformers is read by the same rules of safety
    "models": 8,
    "sources.incomplete": 9,  # and what fetches one refuses what is incomplete
    # scores, and what compares parts of the speakers and worse recordings
    "base.scored": 8,
    "models.refusals": 8,
    "models.settings": 8,
    "scoring.answers": 8,
    "sources.tokenisers": 6,
    "statistics.intervals": 9,
    # changed often
    "corpora.recording": 3,
    "corpora.video": 5,
    "published": 3,
    "published.family": 6,  # the table, figures, numbers and the report that correct findings
    "study": 0,
}
"""Scripts that a change of a module, or of any one in a package, may rerun; :data:`FEW` of any other.

Raise a number only with a reason; beyond 5 for audit and baselines, 3 for recording, 14 for video never.
"""
SHARED = {
    "paper.tables.findings": 2,  # of one finding with its figure, of all in one table
    "paper.figures.finding": 1,
    "paper.tables.published": 3,
    "paper.tables.best": 1,
    "paper.tables.reported_differences": 2,
    "paper.tables.score_lines": 2,
    "paper.tables.score_evidence": 7,
    "paper.tables.cell_evidence": 4,
    "paper.tables.columns": TABLES,
    "paper.tables.table": TABLES,
    "paper.tables.writing": TABLES,
    "paper.tables.data": TABLES,
    "paper.tables.not_here": 10,
    "paper.tables.marks": 1,
    "paper.tables.ravdess": 1,
    "paper.tables.meld": 1,
    "paper.tables.latex": TABLES,
    "paper.tables.widths": TABLES,
    "paper.tables.html_page": TABLES,
    "paper.tables.html_table": TABLES + 1,  # the report shows all tables
    "paper.figures.defaults": FIGURES,
    "paper.figures.style": FIGURES,
    "paper.figures.text": FIGURES,
    "paper.figures.page": FIGURES,
    "paper.figures.lists": 8,
    "paper.figures.heat": 4,
    "paper.figures.score_lists": 4,
    "paper.figures.claim_lists": 2,
    "paper.figures.what_is_tested": 1,  # the job of the conditions draws what they rest on
    "paper.figures.learning_curves": 1,
    "paper.figures.panel_grids": 1,
    "paper.figures.difference_lists": 2,
    "paper.figures.dimension_panels": 2,
}
"""Modules that several tables or figures use, and how many scripts they may rerun."""
NEVER = {"base.layout"}
"""Modules that no job may import: they say where files lie, which a job is told by Snakemake."""


def own_scripts(module):
    """The scripts whose one function a module has."""
    text = modules()[module].read_text(encoding="utf-8")
    return {script for script in set().union(*STAGES.values()) if f"def {script}(" in text}


def below(*names):
    """The modules of packages, or modules by their names; packages themselves are docstrings."""
    return [
        module
        for module, file in modules().items()
        if file.name != "__init__.py" and f"{module}.".startswith(tuple(f"sarangi.{name}." for name in names))
    ]


def test_every_script_belongs_to_a_stage():
    assert set().union(*STAGES.values()) == {path.stem for path in (ROOT / "workflow/scripts").glob("*.py")}


def test_few_modules_are_in_every_fingerprint():
    count = len(set().union(*RERUN.values()))
    everywhere = {module for module in below(*ORDER) if len(RERUN[module]) == count}
    assert everywhere <= {f"sarangi.{name}" for name in IN_ALL}


def test_guards_are_imported_only_by_what_they_guard():
    for guard in GUARDS:
        importers = {name_of(file) for file in MODULES if guard in imported(file)}
        # what verifies always runs, and the command line is no job
        assert "sarangi.runtime.job" in importers
        assert importers <= {
            "sarangi.runtime.job",
            "sarangi.reproduce.verify",
            "sarangi.reproduce.results_lock",
            "sarangi.__main__",
            "sarangi.terminal.costs",
            "sarangi.terminal.restore",
        }
        assert not RERUN[guard]


def test_the_inventory_is_in_no_fingerprint():
    assert not RERUN["sarangi.runtime.inventory"]


def test_a_change_of_what_was_published_reruns_nothing_before_scoring():
    assert {module: RERUN[module] & BEFORE_SCORING for module in below("published", "scoring", "paper")} == {
        module: set() for module in below("published", "scoring", "paper")
    }


@pytest.mark.parametrize("module", below(*ORDER))
def test_a_change_reruns_few_scripts(module):
    name = module.removeprefix("sarangi.")
    if name not in IN_ALL and name not in SHARED:
        parents = [name.rsplit(".", count)[0] for count in range(name.count(".") + 1)]
        bound = next((AT_MOST[parent] for parent in parents if parent in AT_MOST), FEW)
        assert len(RERUN[module]) <= bound, sorted(RERUN[module])


def test_every_bound_is_of_a_module():
    for name in (*IN_ALL, *AT_MOST, *SHARED, *NEVER):
        assert below(name), name


@pytest.mark.parametrize("module", below("paper.tables", "paper.figures"))
def test_a_change_of_a_table_or_figure_reruns_what_it_makes(module):
    if module.removeprefix("sarangi.") in SHARED:
        assert len(RERUN[module]) <= SHARED[module.removeprefix("sarangi.")]
    else:
        assert RERUN[module] <= own_scripts(module)


@pytest.mark.parametrize("name", NEVER)
def test_no_job_knows_where_files_lie(name):
    assert [RERUN[module] for module in below(name)] == [set()]


def test_the_plan_knows_every_registry():
    known = {registry.loader: registry.package for registry in REGISTRIES.values()}
    assert known.keys() == registries().keys()
    for loader, package in known.items():
        assert {name.rpartition(".")[0] for name in registries()[loader]} == {package}


def test_members_of_a_registry_are_loaded_by_name_alone():
    members = {name for names in registries().values() for name in names}
    for file in MODULES:
        package = name_of(file).rpartition(".")[0]  # holds what the members share, too
        if name_of(file) not in members:
            assert not [n for n in imported(file) & members if n.rpartition(".")[0] != package], file


def name_of(file):
    return ".".join(file.relative_to(SOURCE.parent).with_suffix("").parts)


def file_of(name):
    file = SOURCE.parent.joinpath(*name.split(".")).with_suffix(".py")
    return file if file.is_file() else None


@cache
def imported(file):
    """The project's modules that a module imports anywhere in its text."""
    found = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names if alias.name.startswith("sarangi.")}
        elif isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "sarangi":
            modules = {f"{node.module}.{alias.name}" for alias in node.names}
            found |= {name if file_of(name) else node.module for name in modules}
    return found


# -- where tests are ---------------------------------------------------------------------------

TESTS = ROOT / "tests"


def test_unit_tests_mirror_the_packages():
    """A file has the place and the name of a module, or of a package of modules that are alike."""
    places = {path.relative_to(SOURCE).with_suffix("") for path in SOURCE.rglob("*")}
    files = [path.relative_to(TESTS / "unit") for path in (TESTS / "unit").rglob("test_*.py")]
    mirrored = [file for file in files if len(file.parts) > 1 and file.parts[0] != "support"]
    assert len(mirrored) > 80
    assert [str(f) for f in mirrored if f.parent / f.stem.removeprefix("test_") not in places] == []


def test_no_file_of_tests_has_two_things_of_one_name():
    """Ruff is not asked: it takes an argument that is an imported fixture for a second definition."""
    for file in TESTS.rglob("*.py"):
        names = Counter()
        for node in ast.parse(file.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.FunctionDef | ast.ClassDef):
                names[node.name] += 1
            elif isinstance(node, ast.Import | ast.ImportFrom):
                names.update(alias.asname or alias.name for alias in node.names)
        assert [name for name, count in names.items() if count > 1] == [], file
