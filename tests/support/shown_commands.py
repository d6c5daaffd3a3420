"""Which test carries out each command that the README and the documentation show, or why none does."""

import ast
import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from support.places import ROOT

PAGES = [
    ROOT / "README.md",
    ROOT / "CONTRIBUTING.md",
    *sorted(ROOT.glob("docs/*.md")),
    *sorted(ROOT.glob("*/README.md")),
]
NETWORK = "network: reaches the Hugging Face hub or a package index"
CLUSTER = "cluster: needs a scheduler; tests/cluster does the same through a Slurm of one machine"
GPU = "GPU: needs one"
LONG = "long: minutes to hours; its parts are tested"
DATA = "data: needs corpora or weights that are not part of the project"
SHELL = "shell: prepares the reader's own shell"
REASONS = (NETWORK, CLUSTER, GPU, LONG, DATA, SHELL)


class Shown(NamedTuple):
    """A command as a page shows it, and the test that carries it out with its own names of files.

    ``does`` is what of it the test's file has: a word of the command line, mostly the subcommand.
    """

    command: str
    test: str
    does: str


CHAIN = "tests/workflow/test_chain.py::test_a_second_run_does_nothing"
OWN = "tests/workflow/test_own_recordings.py::test_three_commands_lead_from_a_table_to_tables"
RESTORED = (
    "tests/workflow/test_reruns.py::test_a_restored_bundle_leaves_nothing_to_do_and_later_edits_are_noticed"
)
PUT_BACK = "tests/workflow/test_reruns.py::test_only_what_agrees_is_adopted"
PUSHED = "tests/unit/app/test_push.py::test_a_run_goes_to_the_hub_with_its_card_and_the_token_is_not_shown"
HIDDEN = "tests/unit/benchmark/test_hidden.py::"
CHECKED = "tests/unit/terminal/test_check.py::"
EXPLAINED = "tests/unit/reproduce/test_explain.py::"

CARRIED_OUT = [
    Shown("sarangi new my --table labels.csv --audio wavs/", OWN, '"new"'),
    Shown("sarangi new pilot --table pilot.csv --audio pilot/", OWN, '"new"'),
    Shown("sarangi audit my", OWN, '"audit"'),
    Shown("sarangi audit pilot", OWN, '"audit"'),
    Shown("sarangi run my", OWN, '"run"'),
    Shown("sarangi explain urdu_latif_loso_egemaps_svm.uar", OWN, '"explain"'),
    Shown("python -m sarangi explain urdu_latif_loso_egemaps_svm.uar --directory demo", OWN, '"explain"'),
    Shown(
        "python -m sarangi explain scores:12:WF1 --directory demo --html why.html",
        f"{EXPLAINED}test_a_page_escapes_and_needs_no_other_file", '"--html"',
    ),
    Shown(
        "sarangi plan my --difference 0.05",
        "tests/unit/terminal/test_plan.py::test_a_studys_own_variances_are_taken_once_there_are_predictions",
        '"plan"',
    ),
    Shown(
        "sarangi score predictions.csv my --protocol loso",
        "tests/unit/terminal/test_score.py::test_the_table_is_printed_and_written", '"score"',
    ),
    Shown(
        "sarangi score predictions.csv --bench bench/indoaryan_ser --task urdu_latif_loso",
        "tests/unit/benchmark/test_opened.py::test_the_difference_to_a_baseline_is_that_of_the_scores",
        '"--bench"',
    ),
    Shown(
        "sarangi score predictions.csv --bench bench/mine --task my_publisher --hidden "
        "results/bench/mine.hidden.parquet",
        f"{HIDDEN}test_the_maintainer_scores_as_the_pipeline_does_and_nobody_else_scores", '"--hidden"',
    ),
    Shown(
        "sarangi submit my_submission --bench bench/indoaryan_ser",
        "tests/unit/benchmark/test_leaderboard.py::test_entries_are_ranked_by_what_can_be_told_apart",
        '"submit"',
    ),
    Shown(
        "sarangi submit folder --bench bench/mine --hidden results/bench/mine.hidden.parquet",
        f"{HIDDEN}test_an_entry_is_put_up_by_the_maintainer_and_keeps_no_label", '"submit"',
    ),
    Shown("sarangi check table.csv", f"{CHECKED}test_what_is_written", '"check"'),
    Shown(
        "sarangi check confusions.csv table.csv --html check.html", f"{CHECKED}test_what_is_written",
        '"--html"',
    ),
    Shown(
        "sarangi check published.csv --against ours.csv --same-clips", f"{CHECKED}test_a_replication",
        '"--same-clips"',
    ),
    Shown(
        "sarangi check --score uar=0.103 --supports angry=78,happy=2,neutral=8,sad=0",
        f"{CHECKED}test_a_typed_score_and_its_chance", '"--score"',
    ),
    Shown(
        "sarangi check --matrix '28 0 0 0; 1 1 0 0; 3 0 5 0; 0 0 0 0' --classes angry,happy,neutral,sad",
        f"{CHECKED}test_a_typed_matrix_and_a_mislabelled_score", '"--matrix"',
    ),
    Shown("snakemake --cores 8", CHAIN, "[*TARGETS, None]"),
    Shown("snakemake --cores 8 audit", CHAIN, '"audit"'),
    Shown("snakemake --cores 8 paper/tables", CHAIN, '"paper/tables"'),
    Shown("snakemake --cores 8 paper/figures", CHAIN, '"paper/figures"'),
    Shown("snakemake --cores 8 paper", CHAIN, '"paper"'),
    Shown("snakemake --cores 8 finding_3", CHAIN, '"finding_3"'),
    Shown(
        "snakemake -s '$(sarangi where)' --directory my --cores 4 paper/tables",
        "tests/workflow/test_wheel.py::test_the_core_plans_what_it_can_run_and_says_which_extra_the_rest_needs",
        '"where"',
    ),
    Shown(
        "snakemake --cores 8 ravdess_si_audio",
        "tests/workflow/test_workflow.py::"
        "test_a_published_experiment_has_the_studys_name_and_says_what_it_waits_for",
        '"ravdess_si_audio"',
    ),
    Shown(
        "snakemake --cores 8 results/scores/urdu_latif_loso_egemaps_svm.parquet",
        "tests/workflow/test_chain.py::test_numbers_of_the_text_are_those_of_the_scores",
        "results/scores/urdu_latif_loso_egemaps_svm.parquet",
    ),
    Shown(
        "snakemake --cores 2 results/audit/emodb.parquet",
        "tests/contributing/test_a_new_corpus.py::test_a_ninth_corpus_is_one_module_and_one_entry", "emodb",
    ),
    Shown(
        "snakemake --cores 1 paper/arxiv",
        "tests/workflow/test_chain.py::test_the_package_for_arxiv_builds_with_pdflatex_alone",
        '"paper/arxiv"',
    ),
    Shown(
        "snakemake --cores 1 report",
        "tests/workflow/test_report.py::test_it_says_what_it_is_and_that_its_speech_is_synthetic", '"report"',
    ),
    Shown(
        "snakemake --cores 1 verify",
        "tests/workflow/test_verify_runs.py::test_the_chain_is_as_made_and_its_lock_agrees", '"verify"',
    ),
    Shown(
        "snakemake --cores 8 app",
        "tests/workflow/test_app.py::test_each_run_has_a_card_that_the_hub_can_read_and_that_says_synthetic",
        '"app"',
    ),
    Shown("snakemake --cores 8 results_bundle", RESTORED, '"results_bundle"'),
    Shown("make restore BUNDLE=bundle.zip", RESTORED, '"restore"'),
    Shown("make restore BUNDLE=bundle.zip COMPARE=1", PUT_BACK, '"--compare"'),
    Shown(
        "python -m sarangi listen",
        "tests/workflow/test_app.py::"
        "test_an_upload_gives_the_pipelines_own_probabilities_and_what_is_known_of_the_model",
        '"listen"',
    ),
    Shown(
        "python -m sarangi predict RECORDINGS --model iemocap_session5_audio/0/42 --out predictions.parquet",
        "tests/workflow/test_app.py::test_a_folder_is_predicted_file_by_file", '"predict"',
    ),
    Shown("python -m sarangi push iemocap_session5_audio/0/42 --to owner/name", PUSHED, '"push"'),
    Shown("python -m sarangi push space --to owner/name --space", PUSHED, '"--space"'),
    Shown(
        "real/link RECORDINGS WEIGHTS",
        "tests/unit/test_first_run.py::test_what_is_missing_is_named_and_nothing_is_linked", '"link"',
    ),
]  # fmt: skip

NOT = {
    "source .venv/bin/activate": SHELL,
    "make demo": LONG,
    "make faults": LONG,
    "make real RECORDINGS=folder WEIGHTS=folder": DATA,
    "snakemake --directory demo --cores 2": LONG,
    "snakemake --directory real --cores 2": DATA,
    "snakemake --directory real --cores 1 verify": DATA,
    "python -m sarangi fast ravdess_grouped3_audio_tiny --directory demo": LONG,
    "python -m sarangi listen --pretrained": NETWORK,
    "pip install confidence_intervals": NETWORK,
    "snakemake --profile profiles/slurm paper": CLUSTER,
    "snakemake -s '$(sarangi where)' --profile '$(dirname $(sarangi' 'where))/profiles/slurm' "
    "--directory my": CLUSTER,
    "benchmarks/gpu.sh --json gpu.json": GPU,
}
MEASUREMENTS = "python benchmarks/"
"""How commands begin that measure; ``benchmarks/README.md`` has what they measured."""

BLOCK = re.compile(r"^ *```(?:console|bash|sh)\n(.*?)^ *```", re.DOTALL | re.MULTILINE)


def commands(page: Path) -> Iterator[list[str]]:
    """Yield the words of each command in the blocks of a page, without comments."""
    for block in BLOCK.findall(page.read_text(encoding="utf-8")):
        for line in block.replace("\\\n", " ").splitlines():
            words = shlex.split(line, comments=True)
            if words:
                yield words


def shown() -> set[str]:
    """Return every command of the pages but measurements."""
    found = {shlex.join(words) for page in PAGES for words in commands(page)}
    return {command for command in found if not command.startswith(MEASUREMENTS)}


def functions(file: Path) -> set[str]:
    """Return the names of the tests of a file."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    return {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
