"""Ratings on a scale, from tables and layouts to the manifest."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.places import to
from support.recordings import sound
from support.small_corpora import laid

from sarangi.base import store
from sarangi.base.dimension_rows import DIMENSION, UNRATED, Scale
from sarangi.base.errors import SarangiError
from sarangi.corpora.layouts.iemocap import DIMENSIONS
from sarangi.corpora.manifest import manifest
from sarangi.corpora.ratings import ratings_of
from sarangi.corpora.table_corpus import table_manifest
from sarangi.corpora.table_settings import RatedColumn, TableSettings
from sarangi.corpora.utterance import Utterance

CELLS = ("2", "5.5", "", "loud", "nan", "1", "5", "0.99", "3,5")
SCALED = {"arousal": RatedColumn("Act", Scale(1, 5, (0, 1)))}


def made(tmp_path, dimensions, cells=CELLS, header="Act"):
    files = {f"{n}.wav": sound(0.1, seed=n) for n in range(len(cells))}
    lines = [f'{name},{("sad", "joy")[n % 2]},s{n % 3},"{cells[n]}"' for n, name in enumerate(files)]
    (tmp_path / "t.csv").write_text("\n".join([f"file,emotion,speaker,{header}", *lines]) + "\n")
    audio = laid(tmp_path / "wavs", files)
    settings = TableSettings("delimited", {}, {}, [], "en", [], dimensions=dimensions)
    table_manifest(audio, tmp_path / "t.csv", "my", settings, 1, to(tmp_path / "m.parquet"))
    return store.read(tmp_path / "m.parquet")


def test_a_column_is_mapped_and_what_cannot_be_used_is_null_with_a_note_of_its_line(tmp_path):
    found = made(tmp_path, SCALED)
    assert set(found["status"]) == {"ok"}
    assert list(found[f"{DIMENSION}arousal"].dropna()) == [0.25, 0, 1]
    problems = [None, "out of scale", "missing", "not a number", "missing", None, None, "out of scale"]
    problems.append("not a number")
    assert [None if isinstance(why, float) else why for why in found[f"{UNRATED}arousal"]] == problems
    assert found["reason"][1] == "t.csv:3: arousal '5.5' is out of scale; expected a number from 1 to 5"
    assert found["reason"][2] == "t.csv:4: no arousal; expected a number from 1 to 5"
    assert found["reason"][3] == "t.csv:5: arousal 'loud' is not a number; expected a number from 1 to 5"
    # what the table wrote stays beside it
    assert list(found["table_act"][:2]) == ["2", "5.5"]
    assert found["reason"].isna().sum() == 3


def test_a_column_that_the_table_does_not_have_is_named_with_the_nearest(tmp_path):
    with pytest.raises(SarangiError, match="no column 'Act' for the dimension arousal") as error:
        made(tmp_path, SCALED, header="akt")
    assert "dimensions: {arousal: {column: <column>}}; valid: akt" in str(error.value)


def test_two_rows_of_one_recording_that_rate_it_otherwise_are_no_copies(tmp_path):
    audio = laid(tmp_path / "wavs", {"a.wav": sound(0.1), "b.wav": sound(0.1, seed=2)})
    (tmp_path / "t.csv").write_text("file,emotion,speaker,act\na.wav,sad,s,1\na.wav,sad,s,2\nb.wav,sad,t,2\n")
    dimensions = {"act": RatedColumn("act", Scale(1, 5))}
    settings = TableSettings("delimited", {}, {}, [], "en", [], dimensions=dimensions)
    table_manifest(audio, tmp_path / "t.csv", "my", settings, 1, to(tmp_path / "m.parquet"))
    found = store.read(tmp_path / "m.parquet")
    assert list(found["status"]) == ["failed", "ok"]
    assert "rated" in found["reason"][0]


def test_iemocap_rates_valence_arousal_and_dominance_in_the_lines_of_its_labels(tmp_path):
    dialogue = "Session1/dialog/EmoEvaluation/Ses01F_impro01.txt"
    rated = ("2.5000, 4.0000, 3.0000", "2.0, 6.0, 3.0", "2.0, 3.0", "1.0, 1.0, 1.0")
    lines = [
        f"[6.2 - 8.2]\tSes01F_impro01_F00{n}\tang\t[{vad}]\nA-E3:\tval 3;\t()\n"
        for n, vad in enumerate(rated)
    ]
    # the last is rated otherwise in another line
    lines.append("[6.2 - 8.2]\tSes01F_impro01_F003\tang\t[5.0, 5.0, 5.0]\n")
    files = {
        f"Session1/sentences/wav/Ses01F_impro01/Ses01F_impro01_F00{n}.wav": sound(0.1, seed=n)
        for n in range(4)
    }
    folder = laid(tmp_path / "iemocap", files | {dialogue: ("% heading\n\n" + "".join(lines)).encode()})
    chosen = {name: DIMENSIONS[name] for name in ("arousal", "valence")}
    manifest(folder, "iemocap", 1, to(tmp_path / "m.parquet"), chosen)
    found = store.read(tmp_path / "m.parquet")
    assert list(found["emotion"]) == ["angry"] * 4
    assert found[f"{DIMENSION}arousal"].tolist()[0] == 4.0
    assert found[f"{DIMENSION}valence"].tolist()[:2] == [2.5, 2.0]
    assert list(found[f"{UNRATED}arousal"][1:]) == ["out of scale", "not a number", "not a number"]
    assert found["reason"][1] == f"{dialogue}:5: arousal '6.0' is out of scale; expected a number from 1 to 5"
    assert "[1.0, 1.0, 1.0] or [5.0, 5.0, 5.0]" in found["reason"][3]
    assert f"{dialogue}:9, {dialogue}:11" in found["reason"][3]
    # nobody asked for dominance, and without dimensions a manifest has no such column
    assert not [name for name in found.columns if "dominance" in name]
    manifest(folder, "iemocap", 1, to(tmp_path / "m.parquet"))
    assert not [
        name for name in store.columns(tmp_path / "m.parquet") if name.startswith((DIMENSION, UNRATED))
    ]


@given(st.floats(-3, 9), st.sampled_from([None, (0.0, 1.0), (-1.0, 1.0)]))
def test_a_rating_is_within_the_ends_or_none(rating, to_):
    scale = Scale(1, 5, to_)
    columns, notes = ratings_of(Utterance(path="a", file="a", rated={"d": repr(rating)}), {"d": scale})
    inside = 1 <= rating <= 5
    assert (columns[f"{DIMENSION}d"] is not None) == inside == (not notes)
    if inside:
        low, high = scale.ends
        assert low - 1e-9 <= columns[f"{DIMENSION}d"] <= high + 1e-9
        back = (columns[f"{DIMENSION}d"] - low) / (high - low) * 4 + 1
        assert back == pytest.approx(rating)
