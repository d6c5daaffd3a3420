"""Submissions and the leaderboard: what is refused in words, and ranks with uncertainty."""

import json
import shutil

import numpy as np
import pandas as pd
import pytest
import yaml

import sarangi.__main__ as command_line
from sarangi.base import store
from sarangi.benchmark.leaderboard import LEADERBOARD

ABOUT = {
    "name": "mine", "team": "we", "model": "a <b>model</b> | of ours", "parameters": 94_400_000,
    "pretrained": [], "data": "none", "seeds": [1, 2],
}  # fmt: skip


@pytest.fixture
def bench(made, tmp_path):
    """The small benchmark, to have a leaderboard beside it."""
    return shutil.copytree(made[1], tmp_path / "small")


def predictions(bench, task="made_loso", model="strong"):
    table = store.read(bench / f"tasks/{task}/baselines/{model}.predictions.parquet")
    return table[table["status"] == "ok"].drop(columns=["status", "reason", "emotion"])


def submitted(bench, folder, table, task="made_loso", **about):
    folder.mkdir(exist_ok=True)
    (folder / "description.yaml").write_text(yaml.safe_dump(ABOUT | about))
    table.to_csv(folder / f"{task}.csv", index=False)
    return command_line.main(["submit", str(folder), "--bench", str(bench)])


def test_entries_are_ranked_by_what_can_be_told_apart(bench, tmp_path, capsys):
    assert submitted(bench, tmp_path / "one", predictions(bench)) == 0
    assert "self-reported" in capsys.readouterr().out
    # all wrong but for one emotion
    worse = predictions(bench).assign(predicted="sad")
    worse[["p_angry", "p_happy", "p_sad"]] = [0.0, 0.0, 1.0]
    assert submitted(bench, tmp_path / "two", worse, name="worse", team="others") == 0
    board = bench.with_name("small.leaderboard")
    table = store.read(board / "leaderboard.parquet", LEADERBOARD.names).set_index("entry")
    assert table["rank"].to_dict()["mine"] == table["rank"].to_dict()["strong"] == 1
    assert table.loc["worse", "rank"] == table["rank"].max() > 1
    own = store.read(bench / "tasks/made_loso/baselines/strong.scores.parquet")
    own = own[(own["metric"] == "uar") & (own["slice"] == "pooled")].iloc[0]
    assert table.loc["mine", ["uar", "low", "high"]].tolist() == own[["value", "low", "high"]].tolist()
    assert table["reported"].to_dict() == {
        "mine": "self-reported", "worse": "self-reported", "strong": "baseline", "weak": "baseline",
    }  # fmt: skip
    page, text = ((board / f"leaderboard.{kind}").read_text() for kind in ("html", "md"))
    assert "&lt;b&gt;model&lt;/b&gt;" in page and "<b>model" not in page and "://" not in page
    assert "Synthetic speech" in page and "Synthetic speech" in text and "94.4 M" in text
    assert "nan" not in text
    kept = json.loads((board / "entries/mine/description.json").read_text())
    assert kept == ABOUT

    assert submitted(bench, tmp_path / "one", predictions(bench)) == 1
    assert "there is an entry mine already" in capsys.readouterr().err
    for name in ("again", "and_again"):
        code = submitted(bench, tmp_path / name, predictions(bench), name=name)
    assert code == 1
    assert "we has 2 entries (again, mine), and one team may have 2" in capsys.readouterr().err


def twice(table):
    return pd.concat([table.iloc[1:], table.iloc[[-1]]])


def changed(table, **cells):
    table = table.copy()
    table.loc[table.index[0], list(cells)] = list(cells.values())
    return table


@pytest.mark.parametrize(
    ("change", "about", "said"),
    [
        (lambda t: t[t["fold"] != 3], {}, "fold 3, seed 1: 6 of 6 test utterances have no prediction"),
        (lambda t: t.iloc[1:], {}, "1 of 6 test utterances have no prediction"),
        (twice, {}, "is predicted twice in fold"),
        (lambda t: changed(t, predicted="bored"), {}, "the emotion 'bored' is not one of the protocol's"),
        (lambda t: changed(t, p_sad=1.0, p_happy=1.0), {}, "the probabilities add up to"),
        (lambda t: changed(t, utterance_id="made/X.wav"), {}, "unknown utterance_id 'made/X.wav'"),
        (lambda t: t, {"seeds": [1, 2, 3]}, "the column seed has [1, 2], and description.yaml states"),
        (lambda t: t, {"seeds": [1]}, "expected at most 53: 53 for each of the 1 seed that"),
        (lambda t: t, {"parameters": "many"}, "parameters"),
        (lambda t: t, {"name": "weak"}, "there is an entry weak already"),
    ],
)
def test_what_is_incomplete_is_refused_in_words(bench, tmp_path, change, about, said, capsys):
    assert submitted(bench, tmp_path / "mine", change(predictions(bench)), **about) == 1
    assert said in capsys.readouterr().err
    assert not bench.with_name("small.leaderboard").exists()


def test_a_million_rows_are_refused_unread(bench, tmp_path, capsys):
    rows = np.full(1_000_000, "made/S0_00.wav,0,sad\n", dtype=object)
    folder = tmp_path / "mine"
    folder.mkdir()
    (folder / "description.yaml").write_text(yaml.safe_dump(ABOUT))
    (folder / "made_loso.csv").write_text("utterance_id,fold,predicted\n" + "".join(rows))
    assert command_line.main(["submit", str(folder), "--bench", str(bench)]) == 1
    assert "1,000,000 rows; expected at most 106: 53 for each of the 2 seeds" in capsys.readouterr().err


def test_a_file_of_no_task_is_named(bench, tmp_path, capsys):
    assert submitted(bench, tmp_path / "mine", predictions(bench), task="made_los") == 1
    assert "of a task that is available; did you mean made_loso?" in capsys.readouterr().err
    (tmp_path / "mine/description.yaml").unlink()
    assert command_line.main(["submit", str(tmp_path / "mine"), "--bench", str(bench)]) == 1
    assert "not a description that can be read" in capsys.readouterr().err


def test_a_transfer_is_entered_too(bench, tmp_path):
    table = predictions(bench, "made_loso_to_other")
    assert submitted(bench, tmp_path / "mine", table, task="made_loso_to_other") == 0
    rows = store.read(bench.with_name("small.leaderboard") / "leaderboard.parquet")
    assert rows[["entry", "rank"]].to_numpy().tolist() == [["mine", 1], ["strong", 1]]
