"""Guesses of what the columns of odd tables are."""

import csv
import io
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sarangi.base.errors import SarangiError
from sarangi.corpora.formats import delimited
from sarangi.corpora.named_files import NamedFiles
from sarangi.drafts.columns import guess, look

FILES = NamedFiles([f"s{speaker}/{take:02}.wav" for speaker in range(1, 7) for take in range(8)])
EMOTIONS = ("angry", "happy", "neutral", "sad")


def rows_of(**columns):
    """48 rows; each column is a function of the speaker, the take and the emotion."""
    return [
        {name: value(speaker, take, EMOTIONS[take % 4]) for name, value in columns.items()}
        for speaker in range(1, 7)
        for take in range(8)
    ]


def guessed(rows, **stated):
    choices = guess(look(list(rows[0]), rows, FILES), stated)
    return {role: choice.column for role, choice in choices.items()}


def path(s, t, e):
    return f"s{s}/{t:02}.wav"


def emotion(s, t, e):
    return e


TABLES = {
    "plain": (
        dict(file=path, emotion=emotion, speaker=lambda s, t, e: f"s{s}"),
        {"file": "file", "emotion": "emotion", "speaker": "speaker"},
    ),
    "a speaker named like nothing": (
        dict(recording=path, label=emotion, x=lambda s, t, e: f"F{s:02}", rating=lambda s, t, e: str(t % 3)),
        {"file": "recording", "emotion": "label", "speaker": "x"},
    ),
    "no speaker, and numbers that only repeat": (
        dict(clip=path, emotion=emotion, rating=lambda s, t, e: str(t % 3)),
        {"file": "clip", "emotion": "emotion", "speaker": None},
    ),
    "German": (
        dict(
            Datei=lambda s, t, e: f"s{s}\\{t:02}",
            Gefühl=lambda s, t, e: {"angry": "Wut", "happy": "Freude", "sad": "Trauer"}.get(e, "neutral"),
            Sprecher=lambda s, t, e: str(s),
            Geschlecht=lambda s, t, e: "w" if s % 2 else "m",
            Satz=lambda s, t, e: f"Satz {t}",
        ),
        {"file": "Datei", "emotion": "Gefühl", "speaker": "Sprecher", "gender": "Geschlecht", "text": "Satz"},
    ),
    "Urdu, without a telling name": (
        dict(a=path, b=lambda s, t, e: {"angry": "غصہ", "happy": "خوشی", "sad": "اداس"}.get(e, "نارمل"),
             **{"بولنے والا": lambda s, t, e: str(s)}),
        {"file": "a", "emotion": "b", "speaker": "بولنے والا"},
    ),
    "two columns of emotions": (
        dict(path=path, emotion=emotion, label=lambda s, t, e: e[:3], speaker_id=lambda s, t, e: str(s)),
        {"file": "path", "emotion": "emotion", "speaker": "speaker_id"},
    ),
    "segments, with a name that says nothing of a part": (
        dict(wav=lambda s, t, e: f"/data/wavs/s{s}/00.wav", onset=lambda s, t, e: f"{t}.5",
             offset=lambda s, t, e: f"{t + 1}", emo=emotion, actor=lambda s, t, e: f"{s}",
             end=lambda s, t, e: f"{t + 1},25", start=lambda s, t, e: f"{t}", split=lambda s, t, e: "test"),
        {"file": "wav", "emotion": "emo", "speaker": "actor", "start": "start", "end": "end",
         "part": "split"},
    ),
    "labels of numbers, known by the name": (
        dict(id=lambda s, t, e: f"s{s}/{t:02}", label=lambda s, t, e: str(t % 4), who=lambda s, t, e: str(s)),
        {"file": "id", "emotion": "label", "speaker": "who"},
    ),
    "names of files that do not exist beside those that do": (
        dict(file=lambda s, t, e: f"old_{s}_{t}.wav", new=path, emotion=emotion),
        {"file": "new", "emotion": "emotion", "speaker": None},
    ),
    "a column called part that is none, and one called age": (
        dict(file=path, emotion=emotion, part=lambda s, t, e: f"take {t}", age=lambda s, t, e: str(20 + s)),
        {"file": "file", "emotion": "emotion", "speaker": None, "part": None, "age": "age"},
    ),
    "camel case": (
        dict(FileName=path, EmotionLabel=emotion, SpeakerID=lambda s, t, e: f"spk{s}"),
        {"file": "FileName", "emotion": "EmotionLabel", "speaker": "SpeakerID"},
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", TABLES)
def test_columns_are_guessed_by_name_and_content(name):
    columns, expected = TABLES[name]
    assert guessed(rows_of(**columns)) == expected


@given(
    name=st.sampled_from(sorted(TABLES)),
    separator=st.sampled_from(",;\t|"),
    bom=st.booleans(),
    seed=st.integers(),
)
@settings(max_examples=40, deadline=None)
def test_neither_order_nor_separator_nor_excels_mark_changes_a_guess(
    tmp_path_factory, name, separator, bom, seed
):
    columns, expected = TABLES[name]
    names = list(columns)
    random.Random(seed).shuffle(names)  # noqa: S311
    text = io.StringIO()
    table = csv.DictWriter(text, names, delimiter=separator)
    table.writeheader()
    table.writerows(rows_of(**columns))
    file = tmp_path_factory.mktemp("tables") / "labels.csv"
    file.write_text(text.getvalue(), encoding="utf-8-sig" if bom else "utf-8")
    rows = [dict(row.cells) for row in delimited.read(file, file.parent, None)]
    assert guessed(rows) == expected


def test_a_tie_is_told_and_the_user_decides():
    rows = rows_of(file=path, emotion=emotion, a=lambda s, t, e: f"F{s}", b=lambda s, t, e: f"T{t}")
    speaker = guess(look(list(rows[0]), rows, FILES), {})["speaker"]
    assert (speaker.column, speaker.others) == (None, ("a", "b"))
    assert guessed(rows, speaker="B")["speaker"] == "b"
    assert guessed(rows, emotion=None)["emotion"] is None
    with pytest.raises(SarangiError, match="speaker=c: no such column"):
        guessed(rows, speaker="c")
