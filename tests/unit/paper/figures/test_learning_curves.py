"""The figure of learning curves."""

import pyarrow as pa
from support.labels import labels
from support.score_files import TITLES, drawn  # noqa: F401  (fixture)
from support.study_tables import put

from sarangi.paper.figures.learning_curves import learning_curves_figure
from sarangi.paper.figures.page import pyplot

# the columns of sarangi.models.trainer.LOG that are drawn, without an import of torch
LOG = pa.schema(
    [("epoch", pa.int32()), ("training_loss", pa.float64()), ("validation_loss", pa.float64()),
     ("validation_uar", pa.float64()), ("best", pa.bool_())]
)  # fmt: skip


def run(folder, model, losses, kept=1, count=2):
    """The logs of some runs of an experiment, alike."""
    rows = [
        {"epoch": epoch, "training_loss": loss, "validation_loss": loss, "validation_uar": 0.1 * epoch,
         "best": epoch == kept}
        for epoch, loss in enumerate(losses, start=1)
    ]  # fmt: skip
    logs = [str(put(folder / f"{model}{number}.parquet", LOG, rows)) for number in range(count)]
    return {"corpus": "ravdess", "protocol": "far", "model": model, "logs": logs}


def test_each_run_has_its_curves_and_the_epoch_that_is_kept(tmp_path, monkeypatch):
    kept = []
    monkeypatch.setattr(pyplot, "close", kept.append)
    learning_curves_figure([run(tmp_path, "m1", [3.0, 2.0, 1.0], kept=2)], labels(**TITLES), {})
    losses, measured = kept[0].axes
    assert [list(line.get_ydata()) for line in losses.get_lines()] == [[3.0, 2.0, 1.0]] * 4
    points = [list(line.get_xdata()) for line in measured.get_lines() if line.get_marker() == "o"]
    assert points == [[2], [2]]


def test_experiments_have_panels_in_order_and_what_has_no_epochs_has_none(tmp_path, drawn):
    runs = [run(tmp_path, f"m{number}", [2.0, 1.0]) for number in (3, 1, 2)]
    checkpoint = run(tmp_path, "m25", [None])
    texts = drawn(lambda: learning_curves_figure([*runs, checkpoint], labels(["ravdess"], **TITLES), {}))
    numbers = [text.split("number ")[1][0] for text in texts if "number " in text]
    assert numbers == ["1", "2", "3"]
    assert any(text.startswith("SYNTHETIC") for text in texts)
    many = [run(tmp_path, f"m{number}", [2.0, 1.0]) for number in range(20)]
    assert any(
        "more had no room here" in text
        for text in drawn(lambda: learning_curves_figure(many, labels(**TITLES), {}))
    )
    nothing = drawn(lambda: learning_curves_figure([checkpoint], labels(**TITLES), {}))
    assert nothing == ["No run has a log of its training."]
