"""Features from pooled states: what is taken, what they are called, and what becomes of failed rows."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some
from hypothesis.extra.numpy import arrays
from support.places import to

from sarangi.base import store
from sarangi.base.errors import SarangiError
from sarangi.features.state_features import state_features
from sarangi.models.pooled_states import pooled_schema

WIDTH = 2
HANDMADE = [[1, 10], [2, 20], [6, 60]]


def taken(folder, rows, layers="mean", count=3):
    """The features of rows of (status, reason, states), of an encoder with so many states."""
    with to(folder / "states.parquet").writer(pooled_schema(count, WIDTH)) as writer:
        for place, (status, reason, states) in enumerate(rows):
            values = None if states is None else np.asarray(states, np.float16).flatten()
            writer.add(
                {"utterance_id": f"c/{place:03}", "status": status, "reason": reason, "pooled": values}
            )
    state_features(folder / "states.parquet", layers, to(folder / "features.parquet"))
    return store.read(folder / "features.parquet").set_index("utterance_id")


@pytest.mark.parametrize(
    ("layers", "named", "expected"),
    [
        ("mean", "mean", [3, 30]), ("last", "last", [6, 60]),
        (0, "state_0", [1, 10]), (1, "state_1", [2, 20]), (2, "state_2", [6, 60]),
    ],
)  # fmt: skip
def test_a_state_or_the_mean_of_all_is_taken_under_a_name_that_says_which(layers, named, expected, tmp_path):
    table = taken(tmp_path, [("ok", None, HANDMADE)], layers)
    assert list(table.columns) == ["status", "reason", f"{named}_000", f"{named}_001"]
    assert list(table.iloc[0, 2:]) == expected
    assert set(map(str, table.dtypes.iloc[2:])) == {"float32"}


def test_the_mean_is_of_float32_and_cannot_overflow(tmp_path):
    table = taken(tmp_path, [("ok", None, [[65504, 0.1], [65504, 0.1], [65504, 0.3]])])
    assert table["mean_000"].iloc[0] == 65504
    tenth, three = np.float32(np.float16(0.1)), np.float32(np.float16(0.3))
    assert table["mean_001"].iloc[0] == (tenth + tenth + three) / np.float32(3)


STATES = arrays(np.float16, (3, WIDTH), elements=some.floats(-1000, 1000, width=16))
ROWS = some.lists(
    some.one_of(
        some.tuples(some.just("ok"), some.sampled_from([None, "clipped"]), STATES),
        some.tuples(some.sampled_from(["failed", "skipped"]), some.sampled_from(["too short", "words"]),
                    some.none()),
    ), min_size=1, max_size=9,
)  # fmt: skip


@settings(max_examples=25, deadline=None)
@given(ROWS, some.sampled_from(["mean", "last", 0, 1, 2]))
def test_each_row_keeps_its_status_and_reason_and_has_values_only_where_it_is_ok(
    tmp_path_factory, rows, layers
):
    table = taken(tmp_path_factory.mktemp("rows"), rows, layers)
    assert len(table) == len(rows)
    assert list(table["status"]) == [status for status, _, _ in rows]
    assert list(table["reason"].astype(object).where(table["reason"].notna(), None)) == [
        reason for _, reason, _ in rows
    ]
    for (status, _, states), values in zip(rows, table.iloc[:, 2:].to_numpy(), strict=True):
        if status == "ok":
            assert np.isfinite(values).all()
            column = states.astype(np.float64)
            expected = column.mean(0) if layers == "mean" else column[-1 if layers == "last" else layers]
            assert np.allclose(values, expected, rtol=1e-5, atol=1e-3)
        else:
            assert np.isnan(values).all()


def test_a_state_that_the_encoder_lacks_is_refused(tmp_path):
    with pytest.raises(SarangiError, match="has 2 layers, and so no state 3; set layers of the feature set"):
        taken(tmp_path, [("ok", None, HANDMADE)], 3)
