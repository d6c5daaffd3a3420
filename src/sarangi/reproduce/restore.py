"""Put a bundle of results back into a fresh clone, so that only what differs is rebuilt."""

import hashlib
import json
import os
import shutil
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any, NamedTuple

from sarangi.base.documents import LARGEST, json_of
from sarangi.base.errors import SarangiError
from sarangi.reproduce import snakemake_records
from sarangi.reproduce.bundle import ABOUT, GENERATED, METADATA, VERSION, carried
from sarangi.runtime import provenance, records
from sarangi.runtime.inventory import digest_of_input
from sarangi.sources.repack import LARGEST_RATIO, LARGEST_TOTAL
from sarangi.sources.source import DAMAGE
from sarangi.study.identities import RESTORED

if TYPE_CHECKING:
    from sarangi.reproduce.plan import Planned

LONGEST_NAME = 255  # bytes, of any file system
LARGEST_MEMBER = 2**31  # bytes; no table of results comes near


def restore(bundle: Path, directory: Path, trust_metadata: bool = True) -> dict[str, str]:
    """Put the results of a bundle into the folder of a workflow.

    With Snakemake's metadata in the bundle, Snakemake itself sees what differs from this clone's code
    and configuration, and rebuilds that.  Without it the provenance of every result is compared with
    the plan of this clone; what agrees is adopted, and what does not is left out.

    Parameters
    ----------
    bundle
        Made by ``snakemake results_bundle``.
    directory
        Folder with ``config.yaml``.
    trust_metadata
        Whether to use Snakemake's metadata where the bundle has it.

    Returns
    -------
    dict
        Each result of the bundle that was left out, and each file that is here and keeps its own provenance,
        with why.

    Raises
    ------
    SarangiError
        If the bundle is no bundle, is damaged, or would overwrite other results; nothing is written.
    """
    with _opened(bundle) as archive:
        about = _about(archive)
        names = archive.namelist()
        results = [name for name in names if carried(name)]
        metadata = [name for name in names if name.startswith(f"{METADATA}/")] if trust_metadata else []
        records_in = {}
        for name in names:
            if name.startswith(f"{provenance.FOLDER}/"):
                records_in[_result_of(name)] = record = _document(archive, name)
                records.refuse_odd(record)
        of_snakemake = {
            name: snakemake_records.refuse_other(name, _document(archive, name), records_in)
            for name in metadata
        }
        for name in results:
            _check(archive, bundle, name, directory)
        stays = {path: why for path, record in records_in.items() if (why := _own(directory, path, record))}
        own = {path for path in records_in if (directory / path).exists()}
        for name in names:
            path = of_snakemake.get(name) or (name if name in results else _result_of(name))
            # what Snakemake knows of a file that is here stays, too
            known = name in metadata and path in own and (directory / name).exists()
            if path in records_in and path not in stays and not known:
                _extract(archive, name, directory)
    place = directory / RESTORED
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text(json.dumps(about["identities"], indent=1, sort_keys=True) + "\n", encoding="utf-8")
    new = [name for name in results if name not in own]
    return stays if metadata else stays | adopt(about["targets"], new, directory)


def adopt(targets: list[str], results: list[str], directory: Path) -> dict[str, str]:
    """Have Snakemake take results as made where their provenance agrees with its plan.

    Parameters
    ----------
    targets
        Files whose jobs are planned.
    results
        Files that were put into ``directory``; those that do not agree are removed.
    directory
        Folder with ``config.yaml``.

    Returns
    -------
    dict
        Each result removed, with why.
    """
    from sarangi.reproduce.plan import plan

    with plan(targets, directory) as planned:
        adopted = _Adopted({output for job in planned.jobs for output in job.outputs})
        for job in planned.jobs:
            refusal = adopted.disagreement(job)
            if refusal is not None:
                adopted.refused |= dict.fromkeys(job.outputs, refusal)
                continue
            found = {output: records.read(output) for output in job.outputs}
            adopted.sums |= {output: record["sha256"] for output, record in found.items()}
            planned.mark_done(job, found[job.outputs[0]]["inputs"])
        refused = {result: refusal.why for result, refusal in adopted.refused.items()}
        # what no job here makes is evidence of what was adopted, or it is nothing
        evidence = records.closure(adopted.sums)
        unknown = "this clone's configuration makes no such file"
        refused |= {
            result: unknown for result in results if result not in adopted.made and result not in evidence
        }
        for result in refused:
            # what was here before the bundle keeps what is known of it
            if result in results or not Path(result).exists():
                provenance.place(result).unlink(missing_ok=True)
            if result in results:
                Path(result).unlink(missing_ok=True)
    return {result: why for result, why in sorted(refused.items()) if result in results}


class _Refusal(NamedTuple):
    """Why a result is left out, and what began it: the same, or why a file that it was made from is."""

    why: str
    cause: str


@dataclass
class _Adopted:
    """What was adopted so far, and what was not.

    Attributes
    ----------
    made
        The outputs of all jobs of the plan.
    refused
        Results that are left out.
    sums
        The sha256 of what agrees, as recorded.
    """

    made: set[str]
    refused: dict[str, _Refusal] = field(default_factory=dict)
    sums: dict[str, str] = field(default_factory=dict)

    def disagreement(self, job: "Planned") -> _Refusal | None:
        """Return why the outputs of a job are not what this clone would make, or None."""
        for output in job.outputs:
            record = records.read(output)
            why = _other_job(output, record, job)
            if why is not None:
                return _Refusal(why, why)
            for path, sum_ in record["inputs"].items():
                refusal = self._other_input(path, sum_)
                if refusal is not None:
                    return refusal
            # last: the content of what comes from outside is among them, and was named by now
            if record["parameters"] != job.described["parameters"]:
                why = _other("parameters", job)
                return _Refusal(why, why)
        return None

    def _other_input(self, path: str, recorded: str) -> _Refusal | None:
        if path in self.refused:
            cause = self.refused[path].cause
            return _Refusal(f"it was made from {path}, which was left out: {cause}", cause)
        if path in self.made:
            here = self.sums[path]
        elif provenance.located(path).exists():
            here = digest_of_input(provenance.located(path))
        else:
            why = f"it was made from {path}, which is not here"
            return _Refusal(why, why)
        why = f"it was made from a different {path}"
        return None if here == recorded else _Refusal(why, why)


def _other_job(output: str, record: Mapping[str, Any] | None, job: "Planned") -> str | None:
    """Return how a result was made otherwise than by a job, but for the bytes of its inputs, or None."""
    if record is None:
        return "it has no provenance"
    if carried(output) and not Path(output).exists():
        return "it is not in the bundle"
    for key in ("rule", "wildcards", "code"):
        if record[key] != job.described[key]:
            return _other(key, job)
    if sorted(record["inputs"]) != job.inputs:
        return f"it was made from other files: {_first_odd(record['inputs'], job.inputs)}"
    return None


def _other(key: str, job: "Planned") -> str:
    return f"rule {job.described['rule']} has different {key} in this clone"


def _first_odd(recorded: Mapping[str, str], inputs: list[str]) -> str:
    return sorted(set(recorded) ^ set(inputs))[0]


@contextmanager
def _opened(bundle: Path) -> Iterator[zipfile.ZipFile]:
    """Open a bundle, every member of which lies where results lie."""
    if bundle.exists() and not bundle.is_file():  # a device has no end
        raise SarangiError(
            f"{bundle}: expected a bundle, which the target results_bundle makes; it is not a file"
        )
    try:
        with zipfile.ZipFile(bundle) as archive:
            for entry in archive.infolist():
                path = PurePosixPath(entry.filename)
                inside = entry.filename == ABOUT or path.parts[:2] == METADATA.parts
                inside = inside or entry.filename.startswith(("results/", *GENERATED))
                if path.is_absolute() or ".." in path.parts or not inside or entry.is_dir():
                    raise ValueError(f"{entry.filename!r} does not belong into results or paper")
                if entry.file_size > LARGEST_MEMBER:
                    raise ValueError(f"{entry.filename!r} has {entry.file_size} bytes")
                if any(len(part.encode()) > LONGEST_NAME for part in path.parts):
                    raise ValueError(f"{entry.filename!r} has a part of more than {LONGEST_NAME} bytes")
            _refuse_clash(archive.namelist())
            total, size = sum(entry.file_size for entry in archive.infolist()), bundle.stat().st_size
            if total > max(LARGEST_TOTAL, LARGEST_RATIO * size):
                raise ValueError(f"it opens to {total} bytes, more than {LARGEST_RATIO} times its own {size}")
            yield archive
    except (*DAMAGE, KeyError, TypeError) as error:
        raise SarangiError(
            f"{bundle}: expected a bundle, which the target results_bundle makes: {error}"
        ) from error


def _refuse_clash(names: list[str]) -> None:
    """Refuse names of which one appears twice, or is a folder of another: they cannot all be written."""
    places = [PurePosixPath(RESTORED), *(PurePosixPath(name) for name in names)]
    above = {parent for place in places for parent in place.parents}
    seen: set[PurePosixPath] = set()
    for place in places:
        if place in seen or place in above:
            raise ValueError(f"{str(place)!r} appears twice, or is a file and a folder")
        seen.add(place)


def _document(archive: zipfile.ZipFile, name: str) -> Any:
    size = archive.getinfo(name).file_size
    if size > LARGEST:
        raise ValueError(f"{name!r} has {size} bytes; at most {LARGEST} are read")
    return json_of(archive.read(name))


def _about(archive: zipfile.ZipFile) -> dict[str, Any]:
    about = _document(archive, ABOUT)
    if about["version"] != VERSION:
        raise ValueError(f"it is of version {about['version']}, and this Sarangi reads {VERSION}")
    targets, identities = list(about["targets"]), dict(about["identities"])
    if not all(isinstance(text, str) for text in (*targets, *identities, *identities.values())):
        raise ValueError(f"{ABOUT} has a target or an identity that is not text")
    return {"targets": targets, "identities": identities}


def _result_of(name: str) -> str:
    """Return the result that a file of provenance is of; the name itself of another file."""
    inner = name.removeprefix(f"{provenance.FOLDER}/")
    return name if inner == name else inner.removesuffix(".json")


def _own(directory: Path, path: str, record: Mapping[str, Any]) -> str | None:
    """Return why a file that is here keeps what is known of it, or that nothing is; None if not."""
    here, known = directory / path, directory / provenance.place(path)
    if not here.exists():
        return None
    if known.is_file():
        try:
            same = json_of(known.read_bytes()) == record
        except (OSError, ValueError):
            same = False
        return None if same else "it is here and was made differently; its own provenance stays"
    if here.is_file() and provenance.digest(here) == record["sha256"]:
        return None
    return "it is here and differs from what the bundle's provenance says; it stays without provenance"


def _check(archive: zipfile.ZipFile, bundle: Path, name: str, directory: Path) -> None:
    """Refuse a result that is not what its provenance says, or that another file is in the way of."""
    record = _document(archive, str(provenance.place(name)))
    records.refuse_odd(record)
    with archive.open(name) as file:
        found = hashlib.file_digest(file, "sha256").hexdigest()
    if found != record["sha256"]:
        raise SarangiError(
            f"{bundle}: {name} is not what its provenance says it is; nothing was restored. Get the "
            "bundle again from whoever made it."
        )
    if (directory / name).exists() and provenance.digest(directory / name) != found:
        raise SarangiError(
            f"{directory / name} is there already and differs from the one in the bundle; nothing was "
            "restored. Restore into a fresh clone, or move results/, paper/tables and paper/figures away."
        )


def _extract(archive: zipfile.ZipFile, name: str, directory: Path) -> None:
    path = directory / name
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{os.getpid()}.tmp")
    with archive.open(name) as source, temporary.open("wb") as file:
        shutil.copyfileobj(source, file)
    temporary.replace(path)
