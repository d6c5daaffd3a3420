"""A study as a command opens it, without Snakemake."""

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

from sarangi.base.documents import DocumentError
from sarangi.base.errors import SarangiError
from sarangi.base.installation import home
from sarangi.base.yaml_documents import yaml_in
from sarangi.study.checking import check, refuse_odd_yaml
from sarangi.study.study import Study

CONFIGURATION = "config.yaml"
SCHEMA = "workflow/schemas/config.schema.yaml"


@contextlib.contextmanager
def opened(directory: Path) -> Iterator[Study]:
    """Give the study of a folder, which is the working folder until it is closed.

    All paths of a study are relative to its folder.  The network is not asked for anything.

    Parameters
    ----------
    directory
        Folder with config.yaml.

    Raises
    ------
    SarangiError
        If there is no such folder or configuration, or it has problems.
    """
    if not (directory / CONFIGURATION).is_file():
        raise SarangiError(f"{directory}: no {CONFIGURATION} in it; expected the folder of a study")
    before = Path.cwd()
    os.chdir(directory)
    try:
        refuse_odd_yaml(CONFIGURATION)
        try:
            config = yaml_in(CONFIGURATION)
        except (OSError, DocumentError) as error:
            raise SarangiError(f"{CONFIGURATION}: not YAML that can be read ({error})") from error
        yield check(dict(config), home() / SCHEMA, [Path(CONFIGURATION)])
    finally:
        os.chdir(before)
