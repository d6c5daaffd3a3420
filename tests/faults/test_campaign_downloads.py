"""Three tries of the campaign against downloads; ``python tests/faults/campaign_downloads.py`` does all."""

import pytest
from campaign_downloads import CAMPAIGN


@pytest.mark.parametrize(
    "name",
    ["the rest is longer than its range", "a proxy that drips", "a repository that leads to a file"],
)
def test_a_try_is_survived(name, tmp_path):
    assert CAMPAIGN.outcome(name, tmp_path / "try") is None
