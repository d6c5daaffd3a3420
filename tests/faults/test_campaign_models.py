"""Some tries of the campaign of models, each of another kind."""

import pytest
from campaign_models import CAMPAIGN


@pytest.mark.parametrize(
    "name",
    ["tensors: nan", "tokeniser: a frame of nobody", "run setting: seconds of infinity", "card: texts"],
)
def test_a_try_of_the_campaign_survives(name, tmp_path):
    assert CAMPAIGN.outcome(name, tmp_path / "try") is None
