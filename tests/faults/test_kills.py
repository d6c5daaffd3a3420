"""Five kills of a study without networks; ``python tests/faults/kills.py`` does fifty of every stage."""

import yaml
from conftest import ROOT, smallest
from kills import kills


def test_five_kills_at_random_moments_change_no_byte(tmp_path):
    study = smallest(yaml.safe_load((ROOT / "demo/config.yaml").read_text()))
    hit, lost, _ = kills(5, seed=20, folder=tmp_path, base=study)
    assert sum(hit.values()) == 5
    assert lost == []
