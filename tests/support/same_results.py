"""Two folders of results must hold the same: every table, figure, score and model, whatever code made them.

    python tests/support/same_results.py demo OTHER_CHECKOUT/demo

All bytes are compared but for provenance, which names the code: the metadata of Parquet and safetensors, and
the line of a .tex file that says what made it. What is left out altogether is in LEFT_OUT, with the reason.
"""

import hashlib
import json
import struct
import sys
from collections import Counter
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

PLACES = ("results", "resources/made", "resources/weights", "paper", "space")
LEFT_OUT = {
    "results/provenance": "says what code made a result",
    "results/logs": "has times in it",
    "results/benchmarks": "has times in it",
    "results/unfinished": "is what was kept to resume a job, and may be deleted",
    "results/bundle.zip": "holds provenance and Snakemake's metadata; its results are compared themselves",
    "results/workflow_crate.zip": "holds the code",
    "paper/report.html": "shows the code, and has times in it",
    "space/sarangi": "is a copy of the modules",
}
"""Places that are not compared, each with the reason."""
OWN = "sarangi"
"""The key of the metadata under which provenance is kept."""
MADE_BY = b"% Made by Snakemake"


def parts_of(path: Path) -> dict[str, str]:
    """Return a hash of each part of a file that must be the same, by what it is."""
    if path.suffix == ".parquet":
        return _parts_of_parquet(path)
    if path.suffix == ".safetensors":
        return _parts_of_safetensors(path)
    data = path.read_bytes()
    if path.suffix == ".tex":
        lines = data.splitlines(keepends=True)
        data = b"".join(line for line in lines if not line.startswith(MADE_BY))
    return {"bytes": _hash(data)}


def _hash(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _parts_of_parquet(path: Path) -> dict[str, str]:
    """Return hashes of the schema, the other metadata, the row groups, and the values of each column."""
    file = pq.ParquetFile(path)
    schema, groups = file.schema_arrow, file.metadata
    other = {key: value for key, value in (schema.metadata or {}).items() if key != OWN.encode()}
    sizes = [groups.row_group(number).num_rows for number in range(groups.num_row_groups)]
    found = {
        "schema": _hash(schema.remove_metadata().serialize().to_pybytes()),
        "metadata": _hash(repr(sorted(other.items())).encode()),
        "row groups": _hash(repr(sizes).encode()),
    }
    table = file.read().replace_schema_metadata(None)
    for name in schema.names:
        # as it is sent, bit by bit: a NaN equals itself, and 0.0 is not -0.0
        sink = pa.BufferOutputStream()
        with pa.ipc.new_stream(sink, table.select([name]).schema) as stream:
            stream.write_table(table.select([name]).combine_chunks())
        found[f"column {name}"] = _hash(sink.getvalue())
    return found


def _parts_of_safetensors(path: Path) -> dict[str, str]:
    """Return hashes of the header, without provenance, and of the tensors."""
    data = path.read_bytes()
    (size,) = struct.unpack_from("<Q", data)
    header = json.loads(data[8 : 8 + size])
    header.get("__metadata__", {}).pop(OWN, None)
    return {"header": _hash(json.dumps(header).encode()), "tensors": _hash(data[8 + size :])}


def files_in(folder: Path) -> dict[str, Path]:
    """Return the results in a folder by their names, without what is left out."""
    found = {
        str(path.relative_to(folder)): path
        for place in PLACES
        for path in sorted((folder / place).rglob("*"))
        if path.is_file()
    }
    return {
        name: path
        for name, path in found.items()
        if not any(name == left or name.startswith(f"{left}/") for left in LEFT_OUT)
    }


def compare(one: Path, other: Path) -> tuple[Counter, list[str]]:
    """Return how many results of each kind two folders share, and what differs or is in one of them only."""
    first, second = files_in(one), files_in(other)
    same, different = Counter(), []
    for name in sorted(first.keys() | second.keys()):
        if name not in first or name not in second:
            different.append(f"{name}: only in {one if name in first else other}")
            continue
        here, there = parts_of(first[name]), parts_of(second[name])
        odd = [part for part in {**here, **there} if here.get(part) != there.get(part)]
        if odd:
            different.append(f"{name}: {', '.join(odd)}")
        else:
            same[Path(name).suffix or "without suffix"] += 1
    return same, different


def main() -> int:
    if len(sys.argv) != 3:
        print(__doc__)
        return 2
    same, different = compare(*map(Path, sys.argv[1:]))
    for kind, count in sorted(same.items()):
        print(f"{count:5} {kind} the same")
    for line in different:
        print(f"different: {line}")
    for place, reason in LEFT_OUT.items():
        print(f"not compared: {place}, which {reason}")
    print(f"{sum(same.values())} results the same, {len(different)} different")
    return bool(different) or not same


if __name__ == "__main__":
    sys.exit(main())
