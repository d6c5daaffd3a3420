"""Predictions for a task of a benchmark: scored as the pipeline scores its own."""

import shutil

import pandas as pd
import pytest

import sarangi.__main__ as command_line
from sarangi.base import store
from sarangi.base.errors import SarangiError
from sarangi.benchmark.opened import opened, task_of
from sarangi.scoring.outside import checked, read, score


@pytest.mark.parametrize(("place", "slice_"), [(0, "pooled"), (1, "runs"), (2, "folds")])
def test_the_pipelines_own_predictions_score_as_in_the_pipeline(made, place, slice_, tmp_path):
    bench, folder, _ = made
    task, baseline = bench.tasks[place], bench.tasks[place].baselines[-1]
    table = store.read(baseline.predictions[0]).drop(columns=["status", "reason", "emotion"])
    table.sample(frac=1, random_state=0).to_parquet(tmp_path / "mine.parquet", index=False)
    there = opened(folder)
    entered = task_of(there, task.name)
    answers = checked(read(tmp_path / "mine.parquet"), entered.split)
    assert answers.missing == []
    result = score(answers, "mine", entered.split, entered.baselines, there.bootstrap)
    expected = store.read(baseline.scores)
    alike = [column for column in expected if column not in ("experiment", "model")]
    pd.testing.assert_frame_equal(result.scores[alike], expected[alike], check_exact=True)
    assert entered.split.reported == slice_
    # the model itself: nothing to tell apart
    same = result.differences[result.differences["second"] == "strong"]
    assert set(same["slice"]) >= {slice_}
    assert (same["value"] == 0).all()
    assert (same["p"] == 1).all()


def test_the_difference_to_a_baseline_is_that_of_the_scores(made, tmp_path, capsys):
    _, folder, _ = made
    file = folder / "tasks/made_loso/baselines/strong.predictions.parquet"
    arguments = ["score", str(file), "--bench", str(folder), "--task", "made_loso", "--name", "mine"]
    assert command_line.main([*arguments, "--out", str(tmp_path / "mine.parquet")]) == 0
    printed = capsys.readouterr().out
    assert printed.startswith("mine on made_loso of Small | bench 0.1, self-reported\n")
    assert "Synthetic speech" in printed
    table = pd.read_parquet(tmp_path / "mine.parquet")
    table = table[(table["metric"] == "uar") & (table["slice"] == "pooled")]
    own = table.loc[table["second"].isna(), "value"].item()
    weak = store.read(folder / "tasks/made_loso/baselines/weak.scores.parquet")
    weak = weak[(weak["metric"] == "uar") & (weak["slice"] == "pooled")]["value"].item()
    assert table.loc[table["second"] == "weak", "value"].item() == pytest.approx(own - weak)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--task", "made_los"], "no task 'made_los'; did you mean made_loso?"),
        (
            ["--task", "theirs_loso"],
            "the task theirs_loso is not available in it: theirs: write to its authors",
        ),
        (["--task", "made_loso", "--name", "weak"], "weak is a baseline of the benchmark"),
        ([], "name a study's split by --protocol, or a benchmark's by --bench and --task"),
        (["--task", "made_loso_to_other"], "unknown utterance_id 'made/S0_00.wav'"),
    ],
)
def test_a_mistake_is_named(made, options, said, capsys):
    _, folder, _ = made
    file = folder / "tasks/made_loso/baselines/strong.predictions.parquet"
    assert command_line.main(["score", str(file), "--bench", str(folder), *options]) == 1
    assert said in capsys.readouterr().err


def test_a_file_that_was_changed_is_refused(made, tmp_path):
    folder = shutil.copytree(made[1], tmp_path / "small")
    file = folder / "tasks/made_loso/folds.parquet"
    file.write_bytes(file.read_bytes() + b" ")
    there = opened(folder)
    with pytest.raises(SarangiError) as error:
        task_of(there, "made_loso")
    assert "folds.parquet is not the file that was published" in str(error.value)
    assert task_of(there, "made_loso_to_other").split.test == "other"
    (folder / "SHA256SUMS").unlink()
    with pytest.raises(SarangiError) as error:
        opened(folder)
    assert "expected a folder with bench.json and SHA256SUMS" in str(error.value)
