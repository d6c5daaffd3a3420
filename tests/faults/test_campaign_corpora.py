"""Three tries of the campaign against corpora; ``python tests/faults/campaign_corpora.py`` does all."""

import pytest
from campaign_corpora import CAMPAIGN


@pytest.mark.parametrize(
    "name",
    [
        "a tar whose names begin with a dot",
        "a recording that became a folder a pipe or a link to nothing",
        "headers of no channels no rate no bits",
    ],
)
def test_a_try_is_survived(name, tmp_path):
    assert CAMPAIGN.outcome(name, tmp_path / "try") is None
