"""The whole demo through a Slurm of this machine: ``make cluster`` (20 minutes, as root).

Every file that it makes must have the bytes that a local run made in ``demo`` (run here, where it was not).
The suite does the same with the smallest study, and ends its jobs beside.
"""

import shutil
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))
import slurm
import yaml
from conftest import ROOT, digests, snakemake, succeeded, write_study

DEMO = ROOT / "demo"
SOON = ("--slurm-init-seconds-before-status-checks", 2)  # no job of the demo takes long


def main() -> int:
    if reason := slurm.started():
        print(f"Skipped: {reason}")
        return 0
    with tempfile.TemporaryDirectory() as folder:
        study = yaml.safe_load((DEMO / "config.yaml").read_text())
        through = write_study(study, Path(folder).resolve() / "demo")
        shutil.copy(DEMO / "costs.yaml", through)
        print("The demo through Slurm, a quarter of an hour ...", flush=True)
        try:
            succeeded(snakemake("--profile", "profiles/slurm", *SOON, directory=through))
        finally:
            slurm.stop()
        found = digests(through)
    print("The demo locally ...", flush=True)
    succeeded(snakemake("--cores", 2, directory=DEMO))
    local = digests(DEMO)
    different = [path for path, digest in found.items() if local.get(path) != digest]
    print(*different, f"{len(found)} files through Slurm, {len(different)} unlike the local run's", sep="\n")
    return bool(different) or not found


if __name__ == "__main__":
    sys.exit(main())
