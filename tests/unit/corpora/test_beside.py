"""What may be recordings beside those of a layout."""

import pandas as pd
import pytest
from support.manifests import listed
from support.recordings import sound
from support.small_corpora import SMALLEST, laid


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("Happy/SM1_F1_H01.flac", ".flac is not read"), ("x.MP4", ".mp4 is not read"),
        ("x.wave", ".wave is not read"), ("Happy.zip", "unpack it"), ("Happy.7z", "unpack it"),
        ("Happy.tar.zst", "unpack it"), ("x.wav.crdownload", "not whole"), ("x.wav~", "not whole"),
        ("x.wav ", "not whole"), ("x.wav.lnk", "not here"),
    ],
)  # fmt: skip
def test_what_may_be_a_recording_is_a_row_and_is_not_read(name, words, tmp_path):
    folder = laid(tmp_path / "c", SMALLEST["urdu_latif"] | {name: b"no sound"})
    found = listed(folder, tmp_path)
    assert list(found["status"].sort_values()) == ["ok", "skipped"]
    row = found.loc[f"urdu_latif/{name}"]
    assert row["status"] == "skipped"
    assert pd.isna(row["sha256"])
    assert words in row["reason"]


@pytest.mark.parametrize("corpus", SMALLEST)
def test_what_belongs_to_a_layout_and_what_is_no_recording_is_no_row(corpus, tmp_path):
    more = {
        "iemocap": {
            "Session1/dialog/avi/DivX/a.avi": b"x",
            "Session1/dialog/wav/a.wav": sound(),
        },
        "meld": {"train_splits/dia0_utt0.flac": sound(kind="FLAC")},
    }.get(corpus, {})
    plain = {
        "README.md": b"x",
        "x.wav.txt": b"x",
        "x.wav.dvc.md": b"x",
        "a/x.TextGrid": b"x",
        "x.flac.md5": b"",
    }
    folder = laid(tmp_path / "c", SMALLEST[corpus] | more | plain)
    assert list(listed(folder, tmp_path, corpus)["status"]) == ["ok"]
