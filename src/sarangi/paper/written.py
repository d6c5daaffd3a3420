"""Where the paper of a study is written: its own files, and Sarangi's where it has none."""

import os
import shutil
from collections.abc import Mapping
from pathlib import Path

from sarangi.base.installation import home
from sarangi.paper.typed import BIBLIOGRAPHY, SECTIONS, STYLE, written_files

OF_STUDY = Path("paper")
"""A study's own files, below its folder."""
NEUTRAL = "paper/neutral"
"""The paper of a study without claims, below Sarangi's own files."""


def sources(has_claims: bool, study: Path = Path(), own: Path | None = None) -> dict[str, Path]:
    """Return the files that a study's paper is written in, by their places in it, sorted.

    A file of the study counts for more than Sarangi's at the same place.

    Parameters
    ----------
    has_claims
        Whether the study holds a published one against its scores: two papers are built in.
    study
        Folder of the study.
    own
        Folder of Sarangi's own files.
    """
    base = home() if own is None else own
    folders = [base / OF_STUDY] if has_claims else [base / NEUTRAL]
    if not (study / OF_STUDY).exists() or not (study / OF_STUDY).samefile(base / OF_STUDY):
        folders.append(study / OF_STUDY)
    shared = {} if has_claims else {place: base / OF_STUDY / place for place in (STYLE, BIBLIOGRAPHY)}
    written = [written_in(folder) for folder in folders]
    return dict(sorted({place: file for part in (shared, *written) for place, file in part.items()}.items()))


def written_in(folder: Path) -> dict[str, Path]:
    """Return the files of one folder that a paper is written in, by their places, links to nothing too."""
    return {str(file.relative_to(folder)): file for file in written_files(folder) if os.path.lexists(file)}


def write_sections(study: Path) -> list[Path]:
    """Copy the sections of the neutral paper into a study, for its user to edit; what is there stays.

    Returns
    -------
    list
        The files that were written.
    """
    copied = []
    sections: Mapping[str, Path] = {
        place: file
        for place, file in written_in(home() / NEUTRAL).items()
        if place.startswith(f"{SECTIONS}/")
    }
    for place, file in sections.items():
        target = study / OF_STUDY / place
        if not os.path.lexists(target):
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(file, target)
            copied.append(target)
    return copied
