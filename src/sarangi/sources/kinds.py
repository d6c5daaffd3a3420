"""Kinds of sources: where a corpus or weights come from that are not available here, one class a kind.

A source of the configuration becomes one by :func:`kind_of`.  Another kind is a class here, in
:data:`KINDS` under its key, and its keys in the schema of the configuration.
"""

import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import urlsplit

from sarangi.base.errors import SarangiError
from sarangi.base.weights_files import WEIGHT_FILES
from sarangi.sources.addresses import HUB, KAGGLE, WHISPER, ZENODO, hub_endpoint
from sarangi.sources.kaggle import ADVICE, kaggle_token
from sarangi.sources.source import ARCHIVES

WITH_STUDY = "with the study"
FIRST_USE = "first use, not pinned"
"""Of weights whose commit and checksum neither the configuration nor a committed checksums.yaml states."""
ZENODO_RECORD = re.compile(r"zenodo\.org/records?/(\d+)")


class Kind(ABC):
    """A kind of source; what is said here is true of one that nothing fetches and nothing makes."""

    access: ClassVar[str] = "open"
    """What it takes to get weights of it; for a corpus the configuration says that."""

    @property
    @abstractmethod
    def origin(self) -> str:
        """Where a thing is from, in words: record and DOI, repository and commit, address."""

    @property
    def fetched_from(self) -> str | None:
        """The address that a program fetches it from; None where no program can."""
        return None

    @property
    def how_to_get(self) -> str:
        """What a person can do to get it."""
        return "make it"

    @property
    def suffix(self) -> str:
        """How the name of what a person gets ends, for the place to put it."""
        return ""

    def advice(self, place: str, files: Sequence[str]) -> str:
        """Return what a person can do where it is missing.

        Parameters
        ----------
        place
            Where it is looked for first.
        files
            Names of the files that it must have.
        """
        return f"{self.how_to_get}, put it at {place}{self.suffix}"

    def located(self, made: Path, files: Sequence[str], answers: Callable[[str], bool]) -> Path | None:
        """Return where the thing is or a rule will write it; None where it cannot be made now.

        Parameters
        ----------
        made
            Where a rule writes it.
        files
            Names of the files in that folder; none where it is a file itself.
        answers
            Whether an address answers now.
        """
        # a fetch that broke off leaves the folder of an encoder, not all of its files
        if all(file.exists() for file in ([made / name for name in files] or [made])):
            return made
        return made if self.fetched_from is not None and answers(self.fetched_from) else None


class Fetched(Kind):
    """A kind that rule download fetches as an archive."""

    @abstractmethod
    def fetch(self, output: Path, part: Path) -> None:
        """Fetch it to ``output``, keeping in ``part`` what has arrived over a break."""


@dataclass(frozen=True)
class Address(Fetched):
    """An archive at an address, with the size and checksum that its publisher states."""

    address: str
    size: int | None = None
    checksum: str | None = None

    @property
    def origin(self) -> str:
        """The address, or the record of Zenodo that it is of."""
        record = ZENODO_RECORD.search(self.address)
        return Zenodo(record[1]).origin if record else self.address

    @property
    def fetched_from(self) -> str:
        """The address."""
        return self.address

    @property
    def how_to_get(self) -> str:
        """Download the address."""
        return f"download {self.address}"

    @property
    def suffix(self) -> str:
        """How the name of the archive ends."""
        path = urlsplit(self.address).path
        return next((suffix for suffix in ARCHIVES if path.endswith(suffix)), "")

    def fetch(self, output: Path, part: Path) -> None:
        """Fetch the archive, and repack one that cannot be read at random."""
        from sarangi.sources.archives import fetch_archive

        fetch_archive(self.address, output, part, self.checksum, self.size)


@dataclass(frozen=True)
class Zenodo(Fetched):
    """All files of a Zenodo record."""

    zenodo: str

    @property
    def origin(self) -> str:
        """Record and DOI, which is made of the record's number."""
        return f"Zenodo record {self.zenodo}, DOI 10.5281/zenodo.{self.zenodo}"

    @property
    def fetched_from(self) -> str:
        """The record in Zenodo's API."""
        return f"{ZENODO}/{self.zenodo}"

    @property
    def how_to_get(self) -> str:
        """Download the record's files."""
        return f"download the files of Zenodo record {self.zenodo}"

    def fetch(self, output: Path, part: Path) -> None:
        """Fetch the files as one zip."""
        from sarangi.sources.zenodo import fetch_record

        fetch_record(self.zenodo, output, part)


@dataclass(frozen=True)
class Git(Fetched):
    """A git repository at a commit."""

    git: str
    commit: str

    @property
    def origin(self) -> str:
        """Repository and commit."""
        return f"{self.git} at commit {self.commit[:12]}"

    @property
    def fetched_from(self) -> str:
        """The repository."""
        return self.git

    @property
    def how_to_get(self) -> str:
        """Clone the repository at the commit."""
        return f"clone {self.git} at {self.commit[:12]}"

    def fetch(self, output: Path, part: Path) -> None:
        """Fetch the commit's files as a zip."""
        from sarangi.sources.git import fetch_commit

        fetch_commit(self.git, self.commit, output)


@dataclass(frozen=True)
class Kaggle(Fetched):
    """A data set of Kaggle, which is fetched only with a token of the user's."""

    kaggle: str

    @property
    def origin(self) -> str:
        """Owner and name of the data set."""
        return f"Kaggle data set {self.kaggle}"

    @property
    def _address(self) -> str:
        return f"{KAGGLE}/{self.kaggle}"

    @property
    def fetched_from(self) -> str | None:
        """The address of the download; None without a token."""
        return self._address if kaggle_token() else None

    @property
    def how_to_get(self) -> str:
        """Make a token, or download the data set."""
        return f"{ADVICE}, or download {self.kaggle}"

    def fetch(self, output: Path, part: Path) -> None:
        """Fetch the data set with the user's token."""
        from sarangi.sources.archives import fetch_archive

        token = kaggle_token()
        if token is None:
            raise SarangiError(f"{self.kaggle}: no token of Kaggle is here; {ADVICE}")
        fetch_archive(self._address, output, part, token=token)


@dataclass(frozen=True)
class Hub(Kind):
    """An encoder of the Hugging Face hub, at a revision and with the checksums of its files where known."""

    hub: str
    revision: str | None = None
    file: str | None = None
    checksums: Mapping[str, str] = field(default_factory=dict)

    @property
    def origin(self) -> str:
        """Repository, and revision where the configuration states it."""
        return f"Hugging Face hub, {self._named}"

    def origin_by(self, committed: Mapping[str, Mapping[str, Any]]) -> str:
        """Return where it is from, and whether its weights are pinned.

        Parameters
        ----------
        committed
            What is committed of ``checksums.yaml``.
        """
        home = f"{HUB}/{self.hub}"
        commit = self.revision or committed.get(home, {}).get("commit")
        known = any(
            name in self.checksums or f"{home}/resolve/{commit}/{name}" in committed for name in WEIGHT_FILES
        )
        if not (commit and known):
            return f"{self.origin}; {FIRST_USE}"
        return self.origin if self.revision else f"{self.origin} at revision {commit[:12]}"

    @property
    def _named(self) -> str:
        return f"{self.hub} at revision {self.revision[:12]}" if self.revision else self.hub

    @property
    def fetched_from(self) -> str:
        """The hub, or the mirror that ``HF_ENDPOINT`` names."""
        return hub_endpoint()

    @property
    def how_to_get(self) -> str:
        """Fetch the repository from the hub."""
        return f"fetch {self._named} from the Hugging Face hub"

    def advice(self, place: str, files: Sequence[str]) -> str:
        """Return what to do: nothing by hand where the hub answers."""
        return f"{super().advice(place, files)}; where {HUB} answers the same command fetches it by itself"


@dataclass(frozen=True)
class WhisperCheckpoint(Kind):
    """A checkpoint of openai-whisper, by its name there."""

    whisper: str

    @property
    def origin(self) -> str:
        """Package and name."""
        return f"openai-whisper, checkpoint {self.whisper}"

    @property
    def fetched_from(self) -> str:
        """Where openai-whisper fetches its checkpoints."""
        return WHISPER

    @property
    def how_to_get(self) -> str:
        """Fetch the checkpoint."""
        return f"fetch Whisper {self.whisper} of openai-whisper"


@dataclass(frozen=True)
class WhisperEncoder(Kind):
    """The encoder of a Whisper of the configuration, which is there where that Whisper's checkpoint is."""

    asr: str

    @property
    def origin(self) -> str:
        """The Whisper that it is a part of."""
        return f"encoder of {self.asr} (asr)"

    @property
    def how_to_get(self) -> str:
        """Get the checkpoint of that Whisper."""
        return f"get the checkpoint of {self.asr} (asr), whose encoder it is"


@dataclass(frozen=True)
class Packed(Kind):
    """A small Whisper that comes with the study, packed in one file."""

    packed: str
    access: ClassVar[str] = WITH_STUDY

    @property
    def origin(self) -> str:
        """The packed file."""
        return f"with the study, {self.packed}"

    @property
    def how_to_get(self) -> str:
        """Restore the file."""
        return f"restore {self.packed}, which is missing, or fetch another Whisper"

    def located(self, made: Path, files: Sequence[str], answers: Callable[[str], bool]) -> Path | None:
        """Return where it is unpacked to, as long as the packed file is there."""
        return made if Path(self.packed).is_file() else None


@dataclass(frozen=True)
class Folder(Kind):
    """A folder that comes with the study, read where it is."""

    folder: str
    access: ClassVar[str] = WITH_STUDY

    @property
    def origin(self) -> str:
        """The folder."""
        return f"with the study, {self.folder}"

    def advice(self, place: str, files: Sequence[str]) -> str:
        """Return which files to put into the folder."""
        return f"put {' and '.join(self._lacking(files))} into the folder {self.folder}"

    def located(self, made: Path, files: Sequence[str], answers: Callable[[str], bool]) -> Path | None:
        """Return the folder, if all of its files are there."""
        return None if self._lacking(files) else Path(self.folder)

    def _lacking(self, files: Sequence[str]) -> list[str]:
        return [name for name in files if not (Path(self.folder) / name).is_file()]


@dataclass(frozen=True)
class Random(Kind):
    """Random weights of a shape, which a rule draws."""

    random: Mapping[str, Any]
    access: ClassVar[str] = WITH_STUDY

    @property
    def origin(self) -> str:
        """The project itself."""
        return "random weights, drawn by this project"

    def located(self, made: Path, files: Sequence[str], answers: Callable[[str], bool]) -> Path:
        """Return where a rule writes them: it always can."""
        return made


@dataclass(frozen=True)
class Synthetic(Kind):
    """A synthetic corpus in the layout of the real one, which a rule makes."""

    synthetic: Mapping[str, Any]

    @property
    def origin(self) -> str:
        """The generator of the project."""
        return "synthesised by this project's generator"

    def located(self, made: Path, files: Sequence[str], answers: Callable[[str], bool]) -> Path:
        """Return where a rule writes it: it always can."""
        return made


@dataclass(frozen=True)
class Request(Kind):
    """What a person must ask for, or fetch by hand."""

    request: str
    access: ClassVar[str] = "on request"

    @property
    def origin(self) -> str:
        """What a person does to get it."""
        return self.request

    @property
    def how_to_get(self) -> str:
        """What the configuration says."""
        return self.request


KINDS: dict[str, Callable[..., Kind]] = {
    "address": Address,
    "zenodo": Zenodo,
    "git": Git,
    "kaggle": Kaggle,
    "hub": Hub,
    "whisper": WhisperCheckpoint,
    "asr": WhisperEncoder,
    "packed": Packed,
    "folder": Folder,
    "random": Random,
    "synthetic": Synthetic,
    "request": Request,
}
"""The kinds by the key that an entry of the configuration has of one of them alone."""


def kind_of(source: Mapping[str, Any]) -> Kind:
    """Return the source that an entry of the configuration describes.

    Examples
    --------
    >>> kind_of({"zenodo": "3685274"}).origin
    'Zenodo record 3685274, DOI 10.5281/zenodo.3685274'
    """
    (key,) = KINDS.keys() & source.keys()
    return KINDS[key](**source)
