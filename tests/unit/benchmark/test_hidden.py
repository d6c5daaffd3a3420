"""Tasks whose labels lie with the maintainer: nothing published tells one; who has them scores as ever."""

import json

import pandas as pd
import pyarrow.parquet as pq
import pytest
import yaml
from support.places import to
from support.small_bench import unpacked

import sarangi.__main__ as command_line
from sarangi.base import store
from sarangi.base.errors import SarangiError
from sarangi.benchmark.archive import bench_archive
from sarangi.benchmark.hidden import HIDDEN

TASK = "made_loso_to_other"


def hiding(bench, *names):
    tasks = [task._replace(hidden=task.name in names) for task in bench.tasks]
    return bench._replace(tasks=tuple(tasks))


@pytest.fixture(scope="module")
def hidden(made, tmp_path_factory):
    """A benchmark whose transfer hides its labels, its folder, and the maintainer's file."""
    folder = tmp_path_factory.mktemp("hidden")
    bench = hiding(made[0], TASK)
    bench_archive(bench, to(folder / "b.zip"), to(folder / "b.hidden.parquet"))
    return bench, unpacked(folder / "b", folder / "b.zip"), folder / "b.hidden.parquet"


def predictions(bench):
    (baseline,) = (each for task in bench.tasks if task.name == TASK for each in task.baselines)
    table = store.read(baseline.predictions[0])
    return table[table["status"] == "ok"].drop(columns=["status", "reason", "emotion"]), baseline


def test_nothing_that_is_published_tells_a_label(hidden):
    _, folder, labels = hidden
    table = store.read(labels, HIDDEN.names)
    assert set(table["task"]) == {TASK} and table["emotion"].notna().all()
    names = set(table["utterance_id"])
    for path in (folder / "tasks" / TASK).rglob("*.parquet"):
        rows = store.read(path)
        if "utterance_id" in rows:
            there = rows[rows["utterance_id"].isin(names)]
            for column in {"emotion", "label"} & set(rows):
                assert there[column].isna().all(), path
    for path in (folder / "tasks" / TASK).rglob("*.jsonl"):
        assert [json.loads(line)["emo"] for line in path.read_text().splitlines()] == [None] * len(names)
    # the file made from which it was is not in it
    assert not any("hidden" in path.name for path in folder.rglob("*"))
    other = store.read(folder / "tasks/made_loso/utterances.parquet")
    assert other["emotion"].notna().any()


def test_the_maintainer_scores_as_the_pipeline_does_and_nobody_else_scores(hidden, tmp_path, capsys):
    bench, folder, labels = hidden
    table, baseline = predictions(bench)
    table.to_csv(tmp_path / "mine.csv", index=False)
    command = ["score", str(tmp_path / "mine.csv"), "--bench", str(folder), "--task", TASK]
    assert command_line.main(command) == 0
    said = capsys.readouterr().out
    assert "The task's maintainer has the labels" in said and "UAR" not in said
    out = tmp_path / "scores.parquet"
    assert command_line.main([*command, "--hidden", str(labels), "--out", str(out)]) == 0
    assert "scored by its maintainer" in capsys.readouterr().out
    found = pd.read_parquet(out)
    found = found[(found["metric"] == "uar") & (found["slice"] == "runs") & found["second"].isna()]
    expected = store.read(str(baseline.scores))
    expected = expected[(expected["metric"] == "uar") & (expected["slice"] == "runs")]
    assert found["value"].item() == pytest.approx(expected["value"].item(), abs=1e-12)
    # a table with a mistake is told so without the labels, too
    table.iloc[0:1].assign(predicted="angri").to_csv(tmp_path / "mine.csv", index=False)
    assert command_line.main(command) == 1
    assert "the emotion 'angri' is not one of the protocol's" in capsys.readouterr().err


def test_an_entry_is_put_up_by_the_maintainer_and_keeps_no_label(hidden, tmp_path, capsys):
    bench, folder, labels = hidden
    board = tmp_path / "board"
    for place, name in enumerate(("one", "two")):
        entry = tmp_path / name
        entry.mkdir()
        about = {"name": name, "team": "we", "model": "m", "parameters": 1, "pretrained": [], "data": "none"}
        (entry / "description.yaml").write_text(yaml.safe_dump(about | {"seeds": [1, 2]}))
        table, _ = predictions(bench)
        if place:
            table = table.assign(predicted="sad")
            table[["p_angry", "p_happy", "p_sad"]] = [0.0, 0.0, 1.0]
        table.to_csv(entry / f"{TASK}.csv", index=False)
        command = ["submit", str(entry), "--bench", str(folder), "--leaderboard", str(board)]
        assert command_line.main(command) == 1
        assert "are with its maintainer" in capsys.readouterr().err
        assert command_line.main([*command, "--hidden", str(labels)]) == 0
    table = store.read(board / "leaderboard.parquet").set_index("entry")
    assert table.loc[["one", "two"], "reported"].eq("by its maintainer").all()
    assert table.loc["one", "uar"] > table.loc["two", "uar"] == pytest.approx(1 / 3)
    assert table.loc["two", "rank"] > table.loc["one", "rank"] == 1
    for path in (board / "entries").rglob("*.parquet"):
        assert store.read(path)["emotion"].isna().all()


def test_what_cannot_be_hidden_and_labels_of_another_benchmark_are_refused(hidden, made, tmp_path, capsys):
    bench, folder, labels = hidden
    bench_archive(hiding(made[0], "made_loso"), to(tmp_path / "b.zip"), to(tmp_path / "h"))
    about = json.loads((unpacked(tmp_path / "b", tmp_path / "b.zip") / "bench.json").read_text())
    (task,) = (task for task in about["tasks"] if task["name"] == "made_loso")
    assert "test clips train or validate in another fold" in task["missing"]
    # one task hides what another one publishes
    shown = [task for task in bench.tasks if task.name == TASK]
    both = bench._replace(tasks=(*shown, shown[0]._replace(name="open", hidden=False)))
    with pytest.raises(SarangiError, match=f"{TASK} hides labels that open publishes"):
        bench_archive(both, to(tmp_path / "c.zip"), to(tmp_path / "h"))
    table, _ = predictions(bench)
    table.to_csv(tmp_path / "mine.csv", index=False)
    old = store.read(labels).assign(version="0.0")
    store.write(tmp_path / "old.parquet", old, pq.read_schema(labels).remove_metadata(), {})
    command = ["score", str(tmp_path / "mine.csv"), "--bench", str(folder), "--task", TASK]
    assert command_line.main([*command, "--hidden", str(tmp_path / "old.parquet")]) == 1
    assert "labels of small 0.0" in capsys.readouterr().err
    some = store.read(labels).iloc[1:]
    store.write(tmp_path / "some.parquet", some, pq.read_schema(labels).remove_metadata(), {})
    assert command_line.main([*command, "--hidden", str(tmp_path / "some.parquet")]) == 1
    assert "no label of" in capsys.readouterr().err
