"""The whole demo through a Slurm of this machine, and locally: ``python tests/cluster/demo.py`` (25 minutes).

Every file must have the same bytes.  The suite does the same with the smallest study.
"""

import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))
import slurm
import yaml
from conftest import ROOT, digests, snakemake, succeeded, write_study


def main() -> int:
    demo = yaml.safe_load((ROOT / "demo/config.yaml").read_text())
    with tempfile.TemporaryDirectory() as name:
        local, through = (write_study(demo, Path(name).resolve() / kind) for kind in ("local", "through"))
        slurm.start()
        try:
            succeeded(snakemake("--profile", "profiles/slurm", directory=through))
        finally:
            slurm.stop()
        succeeded(snakemake("--cores", 2, directory=local))
        expected, found = digests(local), digests(through)
    different = sorted(p for p in expected.keys() | found.keys() if expected.get(p) != found.get(p))
    print(*different, f"{len(expected)} files, {len(different)} of them different", sep="\n")
    return bool(different) or not expected


if __name__ == "__main__":
    sys.exit(main())
