"""Two clean runs must give the same bytes: one core and two, other folder, time zone, locale, hash seed.

python tests/faults/same_bytes.py            the whole demo, twice
python tests/faults/same_bytes.py A B        two folders that are there already
"""

import sys
import tempfile
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))
import yaml
from support.places import ROOT
from support.running import ELSEWHERE, digests, snakemake, succeeded
from support.studies import write_study


def twice(study: dict, folder: Path) -> tuple[Path, Path]:
    """Run a study on two cores here, and on one core in another folder, zone and locale."""
    here, there = write_study(study, folder / "here"), write_study(study, folder / "over there")
    succeeded(snakemake("--cores", 2, directory=here))
    succeeded(snakemake("--cores", 1, directory=there, **ELSEWHERE))
    return here, there


def compare(one: Path, other: Path) -> tuple[Counter, list[str]]:
    """Return how many files of each kind two folders share, and those that differ or stand in one only."""
    first, second = digests(one), digests(other)
    different = sorted(path for path in first.keys() | second.keys() if first.get(path) != second.get(path))
    return Counter(Path(path).suffix for path in first.keys() - set(different)), different


def main() -> int:
    with tempfile.TemporaryDirectory() as folder:
        if len(sys.argv) == 3:
            one, other = map(Path, sys.argv[1:])
        else:
            one, other = twice(yaml.safe_load((ROOT / "demo/config.yaml").read_text()), Path(folder))
        same, different = compare(one, other)
    for suffix, count in sorted(same.items()):
        print(f"{count:5} {suffix or 'without suffix'} the same")
    for path in different:
        print(f"different: {path}")
    print(f"{sum(same.values())} files the same, {len(different)} different")
    return bool(different) or not same


if __name__ == "__main__":
    sys.exit(main())
