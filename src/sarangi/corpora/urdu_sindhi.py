"""Urdu and Sindhi (Syed et al. 2020): acoustic features of 1,435 clips, seven emotions, no recordings.

Layout: ``Feats - <Urdu|Sindhi>/<feature set> funcs/Matfiles/<Emotion>_<NNNN>.mat``, one vector a file;
the same name in several feature sets is the same clip.  Who speaks is not published, so the clip is the
group.
"""

import hashlib
import io
import math
import re
import zlib
from collections.abc import Iterator

import numpy as np
from scipy.io import loadmat, whosmat

from sarangi.errors import RecordingError
from sarangi.source import Source
from sarangi.utterance import Utterance, failed

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

NAME = re.compile(r"(?:^|/)Feats - (\w+)/([^/]+ funcs)/Matfiles/(([^/_]+)_\d+)\.mat$")
VARIABLE = "Feats"
LARGEST = 2**20  # numbers in a vector; ComParE_2016 has 6,373
NUMERIC = ("double", "single", "int8", "uint8", "int16", "uint16", "int32", "uint32", "int64", "uint64")
COMPRESSED = 15  # type of an element


def utterances(source: Source) -> Iterator[Utterance]:
    """Yield one utterance for each clip, known by the first of its files, in sorted order."""
    seen = set()
    for file in source.paths(".mat"):
        match = NAME.search(file)
        if match is None:
            yield failed(file, f"name does not follow {LAYOUT}")
            continue
        language, _, name, label = match.groups()
        path = f"{language}/{name}"
        if path in seen:
            continue
        seen.add(path)
        known = {"path": path, "language": LANGUAGES.get(language), "label": label}
        if language not in LANGUAGES:
            expected = ", ".join(LANGUAGES)
            yield failed(file, f"language {language} is unknown; expected one of {expected}", **known)
        elif label not in EMOTIONS:
            expected = ", ".join(EMOTIONS)
            yield failed(file, f"emotion {label} is unknown; expected one of {expected}", **known)
        else:
            yield Utterance(**known, file=file, emotion=EMOTIONS[label])


def describe(source: Source, file: str) -> dict:
    """Return the hash of all feature files of a clip together; of its sound nothing is known."""
    digest = hashlib.sha256()
    named = NAME.search(file) is not None
    for path in (_in_folder(folder, file) for folder in sorted(FEATURE_SETS.values())) if named else (file,):
        if source.has(path):
            digest.update(source.read(path))
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
    if not source.has(wanted):
        raise RecordingError(f"there is no file {wanted}; copy it again from its publisher")
    return vector(source.read(wanted))


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
        _refuse_bomb(data)
        # the headers alone; cells, structs and sparse arrays may ask for any memory, and hold no vector
        listed = whosmat(io.BytesIO(data))
        wanted = [name for name, shape, kind in listed if kind in NUMERIC and math.prod(shape) <= LARGEST]
        variables = loadmat(io.BytesIO(data), variable_names=wanted) if wanted else {}
    except Exception as error:  # damaged files raise whatever the reader stumbles over
        raise RecordingError(
            f"not a MATLAB file that can be read ({type(error).__name__}: {error}); copy it again from its "
            "publisher"
        ) from error
    arrays = {
        name: value
        for name, value in variables.items()
        if isinstance(value, np.ndarray) and value.dtype.kind in "fiu"
    }
    found = arrays.get(VARIABLE)
    if found is None:
        # by name where two are as large, so that the order in the file says nothing
        found = max((arrays[name] for name in sorted(arrays)), key=np.size, default=np.zeros((0, 0)))
    if found.size == 0 or found.size != max(found.shape):
        shapes = (
            ", ".join(f"{name} {shape} of {kind}" for name, shape, kind in sorted(listed)) or "no numbers"
        )
        raise RecordingError(f"expected one vector of numbers, found {shapes}")
    return found.reshape(-1).astype(np.float32)


def _refuse_bomb(data: bytes) -> None:
    """Refuse a file of MATLAB 5 to 7.2 whose compressed elements open to more than any vector has."""
    order = "little" if data[126:128] == b"IM" else "big"
    place = 128
    while place + 8 <= len(data):
        kind, size = (int.from_bytes(data[place + n : place + n + 4], order) for n in (0, 4))
        if kind == COMPRESSED:
            opened = zlib.decompressobj()
            if len(opened.decompress(data[place + 8 : place + 8 + size], 8 * LARGEST)) == 8 * LARGEST:
                raise ValueError(f"an element of {size} bytes opens to {8 * LARGEST} or more")
        place += 8 + size


def _in_folder(folder: str, file: str) -> str:
    """Return the file of the same clip in the folder of another feature set."""
    before, _, matfiles, name = file.rsplit("/", 3)
    return f"{before}/{folder}/{matfiles}/{name}"
