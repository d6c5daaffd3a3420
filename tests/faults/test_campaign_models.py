"""Some tries of the campaign of models, each of another kind."""

import campaign_models
import pytest


@pytest.mark.parametrize(
    "name",
    ["tensors: nan", "tokeniser: a frame of nobody", "run_setting: seconds of infinity", "card: texts"],
)
def test_a_try_of_the_campaign_survives(name):
    assert campaign_models.outcome(name) == "survived"
