"""Classical models on the same clips under other conditions."""

import numpy as np
import pandas as pd
import pytest
from support.classical_corpus import Corpus, one_thread_of_blas  # noqa: F401  (fixtures)
from support.places import to

from sarangi.base import store
from sarangi.base.errors import SarangiError
from sarangi.models.disturbed_classical import disturbed_classical

LOGISTIC = {"kind": "logistic", "C": 1.0, "class_weight": None, "max_iter": 200}
FOREST = {"kind": "random_forest", "trees": 10, "class_weight": None, "seeds": [3, 4]}
EMOTIONS = ["angry", "happy", "sad"] * 8
TESTS = [range(0, 12), range(12, 24)]


def corpus(folder, moved=0.0, columns=4, failed=()):
    """A corpus whose features lie by the emotion, moved as a whole."""
    values = np.random.default_rng(2).normal(size=(24, columns)) + moved
    values[:, 0] += [EMOTIONS.index(emotion) * 3 for emotion in EMOTIONS]
    made = Corpus(folder, EMOTIONS, values, [str(n // 3) for n in range(24)])
    if failed:
        table = store.read(made.features)
        where = table["utterance_id"].isin(failed)
        table.loc[where, ["status", "reason"]] = ["failed", "too noisy"]
        import pyarrow.parquet as pq

        store.write(made.features, table, pq.read_schema(made.features).remove_metadata(), {})
    return made


@pytest.mark.parametrize("settings", [LOGISTIC, FOREST], ids=["logistic", "forest"])
def test_the_same_features_give_the_same_answers_and_others_others(settings, tmp_path):
    clean = corpus(tmp_path / "made")
    within = store.read(clean.run({"e": settings}, TESTS)["e"])
    moved = corpus(tmp_path / "moved" / "made", moved=4.0)
    conditions = {"as_is": [clean.features], "moved": [moved.features]}
    disturbed_classical(clean.files, clean.folder / "p.parquet", conditions, settings, to(tmp_path / "o"), 2)
    found = store.read(tmp_path / "o")
    columns = ["utterance_id", "fold", "seed", "status", "emotion", "predicted"]
    same = found[found["condition"] == "as_is"].reset_index(drop=True)
    pd.testing.assert_frame_equal(same[columns], within[columns], check_dtype=False)
    other = found[found["condition"] == "moved"].reset_index(drop=True)
    assert (other["predicted"] != same["predicted"]).any()
    # scaled by the training part as it was recorded, not by what is tested
    assert (other["utterance_id"] == same["utterance_id"]).all()


def test_what_fails_under_a_condition_fails_alone_and_other_features_are_refused(tmp_path):
    clean = corpus(tmp_path / "made")
    clean.split(TESTS)
    lost = corpus(tmp_path / "lost" / "made", failed=["made/003"])
    arguments = (clean.files, clean.folder / "p.parquet")
    disturbed_classical(*arguments, {"noise_0": [lost.features]}, LOGISTIC, to(tmp_path / "o"))
    found = store.read(tmp_path / "o").set_index("utterance_id")
    assert (found.loc["made/003", "status"], found.loc["made/003", "reason"]) == ("failed", "too noisy")
    assert found.drop("made/003")["status"].eq("ok").all()
    assert len(found) == 24
    wide = corpus(tmp_path / "wide" / "made", columns=5)
    with pytest.raises(SarangiError, match="its features are not those of"):
        disturbed_classical(*arguments, {"noise_0": [wide.features]}, LOGISTIC, to(tmp_path / "o"))
