"""Features that a corpus publishes itself."""

import io

import numpy as np
import pytest
from scipy.io import savemat
from support.acoustics import lay, listed, values
from support.places import to

from sarangi.features.published import published_features

pytestmark = pytest.mark.filterwarnings("ignore:Segment too short")


def test_published_prosody_is_numbered_and_a_wrong_count_fails(tmp_path):
    def matlab(values):
        file = io.BytesIO()
        savemat(file, {"Feats": np.asarray(values, dtype=float)[None]})
        return file.getvalue()

    place = "Feats - Sindhi/Prosody funcs/Matfiles/{}.mat"
    vectors = {"Anger_0001": range(35), "Neutral_0002": range(34), "Sadness_0003": [np.inf] * 35}
    corpus = lay(tmp_path / "c", {place.format(name): matlab(found) for name, found in vectors.items()})
    rows = listed(corpus, "urdu_sindhi", tmp_path / "m.parquet")
    published_features(corpus, "urdu_sindhi", rows, 0, "Prosody", to(tmp_path / "f.parquet"))
    table, found = values(tmp_path / "f.parquet")
    assert list(found.columns) == [f"prosody_{n:02}" for n in range(1, 36)]
    assert found.loc["urdu_sindhi/Sindhi/Anger_0001"].tolist() == list(range(35))
    assert dict(table["reason"].dropna()) == {
        "urdu_sindhi/Sindhi/Neutral_0002": "34 values; Prosody has 35",
        "urdu_sindhi/Sindhi/Sadness_0003": "35 of 35 values are NaN or infinite, first prosody_01",
    }
