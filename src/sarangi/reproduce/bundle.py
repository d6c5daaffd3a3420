"""A bundle of results: what stands behind the paper, to be put back into a fresh clone."""

import json
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from sarangi.base.errors import SarangiError
from sarangi.reproduce.snakemake_records import file_of
from sarangi.runtime import provenance, records

METADATA = Path(".snakemake/metadata")
GENERATED = (
    "paper/tables/", "paper/figures/", "paper/numbers.tex", "paper/texts.tex", "paper/paper.pdf",
    "paper/supplement.pdf", "audit.html", "report.html",
)  # fmt: skip
ABOUT = "bundle.json"
VERSION = 1


def results_bundle(targets: Sequence[str], identities: Mapping[str, str], output: Path) -> None:
    """Zip the results behind the targets, with their provenance and Snakemake's metadata.

    Recordings (``resources/`` and the audio shards) and weights stay out: they are large, and most
    are not ours to pass on.  Their provenance goes in, so that what was made from them can be told.

    Parameters
    ----------
    targets
        The files to bundle: tables, figures, numbers, paper; everything they were made from follows.
    identities
        What the configuration says of each thing that may later be used without its recordings (see
        :attr:`sarangi.study.study.Study.identities`).
    output
        Zip file to write.

    Raises
    ------
    SarangiError
        If a result is not what its provenance says, or has none.
    """
    behind = records.closure(targets)
    with zipfile.ZipFile(output, "w", zipfile.ZIP_DEFLATED) as archive:
        about = {"version": VERSION, "targets": sorted(targets), "identities": dict(identities)}
        add(archive, ABOUT, json.dumps(about, indent=1, sort_keys=True).encode())
        for path, record in behind.items():
            add(archive, str(provenance.place(path)), provenance.place(path).read_bytes())
            if carried(path):
                if provenance.digest(path) != record["sha256"]:
                    raise SarangiError(
                        f"{path}: not the bytes that rule {record['rule']} made; delete it and run the "
                        "same command again"
                    )
                add(archive, path, Path(path).read_bytes())
        for path, name in _metadata():
            if path in behind:
                add(archive, str(METADATA / name), (METADATA / name).read_bytes())


def carried(path: str) -> bool:
    """Whether a bundle carries a result: a table without sound, or a generated page or text."""
    # states of encoders are as large as what they come from
    large = "/audio/" in path or path.startswith("results/states/")
    return path.startswith(GENERATED) or (
        path.startswith("results/") and path.endswith((".parquet", ".csv", ".txt")) and not large
    )


def add(archive: zipfile.ZipFile, name: str, data: bytes) -> None:
    """Put a file into a zip without its time, so that the same files give the same bytes."""
    entry = zipfile.ZipInfo(name)  # dated 1980
    entry.compress_type = zipfile.ZIP_DEFLATED
    archive.writestr(entry, data)


def _metadata() -> Iterator[tuple[str, str]]:
    """Yield each file that Snakemake knows how it was made, and the name of the record that says so."""
    for file in sorted(METADATA.rglob("*")):
        if file.is_file():
            name = str(file.relative_to(METADATA))
            yield file_of(name), name
