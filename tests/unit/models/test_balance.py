"""What makes up for rare emotions: from the training part alone, as many of each, logits as published."""

import numpy as np
import pandas as pd
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from sklearn.linear_model import LogisticRegression
from support.small_training import corpus, encoder, trained  # noqa: F401  (fixtures)

from sarangi.models import choosing, training
from sarangi.models.balance import LOGIT_ADJUSTMENT, OVERSAMPLE, UNDERSAMPLE, drawn_alike, log_shares
from sarangi.models.fusion import EmotionClassifier
from sarangi.models.training import Model, Task, model_of

RARE = np.array(["angry"] * 30 + ["happy"] * 12 + ["sad"] * 6, dtype=object)
LOGISTIC = {"kind": "logistic", "C": 1.0, "class_weight": None, "max_iter": 500}
LINEAR = {"kind": "svm_linear", "C": 0.1, "class_weight": None}


@given(st.lists(st.sampled_from("abc"), min_size=1, max_size=60), st.integers(0, 99))
def test_every_emotion_has_as_many(emotions, seed):
    counts = pd.Series(emotions).value_counts()
    for method, each in ((OVERSAMPLE, counts.max()), (UNDERSAMPLE, counts.min())):
        places = drawn_alike(emotions, method, seed)
        assert (pd.Series(emotions)[places].value_counts() == each).all()
        assert (places == drawn_alike(emotions, method, seed)).all()
    assert set(drawn_alike(emotions, OVERSAMPLE, seed)) == set(range(len(emotions)))  # none is lost
    assert not pd.Series(drawn_alike(emotions, UNDERSAMPLE, seed)).duplicated().any()


def fitted(settings, inputs, groups=None, seed=None):
    rows = pd.DataFrame({"emotion": RARE, "group": groups if groups is not None else np.arange(len(RARE))})
    task = Task("e", model_of(settings), seed, {})
    return training._fitted(task, inputs, rows, "here", 1)


def features(seed=0):
    draw = np.random.default_rng(seed)
    return draw.normal(size=(len(RARE), 4)) + 0.7 * np.array(
        [[{"angry": 0, "happy": 1, "sad": 2}[e]] for e in RARE]
    )


@pytest.mark.parametrize("method", [OVERSAMPLE, UNDERSAMPLE])
def test_a_classifier_learns_from_the_drawn_clips_and_a_kernel_goes_by_them(method):
    train, test = features(), features(1)
    places = drawn_alike(RARE, method, 0)
    plain = LogisticRegression(C=1.0, max_iter=500).fit(train[places], RARE[places])
    model = Model(*model_of(LOGISTIC | {"balance": method}))
    answers = training._predicted(
        model.classifier, fitted(LOGISTIC | {"balance": method}, train), test, list(set(RARE))
    )
    assert (answers == plain.predict(test)).all()
    # the same machine, by kernels and by features
    kind = model_of(LINEAR | {"balance": method}).classifier
    found = fitted(LINEAR | {"balance": method}, train @ train.T)
    expected = kind.estimator(0.1, None, 1).fit(train[places] @ train[places].T, RARE[places])
    answers = training._predicted(kind, found, test @ train.T, list(set(RARE)))
    assert (answers == expected.predict(test @ train[places].T)).all()


def test_the_inner_folds_draw_from_their_own_training_part_alone(monkeypatch):
    seen = []

    class Watched(LogisticRegression):
        def fit(self, inputs, emotions):
            seen.append(inputs[:, 0].astype(int))
            return super().fit(inputs, emotions)

        def predict(self, inputs):
            # no clip that answers was learnt from, not even as a copy
            assert not set(inputs[:, 0].astype(int)) & set(seen[-1])
            return super().predict(inputs)

    inputs = np.column_stack([np.arange(len(RARE)), features()])
    settings = LOGISTIC | {"C": [0.1, 1.0], "inner_folds": 3, "balance": OVERSAMPLE}
    kind = model_of(settings).classifier
    monkeypatch.setattr(kind, "estimator", lambda c, seed, threads: Watched(C=c, max_iter=50))
    choosing.choose(kind, inputs, RARE, np.arange(len(RARE)) % 6, 0)
    assert len(seen) == 6
    for clips in seen:
        assert pd.Series(RARE[clips]).value_counts().nunique() == 1
        assert pd.Series(clips).duplicated().any()


def test_scores_are_moved_by_the_shares_of_the_training_part():
    # an independent implementation: the Bayes rule for a test part in which every emotion is as likely
    train, test = features(), features(1)
    found = fitted(LOGISTIC | {"balance": LOGIT_ADJUSTMENT}, train)
    plain = LogisticRegression(C=1.0, max_iter=500).fit(train, RARE)
    shares = np.array([np.mean(each == RARE) for each in plain.classes_])
    alike = plain.predict_proba(test) / shares
    kind = model_of(LOGISTIC | {"balance": LOGIT_ADJUSTMENT}).classifier
    answers = training._predicted(kind, found, test, list(set(RARE)))
    assert (answers == plain.classes_[alike.argmax(1)]).all()
    assert (answers != plain.predict(test)).any()
    two = training._predicted(kind, found, test, ["angry", "sad"])
    assert (two == plain.classes_[[0, 2]][alike[:, [0, 2]].argmax(1)]).all()


def test_a_network_learns_with_adjusted_logits_and_answers_with_its_own():
    # equation 10: softplus of the margin to the other class, log of the odds of the shares added
    shares = torch.tensor(log_shares(["a"] * 9 + ["b"], ["a", "b"]), dtype=torch.float32)
    assert shares.exp().tolist() == pytest.approx([0.9, 0.1])
    network = EmotionClassifier(
        None, type("B", (torch.nn.Module,), {"width": 2})(), None, 2, 0.0, None, shares
    )
    logits, labels = torch.tensor([[0.3, -0.2], [1.0, 0.5]]), torch.tensor([0, 1])
    loss = torch.nn.functional.cross_entropy(network.as_learnt(logits), labels, reduction="none")
    margins = [-0.2 - 0.3 + np.log(0.1 / 0.9), 1.0 - 0.5 + np.log(0.9 / 0.1)]
    assert loss.tolist() == pytest.approx(np.log1p(np.exp(margins)), rel=1e-6)
    assert "adjusted" not in network.state_dict()


def test_a_run_draws_from_its_training_part_and_tests_the_same_clips(corpus, encoder, tmp_path):
    from sarangi.base import store

    plain = trained(corpus, encoder, tmp_path / "plain", max_epochs=1, class_weights=False)
    for method in (OVERSAMPLE, LOGIT_ADJUSTMENT):
        run = trained(corpus, encoder, tmp_path / method, max_epochs=1, class_weights=False, balance=method)
        tables = [store.read(each["predictions"]) for each in (plain, run)]
        pd.testing.assert_series_equal(tables[0]["utterance_id"], tables[1]["utterance_id"])
        again = trained(
            corpus, encoder, tmp_path / f"{method}2", max_epochs=1, class_weights=False, balance=method
        )
        assert run["model"].read_bytes() == again["model"].read_bytes()
