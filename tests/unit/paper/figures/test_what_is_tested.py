"""The figure of what a number rests on."""

import matplotlib.patches
import pandas as pd
import pyarrow as pa
import pytest
from support.labels import labels
from support.score_files import drawn  # noqa: F401  (fixture)
from support.study_tables import put

from sarangi.paper.figures.page import pyplot
from sarangi.paper.figures.what_is_tested import UNKNOWN, what_is_tested_figure

MANIFEST = pa.schema([(name, pa.string()) for name in ("utterance_id", "speaker", "emotion")])
FOLDS = pa.schema([("utterance_id", pa.string()), ("part", pa.string())])
TITLES = {"protocols": {"loso": "leave one speaker out", "random5": "random 5-fold", "half": "half of it"}}
SAID = [("a", "happy"), ("a", "happy"), ("a", "sad"), ("b", "happy"), ("c", "sad")]


@pytest.fixture
def parts(tmp_path):
    """Two protocols that test every utterance, and one that tests two of them."""

    def made(said):
        rows = [(f"u{place}", *who) for place, who in enumerate(said)]
        manifest = put(tmp_path / "manifest.parquet", MANIFEST, pd.DataFrame(rows, columns=MANIFEST.names))
        found = []
        for name in TITLES["protocols"]:
            tests = range(2 if name == "half" else len(said))
            lines = [(f"u{place}", "test" if place in tests else "train") for place in range(len(said))]
            folds = put(tmp_path / f"{name}.parquet", FOLDS, pd.DataFrame(lines, columns=FOLDS.names))
            part = {"corpus": "ravdess", "protocol": name, "manifest": str(manifest), "folds": str(folds)}
            found.append(part)
        return found

    return made


def test_cells_add_up_to_what_is_tested_and_absent_ones_are_hatched(parts, monkeypatch):
    kept = []
    monkeypatch.setattr(pyplot, "close", kept.append)
    what_is_tested_figure(parts(SAID), labels(**TITLES), {})
    (figure,) = kept
    whole, half, _ = figure.axes
    numbers = [int(text.get_text()) for text in whole.texts]
    assert sorted(numbers) == [1, 1, 1, 2] and sum(numbers) == len(SAID)
    hatched = [p for p in whole.patches if isinstance(p, matplotlib.patches.Rectangle) and p.get_hatch()]
    assert len(hatched) + len(numbers) == 3 * 2
    # of the part with one speaker and one emotion the other emotion of the corpus is seen to be absent
    assert [text.get_text() for text in half.texts] == ["2"]
    assert [text.get_text() for text in half.get_xticklabels()] == ["happy", "sad"]


def test_protocols_that_test_the_same_share_a_panel_and_unknown_speakers_are_said(parts, drawn):
    texts = drawn(lambda: what_is_tested_figure(parts(SAID), labels(**TITLES), {}))
    assert "leave one speaker out random 5-fold 5 utterances, 3 speakers, largest cell 2" in texts
    assert "half of it 2 utterances, 1 speakers, largest cell 2" in texts
    texts = drawn(lambda: what_is_tested_figure(parts([(None, "sad")] * 3), labels(**TITLES), {}))
    assert UNKNOWN in texts and any("3 utterances, speakers unknown" in text for text in texts)
    many = [(f"s{number}", "sad") for number in range(40)]
    assert "speakers" in drawn(lambda: what_is_tested_figure(parts(many), labels(**TITLES), {}))
    assert drawn(lambda: what_is_tested_figure([], labels(), {})) == ["No test part has an utterance."]
