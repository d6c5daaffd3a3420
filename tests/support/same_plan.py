"""Two checkouts must plan the same jobs, by name, inputs and outputs, for the study and for the demo.

    python tests/support/same_plan.py OTHER_CHECKOUT

Planned is everything, with every corpus and all weights of the study in place, and a second time without any.
The project's own files, and their copies in space/, are left out: their names may change.
"""

import json
import os
import re
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path

import yaml

ROOT = Path(__file__).parents[2]
TARGETS = (
    "all", "audit", "paper/tables", "paper/figures", "paper", "paper/arxiv", "app", "results_bundle",
    "report", "workflow_crate",
)  # fmt: skip
ENCODER_FILES = {
    "speech": ("config.json", "preprocessor_config.json", "model.safetensors"),
    "text": ("config.json", "tokenizer.json", "model.safetensors"),
}


def studies(checkout: Path, folder: Path) -> dict[str, Path]:
    """Write the studies to plan, by name."""
    text = (checkout / "config.yaml").read_text(encoding="utf-8")
    study = yaml.safe_load(text)
    for name in ("study with all data", "study without data"):
        (folder / name).mkdir()
        (folder / name / "config.yaml").write_text(text, encoding="utf-8")
    resources = folder / "study with all data/resources"
    for name in study["corpora"]:
        (resources / "corpora" / name).mkdir(parents=True)
    for name, entry in study["encoders"].items():
        (resources / "models" / name).mkdir(parents=True)
        for file in ENCODER_FILES[entry.get("modality", "speech")]:
            (resources / "models" / name / file).touch()
    for name in study["asr"]:
        (resources / f"models/{name}.pt").touch()
    (folder / "demo").mkdir()
    for name in ("config.yaml", "costs.yaml"):
        (folder / "demo" / name).write_bytes((checkout / "demo" / name).read_bytes())
    (folder / "demo/weights").symlink_to(checkout / "demo/weights")
    return {path.name: path for path in sorted(folder.iterdir())}


def planned(checkout: Path, study: Path) -> list[tuple]:
    """Return the jobs of a dry run of every public target: rule, inputs and outputs."""
    done = subprocess.run(
        [sys.executable, "-m", "snakemake", "--directory", str(study), "--cores", "8", "-n", "-F",
         "--", *targets(study)],
        cwd=checkout, env=os.environ | {"PYTHONPATH": str(checkout / "src")}, capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    if done.returncode:
        sys.exit(done.stdout[-2000:] + done.stderr[-4000:])
    jobs = []
    for block in re.split(r"\n(?=(?:local)?rule )", done.stdout + done.stderr)[1:]:
        name = re.match(r"(?:local)?rule (.*):", block)[1]
        files = dict(re.findall(r"^    (input|output): (.*)$", block, re.MULTILINE))
        inputs, outputs = (files.get(kind, "").split(", ") for kind in ("input", "output"))
        jobs.append((name, *(sorted(of_study(each, checkout, study)) for each in (inputs, outputs))))
    return jobs


def of_study(files: list[str], checkout: Path, study: Path) -> list[str]:
    """Return files without the project's own, whose names are what a change of its layout changes."""
    own = [name for name in files if (study / name).resolve().is_relative_to(checkout)]
    return [name for name in files if name not in own and not name.startswith("space/sarangi/")]


def targets(study: Path) -> list[str]:
    """Return the targets that this study can plan: without data there is no app."""
    return [name for name in TARGETS if name != "app" or "without" not in study.name]


def main() -> int:
    other = Path(sys.argv[1]).resolve()
    different = 0
    for name in ("demo", "study with all data", "study without data"):
        found = []
        for checkout in (other, ROOT):
            with tempfile.TemporaryDirectory() as folder:
                plan = planned(checkout, studies(checkout, Path(folder))[name])
            found.append(Counter(json.dumps(job) for job in plan))
        before, after = found
        files = {file for job in before for file in json.loads(job)[2]}
        print(f"{name}: {before.total()} jobs with {len(files)} outputs there, {after.total()} jobs here")
        for here, jobs in (("only there", before - after), ("only here", after - before)):
            different += jobs.total()
            for job in sorted(jobs)[:20]:
                rule, inputs, outputs = json.loads(job)
                print(f"  {here}: {rule} {outputs[:2]} from {len(inputs)} inputs {inputs[:3]}")
    print(f"{different} jobs differ")
    return bool(different)


if __name__ == "__main__":
    sys.exit(main())
