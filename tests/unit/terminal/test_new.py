"""``sarangi new`` as a person uses it."""

import pytest
import yaml

from sarangi.__main__ import main
from sarangi.base.installation import home

HEADER = "clip;what;who;mood"


@pytest.fixture
def here(tmp_path, monkeypatch):
    """A folder with 40 recordings of five speakers, and their table."""
    monkeypatch.chdir(tmp_path)
    lines = [HEADER]
    for speaker in range(5):
        (tmp_path / f"wavs/s{speaker}").mkdir(parents=True)
        for take in range(8):
            (tmp_path / f"wavs/s{speaker}/{take}.wav").write_bytes(b"RIFF")
            lines.append(
                f"s{speaker}/{take}.wav;{('anger', 'Trauer', 'bored', 'other')[take % 4]};S{speaker};up"
            )
    (tmp_path / "labels.csv").write_text("\n".join(lines), encoding="utf-8")
    return tmp_path


def new(*further):
    return main(["new", "my", "--table", "labels.csv", "--audio", "wavs", *further])


def test_every_decision_is_said_and_the_configuration_shown(here, capsys):
    assert new() == 0
    text = capsys.readouterr().out
    for part in (
        "labels.csv: 40 rows",
        "wavs: 40 recordings, 40 of them in the table",
        "file: column clip (40 of the first 40 values are files)",
        "emotion: column what (50% of its rows name emotions)",
        "speaker: column who (by its name; 5 values)",
        "emotions: angry 10, sad 10, bored 10",
        "speakers: 5: S0 6, S1 6",
        "renamed: Trauer is sad",
        "unknown labels, kept as emotions: bored (10)",
        "left out, since these are not emotions: other (10)",
        "note: 5 speakers are few",
        "language: not stated",
        "wrote my/config.yaml",
        "Next: sarangi audit my",
    ):
        assert part in text
    assert text.endswith("sarangi audit my\n")
    shown = text.split("wrote my/config.yaml:\n")[1].split("\n\n")[0]
    assert yaml.safe_load(shown) == yaml.safe_load((here / "my/config.yaml").read_text(encoding="utf-8"))


def test_a_language_that_is_stated_is_in_the_configuration_and_no_note(here, capsys):
    assert new("--language", "ur-PK") == 0
    assert "language: not stated" not in capsys.readouterr().out
    text = (here / "my/config.yaml").read_text(encoding="utf-8")
    assert yaml.safe_load(text)["corpora"]["my"]["language"] == "ur-PK"


def test_without_speakers_that_comes_first(here, capsys):
    assert new("--column", "speaker=") == 0
    assert capsys.readouterr().out.startswith("NO SPEAKERS: the table does not say who speaks")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--column", "speker=who"], "did you mean speaker?"),
        (["--column", "speaker"], "expected WHAT=NAME"),
        (["--column", "speaker=whom"], "no such column; did you mean who?"),
        (["--audio", "nowhere"], "--audio nowhere: no such file or folder"),
        (["--like", "ravdess"], "give either --table"),
    ],
)
def test_what_cannot_be_meant_is_refused_and_nothing_written(here, capsys, arguments, message):
    assert new(*arguments) == 1
    assert message in capsys.readouterr().err
    assert not (here / "my").exists()


def test_a_study_is_never_overwritten(here, capsys):
    assert new() == 0
    before = (here / "my/config.yaml").read_bytes()
    assert new("--language", "en") == 1
    assert "is not overwritten" in capsys.readouterr().err
    assert (here / "my/config.yaml").read_bytes() == before


def test_a_published_layout_is_begun_with_its_own_entry(here, capsys):
    assert main(["new", "r", "--like", "ravdess", "--audio", "wavs"]) == 0
    found = yaml.safe_load((here / "r/config.yaml").read_text(encoding="utf-8"))
    published = yaml.safe_load((home() / "config.yaml").read_text(encoding="utf-8"))["corpora"]["ravdess"]
    assert found["corpora"] == {"ravdess": published}
    assert (here / "r/resources/corpora/ravdess/s0/0.wav").is_file()
    assert main(["new", "r2", "--like", "ravdes"]) == 1
    assert "did you mean ravdess?" in capsys.readouterr().err
