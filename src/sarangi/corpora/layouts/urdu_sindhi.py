"""Urdu and Sindhi (Syed et al. 2020): acoustic features of 1,435 clips, seven emotions, no recordings.

Layout: ``Feats - <Urdu|Sindhi>/<feature set> funcs/Matfiles/<Emotion>_<NNNN>.mat``, one vector a file;
the same name in several feature sets is the same clip.  Who speaks is not published, so the clip is the
group.
"""

import hashlib
import re
from collections.abc import Iterable, Iterator

import numpy as np

from sarangi.base.errors import RecordingError
from sarangi.corpora.matlab import arrays
from sarangi.corpora.utterance import Utterance, failed
from sarangi.sources.source import Source

TITLE = "Urdu-Sindhi"
LANGUAGES = {"Urdu": "ur", "Sindhi": "sd"}
EMOTIONS = {
    "Anger": "angry", "Disgust": "disgust", "Happiness": "happy", "Neutral": "neutral", "Sadness": "sad",
    "Sarcasm": "sarcasm", "Surprise": "surprised",
}  # fmt: skip
PROMISES = {"utterances": 1435}
LAYOUT = "Feats - <Urdu|Sindhi>/<feature set> funcs/Matfiles/<Emotion>_<NNNN>.mat"
FEATURE_SETS = {
    "eGeMAPSv02": "eGeMAPS funcs", "ComParE_2016": "ComParE funcs", "IS09": "IS09Emotion funcs",
    "IS10": "IS10Paraling funcs", "Prosody": "Prosody funcs",
}  # fmt: skip
"""Folder of each feature set, by openSMILE's name but for Prosody, which is the publisher's own."""
UNNAMED = {"Prosody": 35}
"""Sets that are published without names, and how many values they have."""

NAME = re.compile(
    r"(?:^|/)Feats - (\w+)/([^/]+ funcs)/Matfiles/(([^/_]+)_\d+)\.mat$", re.IGNORECASE | re.ASCII
)
SUFFIXES = (".mat",)
VARIABLE = "Feats"


def utterances(source: Source) -> Iterator[Utterance]:
    """Yield one utterance for each clip and copy of it, known by the first of its files, in sorted order."""
    places: dict[str, set[str]] = {}
    seen = set()
    for file in source.paths(".mat"):
        match = NAME.search(file)
        if match is None:
            yield failed(file, f"name does not follow {LAYOUT}")
            continue
        language, folder, name, label = match.groups()
        language, folder = _published(language, LANGUAGES), folder.casefold()
        label, name = _published(label, EMOTIONS), _published(label, EMOTIONS) + name[len(label) :]
        path, place = f"{language}/{name}", file[: match.start()]
        again = (path, folder) in seen
        seen.add((path, folder))
        # another feature set is of the same clip; the same set in another place is a copy
        if path in places and (not again or place in places[path]):
            continue
        places.setdefault(path, set()).add(place)
        known = {"path": path, "language": LANGUAGES.get(language), "label": label}
        if language not in LANGUAGES:
            expected = ", ".join(LANGUAGES)
            yield failed(file, f"language {language} is unknown; expected one of {expected}", **known)
        elif label not in EMOTIONS:
            expected = ", ".join(EMOTIONS)
            why = f"emotion {label} is unknown; expected one of {expected}"
            yield failed(file, why, f"unknown emotion {label!r}", **known)
        else:
            yield Utterance(**known, file=file, emotion=EMOTIONS[label])


def describe(source: Source, file: str) -> dict:
    """Return the hash of all feature files of a clip together; of its sound nothing is known."""
    digest = hashlib.sha256()
    named = NAME.search(file) is not None
    for path in (_in_folder(folder, file) for folder in sorted(FEATURE_SETS.values())) if named else (file,):
        for there in source.like(path):
            digest.update(source.read(there))
    return {"sha256": digest.hexdigest()}


def features(source: Source, file: str, feature_set: str) -> np.ndarray:
    """Return the published features of a clip.

    Parameters
    ----------
    source
        The corpus.
    file
        Any of the clip's files, as the manifest has it.
    feature_set
        A name in :data:`FEATURE_SETS`.

    Returns
    -------
    float32 array of shape (features,)
        In the order of the file, which gives no names.

    Raises
    ------
    RecordingError
        If the clip has no such file, or it holds no vector.
    """
    if feature_set not in FEATURE_SETS:
        raise RecordingError(f"no {feature_set} is published; there is {', '.join(FEATURE_SETS)}")
    wanted = _in_folder(FEATURE_SETS[feature_set], file)
    there = source.like(wanted)
    if not there:
        raise RecordingError(f"there is no file {wanted}; copy it again from its publisher")
    if len(there) > 1:
        raise RecordingError(f"found {', '.join(there)}, which differ only by case; keep the published one")
    return vector(source.read(there[0]))


def vector(data: bytes) -> np.ndarray:
    """Return the vector in a MATLAB file: the variable ``Feats``, or else the largest array of numbers.

    Parameters
    ----------
    data
        A file of MATLAB 4 to 7.2.

    Returns
    -------
    float32 array of shape (values,)

    Raises
    ------
    RecordingError
        If it cannot be read, or holds no vector of numbers.
    """
    try:
        found = list(arrays(data))
    except ValueError as error:
        raise RecordingError(
            f"not a MATLAB file that can be read ({error}); copy it again from its publisher"
        ) from error
    # by name where two are as large, so that the order in the file says nothing
    numeric = sorted((array for array in found if array.values is not None), key=lambda array: array.name)
    named = [array for array in numeric if array.name == VARIABLE]
    chosen = max(named or numeric, key=lambda array: array.values.size, default=None)
    if chosen is None or chosen.values.size == 0 or chosen.values.size != max(chosen.shape):
        shapes = ", ".join(f"{array.name} {array.shape}" for array in numeric) or "no numbers"
        raise RecordingError(f"expected one vector of numbers, found {shapes}")
    with np.errstate(over="ignore"):  # beyond float32 is infinite, which what reads the features refuses
        return chosen.values.astype(np.float32)


def _published(name: str, names: Iterable[str]) -> str:
    """Return a name as it is published, whatever its case."""
    return {published.casefold(): published for published in names}.get(name.casefold(), name)


def _in_folder(folder: str, file: str) -> str:
    """Return the file of the same clip in the folder of another feature set."""
    before, _, matfiles, name = file.rsplit("/", 3)
    return f"{before}/{folder}/{matfiles}/{name}"
