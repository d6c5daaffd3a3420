"""What is next to the utterances of a layout and may be recordings: the manifest lists it, too."""

import re
from collections.abc import Collection, Iterator
from pathlib import PurePosixPath
from typing import Any

from sarangi.corpora.utterance import Utterance, skipped
from sarangi.sources.source import ARCHIVES, OTHER_ARCHIVES, Source

SUFFIXES = (
    ".wav", ".wave", ".flac", ".mp3", ".ogg", ".oga", ".opus", ".m4a", ".aac", ".wma", ".aif", ".aiff",
    ".aifc", ".au", ".snd", ".amr", ".caf", ".sph", ".nist", ".w64", ".rf64", ".mp4", ".mkv", ".mov", ".avi",
    ".webm", ".m4v", ".mpg", ".mpeg", ".wmv", ".flv", ".3gp",
)  # fmt: skip
"""Of sound and of film."""
UNFINISHED = re.compile(
    r"\.\w{2,4}(?:\.(?:part|partial|crdownload|download|filepart|opdownload|tmp|lnk|url|alias)|~|\s+)$",
    re.IGNORECASE,
)
"""What browsers, editors and other systems put behind the suffix of a file that is not whole, or not here."""


def beside(module: Any, source: Source, utterances: Collection[Utterance]) -> Iterator[Utterance]:
    """Yield a row for each file that may be a recording and that a corpus's layout says nothing of.

    Parameters
    ----------
    module
        Of the corpus.  Its ``SUFFIXES`` (``.wav``) are its own matter; paths in which its ``NO_UTTERANCES``
        finds something are no utterances.  ``UNLISTED`` is what to say of other recordings.
    source
        The corpus.
    utterances
        What the module says of it.
    """
    own = getattr(module, "SUFFIXES", (".wav",))
    apart = getattr(module, "NO_UTTERANCES", None)
    known = {utterance.file for utterance in utterances} | source.problems.keys()
    for path in source.paths():
        if path in known or path.lower().endswith(own) or (apart and apart.search(path)):
            continue
        suffix = PurePosixPath(path).suffix.lower()
        unfinished = UNFINISHED.search(path)
        if path.lower().endswith((*ARCHIVES, *OTHER_ARCHIVES)):
            yield skipped(path, "an archive, in which nothing is read; unpack it if recordings are missing")
        elif suffix in SUFFIXES:
            nowhere = f"{suffix} is not read in this corpus; expected {module.LAYOUT}"
            yield skipped(path, getattr(module, "UNLISTED", nowhere))
        elif unfinished and unfinished[0].lower().startswith(SUFFIXES):
            why = f"{unfinished[0].strip() or 'a blank'} ends its name: a file that is not whole or not here"
            yield skipped(path, f"{why}; get it again if a recording is missing")
