"""Regressors and baselines of ratings: what they learn from, and what not."""

import numpy as np
import pandas as pd
import pytest
from sklearn.compose import TransformedTargetRegressor
from sklearn.linear_model import Ridge
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVR
from support.classical_corpus import Corpus, drawn, one_thread_of_blas  # noqa: F401  (fixtures)
from support.places import MADE_BY_TEST, to

from sarangi.base import store
from sarangi.base.dimension_rows import RATED_PREDICTIONS
from sarangi.base.errors import SarangiError
from sarangi.base.manifest_rows import manifest_schema
from sarangi.base.score_id import ScoreId
from sarangi.models.rated_baselines import rated_baseline
from sarangi.models.regression import regression
from sarangi.splits.protocols import PROTOCOL

CLIPS = 24
PARTS = np.array(["train"] * 12 + ["validation"] * 4 + ["test"] * 8)
SVR_RBF = {"kind": "svr_rbf", "C": 2, "epsilon": 0.05, "gamma": "scale"}
RIDGE = {"kind": "ridge", "alpha": 3}
LINEAR = {"kind": "svr_linear", "C": 0.1, "epsilon": 0.1}
FOREST = {"kind": "random_forest", "trees": 5, "seeds": [1, 2]}


class Rated:
    """A corpus with arousal and valence, and a protocol of one fold with all parts."""

    def __init__(self, folder, name="made", arousal=None, seed=3):
        emotions, values, groups = drawn(seed, CLIPS, 6)
        self.corpus, self.values = Corpus(folder / name, emotions, values, groups), values
        draw = np.random.default_rng(seed)
        # what is loud is rated high, with some noise
        z = StandardScaler().fit_transform(values.astype(float))
        self.arousal = 3 + 0.5 * z[:, 0] + draw.normal(0, 0.1, CLIPS) if arousal is None else arousal
        self.valence = draw.uniform(1, 5, CLIPS)
        rows = pd.DataFrame({"utterance_id": self.corpus.ids, "leaks": False, "status": "ok", "fold": 0})
        self.protocol = folder / name / "p.parquet"
        store.write(self.protocol, rows.assign(part=PARTS, reason=None), PROTOCOL, MADE_BY_TEST)
        self.rate(self.arousal)

    def rate(self, arousal, valence=None):
        rows = store.read(self.corpus.manifest)
        rows = rows.assign(dimension_arousal=arousal, unrated_arousal=None, unrated_valence=None)
        rows["dimension_valence"] = self.valence if valence is None else valence
        store.write(
            self.corpus.manifest, rows, manifest_schema(dimensions=("arousal", "valence")), MADE_BY_TEST
        )

    def predicted(self, folder, settings, elsewhere=None, dimensions=("arousal",)):
        """Predictions of a regressor, or of a baseline by its kind, within and elsewhere."""
        paths = {None: folder / "within.parquet"}
        if isinstance(settings, str):
            entry = {"x": {"protocol": "p", "kind": settings, "dimensions": dimensions}}
            rated_baseline(self.corpus.manifest, {"p": self.protocol}, entry, {"x": to(paths[None])})
        else:
            tests = [elsewhere.corpus.name] if elsewhere else []
            paths |= {test: folder / f"{test}.parquet" for test in tests}
            entry = {"x": {"protocol": "p", "settings": settings, "dimensions": dimensions, "tests": tests}}
            outputs = {ScoreId("x", test): to(path) for test, path in paths.items()}
            others = {elsewhere.corpus.name: elsewhere.corpus.files} if elsewhere else {}
            regression(self.corpus.files, {"p": self.protocol}, entry, outputs, others)
        found = [store.read(path) for path in paths.values()]
        assert all(list(table.columns) == RATED_PREDICTIONS.names for table in found)
        return found[0] if len(found) == 1 else found


@pytest.mark.parametrize(
    ("settings", "model"),
    [
        (SVR_RBF, SVR(C=2, epsilon=0.05, gamma="scale")),
        (LINEAR, SVR(C=0.1, epsilon=0.1, kernel="linear")),
        (RIDGE, Ridge(3)),
    ],
)
def test_predictions_are_those_of_scikit_learn_on_scaled_features_and_ratings(settings, model, tmp_path):
    rated = Rated(tmp_path)
    pipeline = TransformedTargetRegressor(
        make_pipeline(StandardScaler(), model), transformer=StandardScaler()
    )
    values = rated.values.astype(float)
    pipeline.fit(values[PARTS == "train"], rated.arousal[PARTS == "train"])
    found = rated.predicted(tmp_path, settings)
    assert found["predicted"].to_numpy() == pytest.approx(pipeline.predict(values[PARTS == "test"]), abs=1e-3)
    assert found["rating"].to_numpy() == pytest.approx(rated.arousal[PARTS == "test"])


@pytest.mark.parametrize("settings", [SVR_RBF, RIDGE, FOREST, "training_mean"])
def test_no_rating_of_the_validation_or_test_part_moves_a_prediction(settings, tmp_path):
    rated = Rated(tmp_path)
    before = rated.predicted(tmp_path, settings)["predicted"]
    for part, moves in (("validation", False), ("test", False), ("train", True)):
        changed = rated.arousal.copy()
        changed[np.flatnonzero(part == PARTS)[0]] += 1
        rated.rate(changed)
        after = rated.predicted(tmp_path, settings)["predicted"]
        assert before.equals(after) != moves, part


def test_the_baselines_are_the_mean_of_the_training_part_and_an_oracle_that_knows_the_tested(tmp_path):
    rated = Rated(tmp_path)
    found = rated.predicted(tmp_path, "training_mean")
    assert found["predicted"].to_numpy() == pytest.approx([rated.arousal[PARTS == "train"].mean()] * 8)
    found = rated.predicted(tmp_path, "speaker_mean")
    speakers = store.read(rated.corpus.manifest).set_index("utterance_id")["speaker"]
    mean = found.groupby(found["utterance_id"].map(speakers))["rating"].transform("mean")
    assert found["predicted"].to_numpy() == pytest.approx(mean.to_numpy())


def test_what_is_not_rated_is_neither_learnt_nor_scored(tmp_path):
    rated = Rated(tmp_path)
    arousal = rated.arousal.copy()
    arousal[[0, 1, 20]] = np.nan
    rated.rate(arousal)
    for settings in (SVR_RBF, RIDGE):
        found = rated.predicted(tmp_path, settings, dimensions=("arousal", "valence"))
        skipped = found[found["status"] == "skipped"]
        assert list(skipped["utterance_id"]) == ["made/020"]
        assert list(skipped["reason"]) == ["no rating of arousal to compare with"]
        assert skipped["predicted"].isna().all()
        assert found.loc[found["status"] == "ok", "predicted"].notna().all()
        # each dimension is learnt from all that are rated in it
        alone = rated.predicted(tmp_path, settings, dimensions=("valence",))["predicted"].to_numpy()
        both = found.loc[found["dimension"] == "valence", "predicted"].to_numpy()
        assert np.array_equal(both, alone)
    kept = np.isfinite(arousal) & (PARTS == "train")
    model = TransformedTargetRegressor(Ridge(3), transformer=StandardScaler())
    scaler = StandardScaler().fit(rated.values[PARTS == "train"].astype(float))
    model.fit(scaler.transform(rated.values[kept].astype(float)), arousal[kept])
    found = rated.predicted(tmp_path, RIDGE)["predicted"].dropna().to_numpy()
    tested = (PARTS == "test") & np.isfinite(arousal)
    assert found == pytest.approx(
        model.predict(scaler.transform(rated.values[tested].astype(float))), abs=1e-3
    )


def test_ratings_that_are_all_alike_cannot_be_learnt_and_the_message_says_where_to_look(tmp_path):
    rated = Rated(tmp_path, arousal=np.where(PARTS == "train", 2.0, 4.0))
    found = rated.predicted(tmp_path, RIDGE, dimensions=("arousal", "valence"))
    of_arousal = found[found["dimension"] == "arousal"]
    words = "the training part of fold 0 has 12 rated, all alike in arousal; a regressor needs two ratings"
    assert set(of_arousal["reason"]) == {words}
    assert set(found.loc[found["dimension"] == "valence", "status"]) == {"ok"}
    with pytest.raises(SarangiError, match=r"no regressor could be trained in any fold; .*all alike"):
        rated.predicted(tmp_path, RIDGE)


def test_another_corpus_is_predicted_whole_by_each_run_scaled_by_the_training_part(tmp_path):
    rated, other = Rated(tmp_path), Rated(tmp_path, "other", seed=3)
    within, transfer = rated.predicted(tmp_path, FOREST, other)
    assert len(transfer) == CLIPS * 2
    # the other corpus is a copy of this one
    tested = transfer[transfer["utterance_id"].str[-3:].astype(int) >= 16]
    assert within["predicted"].to_numpy() == pytest.approx(tested["predicted"].to_numpy())


@pytest.mark.parametrize("settings", [RIDGE, "training_mean"])
def test_a_protocol_that_cannot_be_made_leaves_each_utterance_its_reason(settings, tmp_path):
    rated = Rated(tmp_path)
    rows = pd.DataFrame({"utterance_id": rated.corpus.ids, "leaks": False, "status": "failed", "fold": 0})
    rows = rows.assign(part="unused", reason="cannot be made: one group")
    store.write(rated.protocol, rows, PROTOCOL, MADE_BY_TEST)
    found = rated.predicted(tmp_path, settings)
    assert len(found) == CLIPS
    assert set(found["reason"]) == {"cannot be made: one group"}
    assert found["predicted"].isna().all()
