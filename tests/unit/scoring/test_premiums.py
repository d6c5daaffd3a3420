"""The premium of a split."""

import numpy as np
import pandas as pd
import pytest
from support.places import MADE_BY_TEST, to
from support.score_files import FOUR

from sarangi.base import store
from sarangi.base.bootstrap import BootstrapSettings
from sarangi.base.premium_rows import MATCHED_FOLDS
from sarangi.base.scored import PremiumPair, PremiumSide
from sarangi.scoring.premiums import premiums


def test_a_premium_is_paired_over_groups(tmp_path):
    """Both sides lose a happy clip of every other group, and one side an angry clip of each group."""
    from sarangi.base.manifest_rows import MANIFEST
    from sarangi.models.predictions import predictions_schema

    clips = [(f"S{group}", f"made/S{group}_{n}", FOUR[n % 2]) for group in range(10) for n in range(4)]
    manifest = pd.DataFrame(
        [
            dict.fromkeys(MANIFEST.names)
            | {"utterance_id": u, "corpus": "made", "speaker": g, "group": g, "emotion": e}
            | {"shard": 0, "file": "x", "status": "ok"}
            for g, u, e in clips
        ]
    )  # fmt: skip
    store.write(tmp_path / "manifest.parquet", manifest, MANIFEST, MADE_BY_TEST)
    sides = {}
    for side, mean in (("shared", True), ("apart", False)):
        rows = [
            {
                "utterance_id": u, "fold": n % 2 if mean else int(g[1]), "seed": None, "status": "ok",
                "reason": None, "emotion": e, "predicted": FOUR[0] if n % 8 == 1 else e,
            }
            for n, (g, u, e) in enumerate(clips)
        ]  # fmt: skip
        schema = predictions_schema(FOUR[:2])
        path = tmp_path / f"{side}.parquet"
        if side == "apart":
            for row in rows[::4]:
                row["predicted"] = FOUR[1]
        frame = pd.DataFrame(rows).assign(p_angry=np.nan, p_happy=np.nan).astype({"seed": "Int32"})
        store.write(path, frame.sort_values(["utterance_id", "fold"]), schema, MADE_BY_TEST)
        sides[side] = PremiumSide(side, [path], mean)
    output = tmp_path / "premiums.parquet"
    pair = PremiumPair("made", "m1", MATCHED_FOLDS, **sides)
    settings = BootstrapSettings(draws=200, seed=1, confidence=0.95)
    premiums([pair], {"made": tmp_path / "manifest.parquet"}, settings, to(output))
    found = store.read(output).set_index("metric")
    # each side depends on the groups drawn; the recall of angry differs by 1/2 in all of them, so UAR by 1/4
    assert found.loc["uar", ["value", "low", "high"]].tolist() == pytest.approx([0.25] * 3)
    assert found.loc["uar", ["n", "groups", "mark", "folds"]].tolist() == [40, 10, "", MATCHED_FOLDS]
