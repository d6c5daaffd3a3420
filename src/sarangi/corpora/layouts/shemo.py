"""ShEMO (Nezami et al. 2019): 3,000 clips of Persian radio plays, 87 speakers, six emotions.

Layout: ``[FM]<speaker>[AFHNSW]<number>.wav`` (F03S02), in any folders; ``shemo.json`` has transcripts.
"""

import re
from collections import defaultdict
from collections.abc import Iterator

from sarangi.base.documents import Pairs, json_of
from sarangi.base.errors import SarangiError
from sarangi.corpora.utterance import Utterance, failed
from sarangi.sources.source import Source, copies_of

TITLE = "ShEMO"
LANGUAGE = "fa"
EMOTIONS = {"A": "angry", "F": "fearful", "H": "happy", "N": "neutral", "S": "sad", "W": "surprised"}
PROMISES = {
    "utterances": 3000, "speakers": 87,
    "neutral": 1160, "angry": 1042, "sad": 362, "happy": 203, "surprised": 201, "fearful": 32,
}  # fmt: skip
LAYOUT = "<F|M><NN><A|F|H|N|S|W><NN>.wav"

# marks of byte order and of direction, typed where Persian has a non-joiner
MARKS = dict.fromkeys(map(ord, "\ufeff\u200e"), "\u200c")

NAME = re.compile(r"(?:^|/)((([FM])\d\d)([A-Z])\d\d)\.wav$", re.IGNORECASE | re.ASCII)


def utterances(source: Source) -> Iterator[Utterance]:
    """Yield one utterance for each .wav file, in sorted order."""
    texts = transcripts(source)
    for file in source.paths(".wav"):
        match = NAME.search(file)
        if match is None:
            yield failed(file, f"name does not follow {LAYOUT}")
            continue
        name, speaker, gender, code = (part.upper() for part in match.groups())
        said = texts.get(name, [])
        known = {
            "path": f"{name}.wav",
            "language": LANGUAGE,
            "speaker": speaker,
            "group": speaker,
            "gender": {"F": "female", "M": "male"}[gender],
            "label": code,
            "text": said[0] if len(said) == 1 else None,
        }
        if code in EMOTIONS:
            note = f"{len(said)} transcripts, none of which is read" if len(said) > 1 else None
            yield Utterance(**known, file=file, emotion=EMOTIONS[code], reason=note)
        else:
            why = f"emotion code {code} is unknown; expected one of {', '.join(EMOTIONS)}"
            yield failed(file, why, f"unknown emotion {code!r}", **known)


def transcripts(source: Source) -> dict[str, list[str]]:
    """Return the transcripts of each clip by its name, each once, sorted; none where no ``shemo.json`` is.

    Raises
    ------
    SarangiError
        If the file is there and does not hold a transcript for each name, or several are and differ.
    """
    files = copies_of(source, "shemo.json")
    if not files:
        return {}
    file = files[0]
    try:
        found = json_of(source.text(file), pairs=True)
        # later versions list objects with an id
        named = found if isinstance(found, Pairs) else [(dict(entry)["id"], entry) for entry in found]
        texts: dict[str, set[str]] = defaultdict(set)
        for name, entry in named:
            texts[name.upper().removesuffix(".WAV")].add(_mended(dict(entry)["transcript"]))
        return {name: sorted(said) for name, said in texts.items()}
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise SarangiError(
            f"{source.path}/{file}: expected names, each with a transcript, or a list of objects with id "
            f"and transcript ({error!r})"
        ) from error


def _mended(text: str) -> str:
    # half a pair of surrogates, which JSON can escape and no UTF-8 can hold
    whole = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return whole.translate(MARKS).strip("\u200c ")
