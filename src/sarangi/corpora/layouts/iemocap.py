"""IEMOCAP (Busso et al. 2008): five sessions of two actors, in the usual four classes.

Layout: ``Session<N>/sentences/wav/<dialogue>/<utterance>.wav``; labels in
``Session<N>/dialog/EmoEvaluation/<dialogue>.txt``, words in ``Session<N>/dialog/transcriptions/``.
Who speaks is the last letter of the utterance's own name, not that of the dialogue.  Labels and words are in
texts, so that these suffice for models that need no sound.  Below the label of an utterance are lines of its
single annotators, ``C-E2: Neutral; Frustration; ()`` for emotions and ``A-E2: val 3; act 2; dom 3; ()`` for
ratings; those of the actors themselves, ``C-F1``, are self-reports.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from sarangi.base.dimension_rows import Scale
from sarangi.base.documents import lines_of
from sarangi.base.store import SKIPPED
from sarangi.corpora.utterance import Utterance, failed, skipped
from sarangi.corpora.votes import SELF_REPORT, Target, Vote
from sarangi.sources.source import Source

TITLE = "IEMOCAP"
LANGUAGE = "en"
EMOTIONS = {"ang": "angry", "hap": "happy", "exc": "happy", "neu": "neutral", "sad": "sad"}
DIMENSIONS = {name: Scale(1, 5) for name in ("valence", "arousal", "dominance")}
"""In the order of the labels' ``[V, A, D]``: means of raters who used self-assessment manikins, of 1 to 5."""
OTHERS = ("fru", "sur", "fea", "dis", "oth", "xxx")
VOTED = {
    "anger": "angry", "happiness": "happy", "excited": "happy", "neutral": "neutral",
    "neutral state": "neutral", "sadness": "sad",
}  # fmt: skip
"""Emotions by what single annotators write, in lower case."""
VOTED_OTHERS = ("frustration", "surprise", "fear", "disgust", "other")
RATED = {"val": "valence", "act": "arousal", "dom": "dominance"}
PROMISES = {"speakers": 10, "neutral": 1708, "angry": 1103, "sad": 1084, "happy": 1636}
LAYOUT = "Session<N>/sentences/wav/<dialogue>/<utterance>.wav"
SOUND = f"the recordings, {LAYOUT}"

NAME = re.compile(
    r"(?:^|/)Session(\d)/sentences/wav/([^/]+)/(Ses(\d\d)[FM]_[^/]*_([FM])[^/_]*)\.wav$",
    re.IGNORECASE | re.ASCII,
)
NO_UTTERANCES = re.compile(r"(?:^|/)dialog/", re.IGNORECASE)
"""Whole dialogues, as sound and as film."""
LABEL = re.compile(r"^\[[\d.]+ - [\d.]+\]\t(\S+)\t(\w+)\t\[([^\]]*)")
WORDS = re.compile(r"^(Ses\S+) \[[\d.]+-[\d.]+\]: ?(.*)$")
SAID = re.compile(r"^([CA])-(\w+):\s*([^()]*)")
"""The line of an annotator: of categories or attributes, who, and what; a comment in brackets may follow."""
SELF = re.compile(r"[FM]\d")


def utterances(source: Source, targets: Mapping[str, Target] | None = None) -> Iterator[Utterance]:
    """Yield one utterance for each sentence, and then for each that has a label and no recording.

    Parameters
    ----------
    source
        The corpus.
    targets
        By path, what the emotion of an utterance is in place of its label; None where the label counts.
    """
    labels = _lines(source, "/emoevaluation/", LABEL)
    rated = _ratings(source)
    words = _lines(source, "/transcriptions/", WORDS)
    texts_there = {"/".join(path.casefold().split("/")[-4:]) for path in source.paths(".txt")}
    there = source.paths(".wav")
    absent = _without_recording(labels, there)
    for file in (*there, *absent):
        match = NAME.search(file)
        if match is None and NO_UTTERANCES.search(file):
            continue
        if match is None:
            yield failed(file, f"name does not follow {LAYOUT}")
            continue
        session, dialogue, name, named, talker = match.groups()
        # as the labels write it, whatever its case here
        name, said = labels.get(name.casefold(), (name, []))
        if name.casefold().startswith(f"{dialogue.casefold()}_"):
            dialogue = name[: len(dialogue)]
        talker = talker.upper()
        label = said[0] if len(said) == 1 else None
        texts = words.get(name.casefold(), (name, []))[1]
        known = {
            "path": f"Session{session}/sentences/wav/{dialogue}/{name}.wav",
            "language": LANGUAGE,
            "speaker": f"Ses{int(session):02}{talker}",
            "group": session,
            "session": session,
            "gender": {"F": "female", "M": "male"}[talker],
            "label": label,
            "text": texts[0] if len(texts) == 1 else None,
            "where": absent.get(file),
            "rated": rated[name.casefold()].stated if name.casefold() in rated else None,
            "rated_at": rated[name.casefold()].where if name.casefold() in rated else None,
        }
        if int(named) != int(session):
            why = f"is in Session{session}, but its name says session {int(named)}"
            yield failed(file, why, "folder and name say different sessions", **known)
        elif targets is not None:
            yield _targeted(file, targets[known["path"]], known)
        elif len(said) > 1:
            why = f"EmoEvaluation gives {name} the labels {', '.join(said)}; keep the published one"
            yield failed(file, why, "several labels", **known)
        elif label in EMOTIONS:
            note = f"{len(texts)} transcripts, none of which is read" if len(texts) > 1 else None
            yield Utterance(**known, file=file, emotion=EMOTIONS[label], reason=note)
        elif label in OTHERS:
            yield skipped(file, f"label {label}: not one of the four classes", **known)
        elif label is None:
            place = f"Session{session}/dialog/EmoEvaluation/{dialogue}.txt"
            why = (
                f"{place} has no label for {name}"
                if place.casefold() in texts_there
                else f"there is no file {place}, with its label"
            )
            yield failed(file, why, "no label", **known)
        else:
            expected = ", ".join([*EMOTIONS, *OTHERS])
            why = f"label {label} is unknown; expected one of {expected}"
            yield failed(file, why, f"unknown emotion {label!r}", **known)


def votes(source: Source) -> Iterator[Vote]:
    """Yield what each annotator says of each utterance; several labels on one line share its weight."""
    for file, lines in _texts(source, "/emoevaluation/"):
        path = None
        for number, line in enumerate(lines, 1):
            if match := LABEL.match(line):
                path = _path_of(match[1])
            elif path is not None and (match := SAID.match(line)):
                kind, annotator, said = match.groups()
                vote = Vote(f"{file}:{number}", path, annotator)
                parts = [part.strip() for part in said.split(";") if part.strip()]
                each = _categories(vote, parts) if kind == "C" else _attributes(vote, parts)
                if SELF.fullmatch(annotator):
                    each = (
                        v.unused(SKIPPED, f"{annotator} is an actor of the dialogue", SELF_REPORT)
                        for v in each
                    )
                yield from each


def _categories(vote: Vote, parts: Sequence[str]) -> Iterator[Vote]:
    if not parts:
        yield vote.failed("no label", "no label")
    for label in parts:
        emotion = VOTED.get(label.casefold())
        if emotion is None and label.casefold() not in VOTED_OTHERS:
            expected = ", ".join([*VOTED, *VOTED_OTHERS])
            why = f"label {label!r} is unknown; expected one of {expected}"
            yield vote._replace(label=label).failed(why, f"unknown label {label!r}")
        else:
            yield vote._replace(label=label, emotion=emotion, weight=1 / len(parts))


def _attributes(vote: Vote, parts: Sequence[str]) -> Iterator[Vote]:
    for part in parts:
        name, _, text = part.partition(" ")
        text = text.strip()
        rated = vote._replace(dimension=RATED.get(name), label=text or None)
        if rated.dimension is None:
            why = f"{part!r} is not a rating; expected {', '.join(RATED)} with a number"
            yield rated._replace(label=part).failed(why, "no rating")
        elif re.fullmatch(r"\d+(\.\d+)?", text):
            yield rated._replace(rating=float(text), weight=1.0)
        elif text:  # some are left empty
            yield rated.failed(f"{name} is {text!r}, expected a number", f"{rated.dimension} is not a number")


def _targeted(file: str, target: Target, known: Mapping[str, Any]) -> Utterance:
    """Return an utterance by its votes."""
    if target.emotion is not None:
        return Utterance(**known, file=file, emotion=target.emotion, reason=target.reason)
    unused = skipped if target.status == SKIPPED else failed
    return unused(file, f"EmoEvaluation: {target.reason}", target.cause, **known)


def _path_of(name: str) -> str:
    """Return the place of an utterance in the published layout, by its name."""
    session, dialogue = name[3:5].lstrip("0"), name.rpartition("_")[0]
    return f"Session{session}/sentences/wav/{dialogue}/{name}.wav"


def _without_recording(labels: Mapping[str, tuple[str, list[str]]], there: Sequence[str]) -> dict[str, str]:
    """Return the recordings that have a label and are not there, by their paths, with what says so."""
    recorded = {path.casefold().rpartition("/")[2].removesuffix(".wav") for path in there}
    found = {}
    for name in sorted(name for name, _ in labels.values() if name.casefold() not in recorded):
        session, dialogue = name[3:5].lstrip("0"), name.rpartition("_")[0]
        found[_path_of(name)] = f"Session{session}/dialog/EmoEvaluation/{dialogue}.txt"
    return found


def _lines(source: Source, folder: str, pattern: re.Pattern[str]) -> dict[str, tuple[str, list[str]]]:
    """Return each utterance and what the text files in a folder say of it, each once, by its folded name."""
    found: dict[str, set[str]] = defaultdict(set)
    names: dict[str, str] = {}
    for _, match in _matches(source, folder, pattern):
        names.setdefault(match[1].casefold(), match[1])
        found[match[1].casefold()].add(match[2].strip())
    return {folded: (names[folded], sorted(said)) for folded, said in found.items()}


class _Ratings(NamedTuple):
    """Where an utterance is rated, and each rating as it is written there."""

    where: str
    stated: dict[str, str]


def _ratings(source: Source) -> dict[str, _Ratings]:
    """Return the ratings of each utterance by its folded name; where lines differ, all that they say."""
    found: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for where, match in _matches(source, "/emoevaluation/", LABEL):
        found[match[1].casefold()][match[3].strip()].append(where)
    rated = {}
    for name, said in found.items():
        values = [[text.strip() for text in line.split(",")] for line in said]
        # more or fewer than three are nobody knows which, and so is what several lines say otherwise
        if len(values) > 1 or len(values[0]) != len(DIMENSIONS):
            values = [[" or ".join(f"[{line}]" for line in said if line)] * len(DIMENSIONS)]
        places = ", ".join(place for places in said.values() for place in places)
        rated[name] = _Ratings(places, dict(zip(DIMENSIONS, values[0], strict=True)))
    return rated


def _matches(source: Source, folder: str, pattern: re.Pattern[str]) -> Iterator[tuple[str, re.Match[str]]]:
    """Yield each line of the text files in a folder that fits a pattern, with its file and number."""
    for file, lines in _texts(source, folder):
        for number, line in enumerate(lines, 1):
            match = pattern.match(line)
            if match:
                yield f"{file}:{number}", match


def _texts(source: Source, folder: str) -> Iterator[tuple[str, list[str]]]:
    """Yield the text files in a folder with their lines."""
    for file in source.paths(".txt"):
        # EmoEvaluation has the single raters' files in folders of their own
        if folder in file.lower() and "/" not in file.lower().split(folder, 1)[1]:
            yield file, lines_of(source.text(file, "latin-1"))
