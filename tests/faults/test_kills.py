"""Five kills; ``python tests/faults/kills.py`` does fifty."""

from kills import kills


def test_five_kills_at_random_moments_change_no_byte(tmp_path):
    hit, lost = kills(5, seed=20, folder=tmp_path)
    assert sum(hit.values()) == 5
    assert lost == []
