"""The folder of a benchmark: its archive, unpacked."""

import zipfile
from pathlib import Path

from sarangi.benchmark.names import SUMS


def bench_folder(archive: Path, folder: Path, sums: Path) -> None:
    """Unpack a benchmark into its folder, which then holds nothing else.

    Each file gets its name when it is whole, and those of another version go.

    Parameters
    ----------
    archive
        From :func:`sarangi.benchmark.archive.bench_archive`.
    folder
        To unpack into.
    sums
        File to write for ``SHA256SUMS``; what calls this gives it its name, when everything else is there.
    """
    with zipfile.ZipFile(archive) as packed:
        names = packed.namelist()
        for name in names:
            place = sums if name == SUMS else folder / name
            place.parent.mkdir(parents=True, exist_ok=True)
            unfinished = place.with_name(f".{place.name}.unfinished")
            unfinished.write_bytes(packed.read(name))
            unfinished.replace(place)
    kept = {sums, *(folder / name for name in names)}
    for path in sorted(folder.rglob("*"), reverse=True):
        if path.is_dir():
            if not any(path.iterdir()):
                path.rmdir()
        elif path not in kept:
            path.unlink()
