# Sarangi: speech emotion recognition by transfer learning, from raw audio to a finished paper.
#
#   snakemake --cores 8 audit               what would make a score mean something else than it says
#   snakemake --cores 8 paper/tables        every table
#   snakemake --cores 8 paper/figures       every figure
#   snakemake --cores 8 paper               the PDF
#   snakemake --cores 1 paper/arxiv         the paper as arXiv takes it
#   snakemake --cores 1 report.html         the study on one page: verdict, audit, scores, claims, limits
#   snakemake --cores 1 report              the record of the workflow, by Snakemake: paper/report.html
#   snakemake --cores 8 finding_3           one finding of the published study
#   snakemake --cores 8 ravdess_si_audio    one experiment of the published study
#   snakemake --cores 8 app                 what the page that listens needs: cards of all models, space/
#   snakemake --cores 1 verify              every result hashed and opened again, and compared
#   snakemake --cores 8 results_bundle      the results in one file, for another clone
#   snakemake --cores 8 bench               benchmarks that others can enter: bench/<name>/
#   snakemake --cores 1 workflow_crate      the workflow as an RO-Crate, for WorkflowHub
#   snakemake --directory demo --cores 2    the same, on the demo's synthetic speech
#
# The rules are in rules/, one file a stage, in the order the data flows; each rule, its script in
# workflow/scripts/ and the function in src/sarangi/ that it calls have one name.

import gc
import os
import sys
from functools import cache
from pathlib import Path

from snakemake.io import is_callable
from snakemake.settings.types import DeploymentMethod

from sarangi.base.installation import PACKAGE
from sarangi.base.personal_settings import before_python

BASE = Path(workflow.basedir)
# beside the Snakefile in a checkout; around it where the package is installed
LIBRARY = BASE / "src" if (BASE / "src").is_dir() else PACKAGE.parent
# before any other import; the rules' own environments do not install the library
before_python(os.environ, LIBRARY)

from sarangi.base import layout
from sarangi.base.errors import SarangiError
from sarangi.base.score_id import ScoreId
from sarangi.paper.building import missing_programs
from sarangi.paper.written import sources
from sarangi.published import accusations
from sarangi.published.records import replays
from sarangi.reproduce.project_files import files_of_workflow
from sarangi.runtime import console, provenance
from sarangi.runtime.deletion import with_provenance
from sarangi.runtime.extras import lacking
from sarangi.runtime.fingerprint import fingerprint, modules_of
from sarangi.runtime.gpu import JOBS_A_GPU
from sarangi.runtime.interpreter import library_alone, quote_interpreter
from sarangi.runtime.inventory import Inventory
from sarangi.runtime.lock import begin, hold
from sarangi.runtime.profile import refuse_stale, refuse_touch
from sarangi.runtime.scheduling import plan_one_look_at_a_time
from sarangi.runtime.snakemake_process import TELLS
from sarangi.sources import kinds
from sarangi.study import (
    app_inputs,
    audit_inputs,
    benchmark_inputs,
    choices,
    claims_drawn,
    confound_inputs,
    errata_inputs,
    findings_inputs,
    guessed_folds,
    inputs,
    leakage,
    missing,
    rated_inputs,
    rated_shown,
    recipes,
    robustness_inputs,
    scored,
    sensitivity_inputs,
    shown,
    speaker_inputs,
    trainings,
    vote_inputs,
)
from sarangi.study.availability import availability, unavailable, waiting_for
from sarangi.study.checking import check, refuse_odd_yaml
from sarangi.study.claims_file import published_in
from sarangi.study.comparisons import language_cells, rates_compared
from sarangi.study.dimensions import scales_of
from sarangi.study.entries import encoders_needed, encoders_of, extraction_of, needs_recordings, states_of
from sarangi.study.exhibits import Exhibit, names, rules_of, shown_with, wanted
from sarangi.study.labels import labels_of
from sarangi.study.limit_inputs import limit_sources
from sarangi.study.loaded import families, loaded
from sarangi.study.methods import methods_of
from sarangi.study.table_corpora import settings_of
from sarangi.study.wanted import every_table, lost

try:
    refuse_odd_yaml("config.yaml")
except SarangiError as error:
    raise WorkflowError(str(error)) from None


configfile: "config.yaml"


report: "workflow/report/study.rst"


# a plan makes many objects and drops few: looking for those that are lost took a sixth of its time
gc.set_threshold(100_000)

quote_interpreter()
plan_one_look_at_a_time()
for place in (BASE, Path.cwd()):
    if any(sign in str(place) for sign in "{}:"):
        raise WorkflowError(
            f"Snakemake and PATH cannot do with a colon or braces in the name of a folder, and this one is {place}: "
            "rename it"
        )

workflow.delete_output = with_provenance(workflow)

# the rules' own environments have all packages that they need, and the library alone of this one's
BY_CONDA = DeploymentMethod.CONDA in workflow.deployment_settings.deployment_method
if BY_CONDA:
    before_python(os.environ, library_alone(LIBRARY))

try:
    if workflow.is_main_process:
        refuse_stale(workflow)
        refuse_touch()
        # a killed run's lock goes, a living one's stays
        hold()
    published, errata = published_in(config, BASE)
    # Snakemake lists those of the command line first, and lets them count for more
    later = len(workflow.overwrite_configfiles)
    own = [] if workflow.config_settings.replace_workflow_config else workflow.configfiles[later:]
    study = check(
        config,
        BASE / "workflow/schemas/config.schema.yaml",
        [Path(os.path.relpath(file)) for file in [*own, *workflow.configfiles[:later]]],
        probe=workflow.is_main_process,
        published=published,
        stated=workflow.config_settings.config,
        lacking={} if BY_CONDA else lacking(),
    )
except SarangiError as error:
    raise WorkflowError(str(error)) from None

# jobs read it, too: with all defaults
config.update(study.config)


include: "rules/common.smk"


onstart:
    try:
        refuse_stale(workflow)  # how it executes is known only now
        begin(works=any(job.output for job in workflow.dag.needrun_jobs()))
    except SarangiError as error:
        raise WorkflowError(str(error)) from None
    known.publish()


onsuccess:
    tell_of_failures()
    tell()


onerror:
    for line in printed.failures() if printed else []:
        print(line, file=sys.stderr)
    tell_of_failures()


wildcard_constraints:
    corpus=one_of(study.sources),
    protocol=one_of(study.config["protocols"]),
    feature_set=one_of(study.config["feature_sets"]),
    encoder=one_of(study.config["encoders"]),
    finding=one_of(study.config["findings"]),
    speaker_encoder=one_of(study.config["speaker_encoders"]),
    pseudo=one_of(study.config["pseudo_speakers"]),
    bench=one_of(study.config["benchmarks"]),
    asr=one_of(study.checkpoints),
    test=one_of(study.sources),
    shard=r"\d{3}",
    fold=r"\d+",
    seed=r"\d+",


FINDING_TABLES = [layout.table(finding) for finding in study.config["findings"]]
FINDING_FIGURES = [layout.figure(finding) for finding in claims_drawn.findings_drawn(study)]
# conda brings tectonic
CAN_BUILD_PDF = BY_CONDA or not missing_programs()
PDFS = [layout.pdf(), layout.supplement()] if CAN_BUILD_PDF else []
AUDITS = [layout.audit(corpus) for corpus in study.corpora]


include: "rules/download.smk"
include: "rules/corpora.smk"
include: "rules/audio.smk"
include: "rules/transcripts.smk"
include: "rules/acoustics.smk"
include: "rules/protocols.smk"
include: "rules/audit.smk"
include: "rules/classical.smk"
include: "rules/states.smk"
include: "rules/finetuning.smk"
include: "rules/speakers.smk"
include: "rules/bootstrap.smk"
include: "rules/ratings.smk"
include: "rules/sensitivity.smk"
include: "rules/robustness.smk"
include: "rules/tables.smk"
include: "rules/figures.smk"
include: "rules/paper.smk"
include: "rules/benchmarks.smk"
include: "rules/app.smk"
include: "rules/verify.smk"


localrules:
    all,


rule all:
    """Everything that the available corpora, weights and programs allow."""
    default_target: True
    input:
        TABLES,
        FINDING_TABLES,
        FIGURES,
        FINDING_FIGURES,
        AUDITS,
        layout.audit_page(),
        layout.run_summary(),
        lambda wildcards: every_table(study),
        lambda wildcards: lost(study, workflow.persistence._filter_incomplete_keys),
        PDFS,
        layout.report_page(),


rule:
    """Every table of the paper."""
    name:
        "paper/tables"
    input:
        TABLES,
        FINDING_TABLES,
        layout.numbers(),
    localrule: True


rule:
    """The audit of every corpus and of the protocols used on it."""
    name:
        "audit"
    input:
        AUDITS,
        lambda wildcards: of_study(missing.page_of_audits),
    localrule: True


rule:
    """Every figure of the paper."""
    name:
        "paper/figures"
    input:
        FIGURES,
        FINDING_FIGURES,
    localrule: True


rule:
    """The paper's PDF, and that of its supplement."""
    name:
        "paper"
    input:
        layout.pdf(),
        layout.supplement(),
    localrule: True


rule:
    """The paper as arXiv takes it: paper/arxiv.tar.gz."""
    name:
        "paper/arxiv"
    input:
        layout.arxiv(),
    localrule: True


rule:
    """What the page that listens needs: the card of every model that it offers, and space/."""
    name:
        "app"
    input:
        lambda wildcards: of_study(app_inputs.files_of_app),
    localrule: True


for finding in study.config["findings"]:

    rule:
        """One finding of the published study, by its name."""
        name:
            finding
        input:
            layout.finding(finding),
            layout.table(finding),
            [layout.figure(finding)] if layout.figure(finding) in FINDING_FIGURES else [],
            shown_with(finding, TABLES_SHOWN, FIGURES_SHOWN),
        localrule: True


for experiment, ours in replays(published).items():

    rule:
        """One experiment of the published study, by the study's name: the scores of ours that replays it."""
        name:
            experiment
        input:
            lambda wildcards, ours=ours: of_study(missing.scores_or_error, ours),
        localrule: True


# Every rule reruns when its code or what it reads from outside changes: no rule has to ask for it, and none can
# do without.
# Every table and figure has all titles.
labels = labels_of(study)
for made in workflow.rules:
    if made.script:
        loads = getattr(made.params, "loads", {})
        made.set_params(code=code_of(BASE / "workflow/scripts" / Path(made.script).name, loads))
        if made.name.endswith(("_table", "_figure", "_shown")):
            made.set_params(labels=labels)
        if made.output and (inventory := inventory_of(made)):
            made.set_params(inventory=inventory)
    elif made.output:
        raise WorkflowError(
            f"rule {made.name} makes files without a script, so changes of its code would go unseen: "
            f"move them to workflow/scripts/{made.name}.py"
        )

# a line a rule in place of Snakemake's four a job
printed = console.installed(workflow, Path.cwd())
