"""The loss of ratings, by itself and in networks of text, fusion, pooled states, a prefix, adapters."""

import numpy as np
import pytest
import torch
from support.places import to
from support.rated_corpus import SCALES, lin, with_ratings
from support.small_encoders import AUDIO, BOTH, WORDS, corpus, encoders, trained  # noqa: F401  (fixtures)
from support.states import SECONDS

from sarangi.base import store
from sarangi.models.concordance import concordance, concordance_loss
from sarangi.models.encoders import Encoder
from sarangi.models.fusion import EmotionClassifier, RatingRegressor
from sarangi.models.pooled_states import pooled_states
from sarangi.statistics.agreement import ccc, sums_of

POOLED = AUDIO | {"frozen_layers": "all", "layers": "weighted", "states": "pooled"}
MODELS = {
    "text": {"text": WORDS},
    "fusion": BOTH,
    "pooled": {"audio": POOLED},
    "prefix": {"audio": AUDIO | {"frozen_layers": 1, "prefix": "cached"}},
    "adapters": {"audio": AUDIO | {"adapters": {"rank": 2, "alpha": 2, "dropout": 0.1}}},
}


def test_concordance_is_that_of_lin_over_what_is_rated():
    draw = np.random.default_rng(0)
    ratings = draw.normal(0.3, 1.2, (40, 3))
    ratings[draw.random((40, 3)) < 0.2] = np.nan
    outputs = 0.6 * np.nan_to_num(ratings) + draw.normal(0.2, 0.5, (40, 3))
    found = concordance(torch.tensor(outputs), torch.tensor(ratings)).numpy()
    assert found == pytest.approx([lin(outputs[:, d], ratings[:, d]) for d in range(3)], abs=1e-12)
    scored = []
    for given, answered in zip(ratings.T, outputs.T, strict=True):  # as of what is scored
        both = ~np.isnan(given)
        scored.append(ccc(sums_of(answered[both], given[both], 0.5).sum(0)))
    assert found == pytest.approx(scored, abs=1e-12)
    assert concordance(torch.tensor(ratings[:9]), torch.tensor(ratings[:9])).numpy() == pytest.approx(1)


@pytest.mark.parametrize(
    ("outputs", "ratings"),
    [
        ([0.5, 0.5, 0.5], [0.1, 0.2, 0.9]),  # constant answers
        ([0.5, 0.5, 0.5], [0.5, 0.5, 0.5]),  # 0 over 0
        ([0.1, 0.5, 0.7], [0.5, 0.5, 0.5]),
        ([0.1, 0.5, 0.7], [np.nan, 0.2, np.nan]),
        ([0.1, 0.5, 0.7], [np.nan, np.nan, np.nan]),
    ],
)
def test_what_is_constant_or_unrated_has_concordance_0_and_a_finite_gradient(outputs, ratings):
    given = torch.tensor(outputs)[:, None].requires_grad_()
    loss = concordance_loss(given, torch.tensor(ratings)[:, None])
    loss.backward()
    assert loss.item() == 1
    assert given.grad.isfinite().all()


def test_an_output_that_is_no_number_makes_the_loss_none():
    assert concordance_loss(torch.tensor([[torch.nan], [1.0]]), torch.tensor([[0.1], [0.2]])).isnan()


@pytest.mark.parametrize("name", MODELS)
def test_each_kind_of_network_answers_ratings_and_is_opened_again(corpus, encoders, tmp_path, name):
    ratings = with_ratings(corpus, tmp_path / "corpus")
    files = None
    if name == "pooled":
        files = {"pooled_states": [tmp_path / "states.parquet"]}
        states = to(tmp_path / "states.parquet")
        pooled_states(corpus / "audio.parquet", Encoder(encoders["wavlm"]), SECONDS, 1, states)
    scales = {dimension: list(ends) for dimension, ends in SCALES.items()}
    output = trained(
        ratings, encoders, tmp_path / "run", MODELS[name] | {"dimensions": scales}, files=files,
        class_weights=False, max_epochs=1, batch=5, accumulate=2,
    )  # fmt: skip
    rows = store.read(output["predictions"])
    ok = rows[rows["status"] == "ok"]
    assert len(ok) >= 2 * 9
    assert ok["predicted"].notna().all()
    network = EmotionClassifier.from_pretrained(tmp_path / "run")
    assert isinstance(network, RatingRegressor)
    given = torch.full((4, 2), 0.5)
    assert network._loss(given, given, None).item() == 1  # what is constant
