"""What Snakemake knows of a file, as it keeps it on disk: names of its records, and what one may hold."""

import base64
import binascii
from collections.abc import Mapping
from typing import Any

NUMBER, TEXT, NAMES = (int, float), (str,), (list,)
KINDS: dict[str, tuple[type, ...]] = {
    "rule": TEXT,
    "input": NAMES,
    "log": NAMES,
    "shellcmd": TEXT,
    "params": NAMES,
    "code": TEXT,
    "record_format_version": (int,),
    "conda_env": TEXT,
    "container_img_url": TEXT,
    "software_stack_hash": TEXT,
    "job_hash": (int,),
    "starttime": NUMBER,
    "endtime": NUMBER,
    "incomplete": (bool,),
    "external_jobid": TEXT,
    "input_checksums": (dict,),
}
"""Of what type each entry of a record is; any may be null."""


def file_of(name: str) -> str:
    """Return the file that a record of Snakemake's is of.

    Parameters
    ----------
    name
        Of the record, within its folder: Snakemake cuts a long one into folders that begin with ``@``.

    Raises
    ------
    ValueError
        If it is no such name.
    """
    encoded = name.replace("@", "").replace("/", "")
    try:
        return base64.b64decode(encoded, b"-_", validate=True).decode()
    except (binascii.Error, UnicodeDecodeError) as error:
        raise ValueError(f"{name!r} is not the name of a record of Snakemake's") from error


def refuse_other(name: str, record: Any, made: Mapping[str, Mapping[str, Any]]) -> str:
    """Return the file that a record in a bundle is of, and refuse what is no record of one in it.

    Parameters
    ----------
    name
        Of the record, as in the bundle.
    record
        What it holds.
    made
        The provenance of each file that the bundle knows of, by path.

    Raises
    ------
    ValueError
        If it is of another kind, or of a file that the bundle does not know.
    """
    path = file_of(name.split("/", 2)[2])
    if path not in made:
        raise ValueError(f"{name!r} is of {path}, of which the bundle has no provenance")
    if not isinstance(record, dict):
        raise ValueError(f"what Snakemake knows of {path} is {type(record).__name__}, no record")
    for key, value in record.items():
        if key not in KINDS:
            raise ValueError(f"what Snakemake knows of {path} has the key {key!r}, which it does not write")
        if value is not None and (type(value) not in KINDS[key]):
            raise ValueError(f"what Snakemake knows of {path}: {key} is {type(value).__name__}")
    for key in ("input", "log"):
        if not all(isinstance(entry, str) for entry in record.get(key) or ()):
            raise ValueError(f"what Snakemake knows of {path}: a name in {key} is not text")
    if not all(isinstance(entry, str | None) for entry in (record.get("input_checksums") or {}).values()):
        raise ValueError(f"what Snakemake knows of {path}: a checksum is not text")
    if record.get("rule") != made[path]["rule"] or record.get("incomplete"):
        raise ValueError(f"what Snakemake knows of {path} is not of the finished rule {made[path]['rule']}")
    return path
