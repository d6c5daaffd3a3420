# Sarangi: speech emotion recognition by transfer learning, from raw audio to a finished paper.
#
#   snakemake --cores 8 paper/tables        every table
#   snakemake --cores 8 paper/figures       every figure
#   snakemake --directory demo --cores 2    the same, on the demo's synthetic speech
#
# The rules are in rules/, one file a stage, in the order the data flows; each rule, its script in
# workflow/scripts/ and the function in src/sarangi/ that it calls have one name.

import os
from pathlib import Path

from sarangi.configuration import check
from sarangi.errors import SarangiError
from sarangi.fingerprint import fingerprint
from sarangi.source import inventory


configfile: "config.yaml"


BASE = Path(workflow.basedir)
# for the rules' own environments, which do not install the library
os.environ.update(PYTHONPATH=str(BASE / "src"))

try:
    study = check(
        config,
        BASE / "workflow/schemas/config.schema.yaml",
        [Path(os.path.relpath(file)) for file in workflow.configfiles],
    )
except SarangiError as error:
    raise WorkflowError(str(error)) from None


wildcard_constraints:
    corpus="|".join(study.sources) or "none",
    protocol="|".join(study.config["protocols"]),
    feature_set="|".join(study.config["feature_sets"]) or "none",
    shard=r"\d{3}",


localrules:
    all,


rule all:
    """Everything that the corpora in hand allow."""
    input:
        "paper/tables/corpora.tex",
        "paper/tables/scores.tex",
        "paper/figures/leakage.pdf",


rule:
    """Every table of the paper."""
    name:
        "paper/tables"
    input:
        "paper/tables/corpora.tex",
        "paper/tables/scores.tex",
    localrule: True


rule:
    """Every figure of the paper."""
    name:
        "paper/figures"
    input:
        "paper/figures/leakage.pdf",
    localrule: True


include: "rules/common.smk"
include: "rules/corpora.smk"
include: "rules/audio.smk"
include: "rules/acoustics.smk"
include: "rules/protocols.smk"
include: "rules/classical.smk"
include: "rules/bootstrap.smk"
include: "rules/figures.smk"
include: "rules/tables.smk"


# Every rule with a script reruns when its code changes, and only then: no rule has to ask for it.
for scripted in workflow.rules:
    if scripted.script:
        scripted.set_params(code=code_of(BASE / "workflow/scripts" / Path(scripted.script).name))
