"""The whole demo through a Slurm of this machine: ``make cluster`` (half an hour, as root).

It runs in another time zone and locale, and must make the files, with the bytes, that a local run makes in
``demo``; what lies there from another configuration is told as different.
The suite does the same with the smallest study, and ends its jobs beside.
"""

import shutil
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))
import slurm
from support.places import ROOT
from support.running import ELSEWHERE, digests, snakemake, succeeded

DEMO = ROOT / "demo"
MADE = ("results", "resources", "paper", "space", ".snakemake")
SOON = ("--slurm-init-seconds-before-status-checks", 2)  # no job of the demo takes long


def main() -> int:
    if reason := slurm.why_not_started():
        print(f"Skipped: {reason}")
        return 0
    with tempfile.TemporaryDirectory() as folder:
        through = Path(folder).resolve() / "demo"
        shutil.copytree(DEMO, through, ignore=shutil.ignore_patterns(*MADE))
        print("The demo through Slurm, twenty minutes ...", flush=True)
        try:
            succeeded(snakemake("--profile", "profiles/slurm", *SOON, directory=through, **ELSEWHERE))
        finally:
            slurm.stop()
        found = digests(through)
    print("The demo locally ...", flush=True)
    succeeded(snakemake("--cores", 2, directory=DEMO))
    local = digests(DEMO)
    different = sorted(path for path in local.keys() | found.keys() if local.get(path) != found.get(path))
    print(*different, f"{len(found)} files through Slurm, {len(local)} locally", sep="\n")
    print(f"{len(different)} different, or made by one of them only")
    return bool(different) or not found


if __name__ == "__main__":
    sys.exit(main())
