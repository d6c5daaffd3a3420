"""Clips of anybody, models of anybody, uploads: what is refused, and in which words."""

import json
import os

import numpy as np
import pandas as pd
import pytest
import torch
from safetensors.torch import save_file
from support.recordings import sound
from support.speech import (
    RATE,
    run,  # noqa: F401  (fixtures)
)
from support.strangers import foreign  # noqa: F401  (fixtures)

from sarangi.__main__ import main
from sarangi.app import answers, clips, listening, opening, predicting
from sarangi.base.errors import SarangiError


def test_an_answer_over_time_is_that_of_each_window(run, tmp_path):
    listener = opening.load(str(run), tmp_path)
    signal = np.random.default_rng(0).normal(0, 0.1, 5 * RATE).astype(np.float32)
    centres, probabilities = listening.over_time(listener, signal, "")
    assert list(centres) == [1.0, 1.5, 2.0, 2.5, 3.0, 3.5, 4.0]
    assert probabilities.shape == (7, 2)
    assert np.allclose(probabilities.sum(1), 1)
    alone = listener.answer([signal[RATE : 3 * RATE]], [""])[0]
    assert np.abs(probabilities[2] - alone).max() < 1e-6
    # of a longer clip the middle is heard, as in training
    assert (
        np.abs(listener.answer([signal], [""]) - listener.answer([signal[RATE : 4 * RATE]], [""])).max()
        < 1e-6
    )
    centres, probabilities = listening.over_time(listener, signal[:RATE], "")
    assert list(centres) == [0.5]
    assert listener.card is None


def test_a_classifier_of_transformers_answers_as_transformers_does(foreign, tmp_path):
    from transformers import pipeline

    from sarangi.app.answers import about, answer_of

    listener = opening.load(str(foreign), tmp_path)
    signal = np.random.default_rng(0).normal(0, 0.1, 2 * RATE).astype(np.float32)
    expected = {
        e["label"]: e["score"] for e in pipeline("audio-classification", str(foreign))(signal, top_k=3)
    }
    found = dict(zip(listener.emotions, listener.answer([signal], [""])[0], strict=True))
    assert found == pytest.approx(expected, abs=1e-6)
    # what it was trained on nobody says, and a stranger's labels are text
    page = answer_of(listener, clips.Clip(signal, 0.9, None), "") + about(listener)
    assert "not known" in page
    assert "<b>cross</b>" not in page and "&lt;b&gt;cross&lt;/b&gt;" in page


def test_weights_that_could_run_code_are_not_opened(foreign, tmp_path):
    (foreign / "model.safetensors").unlink()
    torch.save({}, foreign / "pytorch_model.bin")
    with pytest.raises(SarangiError, match="no weights in safetensors"):
        opening.load(str(foreign), tmp_path)
    settings = json.loads((foreign / "config.json").read_text())
    save_file({"a": torch.zeros(1)}, foreign / "model.safetensors")
    (foreign / "config.json").write_text(json.dumps(settings | {"auto_map": {"AutoConfig": "evil.Config"}}))
    with pytest.raises(SarangiError, match="weights lack"):
        opening.load(str(foreign), tmp_path)


def test_a_card_cannot_name_a_file_of_the_machine(run, tmp_path):
    listener = opening.load(str(run), tmp_path)
    (tmp_path / "study").mkdir()
    listener._places = [tmp_path / "study"]
    (tmp_path / "elsewhere.pt").touch()
    (tmp_path / "study/here.pt").touch()
    assert listener._beside("here.pt") == tmp_path / "study/here.pt"
    for name in ("../elsewhere.pt", str(tmp_path / "elsewhere.pt"), "nowhere.pt", None):
        assert listener._beside(name) is None


def test_what_is_no_model_is_named(tmp_path, monkeypatch):
    (tmp_path / "empty").mkdir()
    for wanted, said_ in (
        ("no such thing", "no run of the study, no folder and no id"),
        (str(tmp_path / "empty"), "no config.json"),
    ):
        with pytest.raises(SarangiError, match=said_):
            opening.load(wanted, tmp_path)
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path / "cache"))
    with pytest.raises(SarangiError, match="the Hugging Face hub did not give it"):
        opening.load("owner/name-of-nobody", tmp_path)


def test_predictions_are_written_whole_or_not_at_all(run, tmp_path, monkeypatch):
    listener = opening.load(str(run), tmp_path)
    folder, output = tmp_path / "recordings", tmp_path / "out.parquet"
    folder.mkdir()
    with pytest.raises(SarangiError, match="no file is in it"):
        predicting.predict(folder, listener, run, None, output)
    for n in range(9):
        (folder / f"{n}.wav").write_bytes(sound(1.0, seed=n))
    read = clips.read_file

    def stops(path):
        if path.name == "8.wav":
            raise KeyboardInterrupt
        return read(path)

    monkeypatch.setattr(predicting, "read_file", stops)
    output.write_bytes(b"old")
    with pytest.raises(KeyboardInterrupt):
        predicting.predict(folder, listener, run, None, output)
    assert output.read_bytes() == b"old"
    monkeypatch.setattr(predicting, "read_file", read)
    assert predicting.predict(folder, listener, run, None, output)["ok"] == 9
    first = output.read_bytes()
    predicting.predict(folder, listener, run, None, output)
    assert output.read_bytes() == first
    assert not list(tmp_path.glob(".*"))


def test_torch_answers_with_the_threads_of_the_study(run, tmp_path):
    before = torch.get_num_threads()
    try:
        for text, threads in (("threads: {torch: 3}", 3), ("seed: 1", 1), ("threads: {blas: 2}", 1)):
            torch.set_num_threads(2)
            (tmp_path / "config.yaml").write_text(text)
            opening.load(str(run), tmp_path)
            assert torch.get_num_threads() == threads
        for text in ("threads: {torch: two}", "threads: {torch: 0}", "threads: {torch: true}", "a: ["):
            (tmp_path / "config.yaml").write_text(text)
            with pytest.raises(SarangiError, match=r"config\.yaml: "):
                opening.load(str(run), tmp_path)
        torch.set_num_threads(2)
        opening.load(str(run), tmp_path / "nowhere")
        assert torch.get_num_threads() == opening.THREADS
    finally:
        torch.set_num_threads(before)


@pytest.mark.parametrize("name", ["out.xlsx", "out", "out.csv.gz", "none/out.csv", "out.parquet"])
def test_predictions_of_no_known_suffix_are_refused_before_any_work(name, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(opening, "load", lambda *_: pytest.fail("a model was opened"))
    (tmp_path / "out.parquet").mkdir()
    assert main(["predict", str(tmp_path), "--model", "x", "--out", str(tmp_path / name)]) == 1
    assert f"--out {tmp_path / name}: " in capsys.readouterr().err


def test_predictions_are_written_as_their_suffix_says_and_links_are_followed(run, tmp_path):
    listener = opening.load(str(run), tmp_path)
    folder, elsewhere = tmp_path / "recordings", tmp_path / "elsewhere"
    for place in (folder / "deep", elsewhere):
        place.mkdir(parents=True)
        (place / "a.wav").write_bytes(sound(1.0))
    (folder / "linked").symlink_to(elsewhere)
    (folder / "one.wav").symlink_to(elsewhere / "a.wav")
    (folder / "deep/up").symlink_to(folder)
    (folder / "gone.wav").symlink_to(tmp_path / "nothing.wav")
    os.mkfifo(folder / "pipe.wav")
    for suffix in ("csv", "CSV", "parquet"):
        counts = predicting.predict(folder, listener, run, None, folder / f"out.{suffix}")
        assert counts["ok"] == 3
        (folder / f"out.{suffix}").rename(tmp_path / f"out.{suffix}")
    table = pd.read_parquet(tmp_path / "out.parquet").set_index("file")
    assert list(table.index) == ["deep/a.wav", "deep/up", "gone.wav", "linked/a.wav", "one.wav", "pipe.wav"]
    odd = table.loc[table["status"] == "failed", "reason"].str[:17]
    assert odd.tolist() == ["A link to a folde", "A link to nothing", "Neither a file no"]
    lines = pd.read_csv(tmp_path / "out.csv").set_index("file")
    assert list(lines.columns) == list(table.columns)
    assert lines["predicted"].fillna("").tolist() == table["predicted"].fillna("").tolist()
    assert np.allclose(lines["p_sad"], table["p_sad"], equal_nan=True)
    assert (tmp_path / "out.csv").read_bytes() == (tmp_path / "out.CSV").read_bytes()


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("file;text\na.wav;well\n", r"w\.csv:1: its columns are separated by semicolons"),
        ("name,text\na.wav,well\n", r"w\.csv:1: no column file; found name, text"),
        ("file,text\na.wav,well,so\n", r"w\.csv:2: 3 cells"),
        ("file,text\na.wav,well\n./a.wav,ill\n", r"w\.csv:3: other words of a\.wav"),
    ],
)
def test_words_that_nobody_can_assign_are_refused_with_their_line(text, says, tmp_path):
    (tmp_path / "w.csv").write_text(text)
    with pytest.raises(SarangiError, match=says):
        predicting.words_in(tmp_path / "w.csv")


def test_words_are_those_of_files_that_are_there(run, tmp_path, caplog):
    (tmp_path / "w.csv").write_bytes("\ufeffFile, TEXT\r\ndeep\\a.wav,سلام\r\n".encode())
    words = predicting.words_in(tmp_path / "w.csv")
    assert words == {"deep/a.wav": "سلام"}
    (tmp_path / "recordings/deep").mkdir(parents=True)
    for name in ("deep/a.wav", "b.wav"):
        (tmp_path / "recordings" / name).write_bytes(sound(1.0))
    asked = tmp_path / "recordings", opening.load(str(run), tmp_path), run
    predicting.predict(*asked, words | {"c.wav": "x"}, tmp_path / "out.csv")
    assert "1 of its 2 files are not in the folder, the first is c.wav" in caplog.text
    with pytest.raises(SarangiError, match=r"none of its 1 files is in the folder.*such as b\.wav"):
        predicting.predict(*asked, {"recordings/b.wav": "x"}, tmp_path / "out.csv")


@pytest.mark.parametrize("hears", [True, False])
def test_a_file_without_words_is_skipped_by_what_reads_and_one_too_short_fails(hears, tmp_path):
    class Reader:
        name, emotions, reads, writes, seconds, card = "x", ["happy", "sad"], True, False, None, None
        shortest = 16_000

        def answer(self, signals, words):
            assert all(text.strip() for text in words)
            return np.full((len(words), 2), 0.5, dtype=np.float32)

    reader = Reader()
    reader.hears = hears
    for name, seconds in (("a", 1.0), ("b", 1.0), ("c", 1.0), ("d", 0.5)):
        (tmp_path / f"{name}.wav").write_bytes(sound(seconds))
    words = {"a.wav": "well", "b.wav": " "}
    predicting.predict(tmp_path, reader, tmp_path, words, tmp_path / "out.parquet")
    table = pd.read_parquet(tmp_path / "out.parquet")
    assert list(table["status"]) == ["ok", "skipped", "skipped", "failed"]
    assert set(table["reason"][1:3]) == {"no words, which the model needs"}
    assert "Too short for the encoder: 8000 samples" in table["reason"][3]
    assert table["predicted"].isna().tolist() == [False, True, True, True]
    with pytest.raises(clips.ClipError, match="too short for the encoder"):
        answers.answer_of(reader, clips.read_file(tmp_path / "d.wav"), "well")


def test_a_run_that_is_spelt_wrong_gets_a_suggestion(run, tmp_path):
    there = tmp_path / "results/runs/urdu_latif_loso_audio/0"
    there.mkdir(parents=True)
    run.rename(there / "42")
    for wanted in ("urdu_latif_loso_audoi/0/42", "urdu_latif_loso_audio/0/43", "urdu_latif_loso_audio-0-42"):
        with pytest.raises(SarangiError, match=r"did you mean urdu_latif_loso_audio/0/42\?"):
            opening.load(wanted, tmp_path)
