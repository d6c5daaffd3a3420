"""The configuration of a drafted study, as its file."""

import contextlib
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from sarangi.base.errors import SarangiError
from sarangi.drafts.draft import FREELY_NAMED, Draft
from sarangi.drafts.protocols import PUBLISHED, Plan

MODELS = ("egemaps_svm", "egemaps_logistic", "constant", "speaker_only")
CONFIG = "config.yaml"


def config_text(drafted: Draft, plan: Plan, study: Path, language: str | None) -> str:
    """Return the configuration of a drafted study, fewer than 20 lines.

    Parameters
    ----------
    drafted, plan
        What was understood, and which protocols fit.
    study
        Its folder; paths are relative to it.
    language
        BCP 47 tag of the recordings, if the user states one.
    """
    corpus: dict[str, Any] = {
        "table": _relative(drafted.table, study),
        "audio": _relative(drafted.audio, study),
    }
    if drafted.table_format not in FREELY_NAMED:
        corpus["format"] = drafted.table_format
    if language:
        corpus["language"] = language
    comments = {}
    own = {
        role: choice.column
        for role, choice in drafted.choices.items()
        if role != choice.column and (choice.column is not None or choice.refused is not None)
    }
    if own:
        corpus["columns"] = own
        comments["columns"] = "what the table calls them"
    if drafted.renamed:
        corpus["emotions"] = drafted.renamed
    if drafted.left_out:
        corpus["skip"] = drafted.left_out
        comments["skip"] = "no emotion"
    published = {
        "title": "published folds",
        "kind": "emobox",
        "folder": corpus["table"],
        "folds": plan.published_folds,
        "leaks": False,
    }
    protocols = ({PUBLISHED: published} if plan.published_folds else {}) | dict(plan.own)
    models = [name for name in MODELS if name != "speaker_only" or drafted.speakers]
    lines = [
        "# Written by sarangi new, and yours to edit: see docs/own-recordings.md.",
        "corpora:",
        f"  {drafted.corpus}:",
        *(_line(key, value, comments.get(key)) for key, value in corpus.items()),
        *(["protocols:"] if protocols else []),
        *(_line(name, entry, None, 2) for name, entry in protocols.items()),
        "experiments:",
        f"  # {plan.why}",
        f"  - corpora: [{drafted.corpus}]",
        f"    protocols: [{', '.join(plan.protocols)}]",
        f"    models: [{', '.join(models)}]",
    ]
    return "".join(f"{line}\n" for line in lines)


def like_text(layout: str, entry: Mapping[str, Any], protocols: tuple[str, ...]) -> str:
    """Return the configuration of a study of a corpus whose published layout is known.

    Parameters
    ----------
    layout
        Name of the layout, which the corpus has, too.
    entry
        Of the corpus, in a configuration.
    protocols
        Built-in ones.
    """
    lines = [
        "# Written by sarangi new, and yours to edit.",
        "corpora:",
        f"  # its recordings, or an archive of them, are looked for at resources/corpora/{layout}",
        f"  {layout}:",
        *(_line(key, value, None) for key, value in entry.items()),
        "experiments:",
        "  # each speaker is left out once; the others share speakers, to show what that is worth",
        f"  - corpora: [{layout}]",
        f"    protocols: [{', '.join(protocols)}]",
        f"    models: [{', '.join(MODELS)}]",
    ]
    return "".join(f"{line}\n" for line in lines)


def write_new(study: Path, text: str) -> Path:
    """Write the configuration of a study that has none, whole or not at all, and return its file.

    Raises
    ------
    SarangiError
        If there is one, which is never overwritten, or it cannot be written.
    """
    file = study / CONFIG
    refuse_existing(study)
    temporary = study / f".{CONFIG}.{os.getpid()}.tmp"
    try:
        study.mkdir(parents=True, exist_ok=True)
        try:
            temporary.write_text(text, encoding="utf-8")
            # unlike a rename, a link never takes the place of a file that came meanwhile
            os.link(temporary, file)
        finally:
            with contextlib.suppress(FileNotFoundError):
                temporary.unlink()
    except FileExistsError:
        refuse_existing(study)
        raise
    except OSError as error:
        raise SarangiError(f"{file} cannot be written ({error.strerror})") from error
    return file


def refuse_existing(study: Path) -> None:
    """Refuse a folder that has a configuration, or is no folder.

    Raises
    ------
    SarangiError
        Says what is there and what to do.
    """
    if study.exists() and not study.is_dir():
        raise SarangiError(f"{study} is a file; expected a new folder for the study")
    if os.path.lexists(study / CONFIG):
        raise SarangiError(
            f"{study / CONFIG} is there, and is not overwritten; choose another folder, or remove the file"
        )


def _relative(path: Path, study: Path) -> str:
    """Return a path as the study's folder sees it; links above it are followed, since ``..`` follows them."""
    place = path.resolve() if path.name in ("", "..") else path.parent.resolve() / path.name
    return os.path.relpath(place, study.resolve())


def _line(key: str, value: Any, comment: str | None, indent: int = 4) -> str:
    """Return a key with its value on one line of YAML."""
    text = yaml.safe_dump(
        {key: value}, default_flow_style=True, allow_unicode=True, sort_keys=False, width=10**6
    )
    return " " * indent + text.strip()[1:-1] + (f"  # {comment}" if comment else "")
