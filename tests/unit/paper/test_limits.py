"""What scores do not show, and the notes that say so below tables."""

import html
import json
from pathlib import Path

import pandas as pd
import pytest
from support.labels import NO_LIMITS, labels
from support.places import MADE_BY_TEST, to
from support.study_tables import REPORTED, TITLES, files, scored  # noqa: F401  (fixture)

from sarangi.audit.protocol import protocol_audit
from sarangi.audit.rows import Audited
from sarangi.base import store
from sarangi.base.auditing import SHARED_SPEAKERS, SHARED_TEXTS
from sarangi.base.limit_sources import LimitSources
from sarangi.base.manifest_rows import MANIFEST
from sarangi.paper.limit_notes import limit_notes
from sarangi.paper.limits import (
    FewGroups,
    FewTexts,
    OneEmotion,
    Seedless,
    Shared,
    WordsTellNothing,
    limits_of_scores,
    limits_of_transcripts,
)
from sarangi.paper.tables.scores import scores_table

EMOTIONS = ("angry", "happy", "sad")
PUBLISHER = {"kind": "publisher", "leaks": False}


def manifest(path, clips):
    """A manifest of (group, speaker, emotion, text, part) each."""
    blank = dict.fromkeys(MANIFEST.names) | {"shard": 0, "file": "x", "status": "ok", "corpus": path.stem}
    names = ("group", "speaker", "emotion", "text", "part")
    rows = [
        blank
        | dict(zip(names, clip, strict=True))
        | {"utterance_id": f"{path.stem}/{n:03}", "sha256": str(n)}
        for n, clip in enumerate(clips)
    ]
    store.write(path, pd.DataFrame(rows), MANIFEST, MADE_BY_TEST)
    return path


@pytest.fixture
def sources(tmp_path):
    """Corpora as RAVDESS, URDU and MELD are: fixed sentences, one emotion a speaker, recurring speakers."""
    clips = {
        # two sentences in every emotion; one of four actors is tested
        "ravdess": [
            (f"A{actor}", f"A{actor}", emotion, text, "test" if actor == 3 else "train")
            for actor in range(4)
            for emotion in EMOTIONS
            for text in ("kids", "dogs")
        ],
        # two of three groups have one emotion; no text is known
        "urdu_latif": [
            *(("S0", "S0", "angry", None, "train") for _ in range(3)),
            *(("S1", "S1", "happy", None, "test") for _ in range(2)),
            *(("S2", "S2", emotion, None, "train") for emotion in EMOTIONS),
            # of one clip nothing can be said
            *((f"S{n}", f"S{n}", "sad", None, "train") for n in range(3, 9)),
        ],
        # dialogues, in which a speaker and a text come again
        "meld": [
            ("d0", "Ross", "angry", "no", "train"),
            ("d0", "Joey", "happy", "ha", "train"),
            ("d1", "Joey", "sad", "oh", "validation"),
            # one dialogue of four has one emotion, which is not most
            *(("d3", "Phoebe", "happy", "la", "train") for _ in range(2)),
            ("d2", "Ross", "angry", "no", "test"),
            ("d2", "Gunther", "happy", "well", "test"),
            ("d2", "Gunther", "sad", "alas", "test"),
        ],
    }
    manifests, audits = {}, {}
    for corpus, rows in clips.items():
        manifests[corpus] = manifest(tmp_path / f"{corpus}.parquet", rows)
        audits[corpus] = {"publisher": str(tmp_path / f"{corpus}_audit.parquet")}
        protocol_audit(
            Audited(manifests[corpus]), "publisher", PUBLISHER, None, to(audits[corpus]["publisher"])
        )
    reading, seedless = ("fusion",), {"svm": "SVM", "svm_too": "SVM", "logistic": "LR"}
    return LimitSources({name: str(path) for name, path in manifests.items()}, audits, reading, seedless)


def shown(*rows):
    """Rows of scores of (corpus, corpus tested, model, groups, mark)."""
    columns = ("corpus", "test", "model", "groups", "mark")
    return pd.DataFrame(rows, columns=columns).assign(protocol="publisher")


TEXTS_OF_RAVDESS = Shared(SHARED_TEXTS, "ravdess", 2, 2, 1, 1)
SHARED_OF_MELD = [Shared(SHARED_SPEAKERS, "meld", 1, 2, 1, 1), Shared(SHARED_TEXTS, "meld", 1, 3, 1, 1)]


@pytest.mark.parametrize(
    ("rows", "limits"),
    [
        # words tell nothing of RAVDESS, and that matters to a model that reads them
        (
            [("ravdess", "ravdess", "fusion", 24, "")],
            [WordsTellNothing("ravdess", 2), TEXTS_OF_RAVDESS],
        ),
        ([("ravdess", "ravdess", "audio", 24, "")], [TEXTS_OF_RAVDESS]),
        # a text of MELD is said in one emotion or another
        ([("meld", "meld", "fusion", 280, "")], SHARED_OF_MELD),
        # where groups are shared the mark says so, and speakers are not said again
        ([("meld", "meld", "fusion", 280, "groups shared")], SHARED_OF_MELD[1:]),
        ([("urdu_latif", "urdu_latif", "audio", 28, "")], [OneEmotion("urdu_latif", 2, 3)]),
        # a transfer has no protocol of its own; what it is trained on matters, too
        (
            [("ravdess", "urdu_latif", "fusion", 28, "")],
            [WordsTellNothing("ravdess", 2), OneEmotion("urdu_latif", 2, 3)],
        ),
        (
            [
                ("meld", "meld", "svm", 3, "descriptive interval"),
                ("meld", "meld", "svm_too", 6, "untrained weights; descriptive interval"),
                ("meld", "meld", "audio", 9, ""),
            ],
            [FewGroups("meld", 3, 6), *SHARED_OF_MELD, Seedless("SVM")],
        ),
        # what predicted nothing shows nothing
        ([("ravdess", "ravdess", "fusion", 0, "descriptive interval")], []),
    ],
)
def test_a_limit_is_there_where_it_holds_and_nowhere_else(rows, limits, sources):
    assert limits_of_scores(shown(*rows), sources) == limits


def test_of_several_protocols_the_largest_share_is_said_and_how_many_have_any(sources, tmp_path):
    apart = {"kind": "held_out", "by": "text", "test": [["alas"]], "leaks": True}
    path = tmp_path / "by_text.parquet"
    protocol_audit(Audited(Path(sources.manifests["meld"])), "by_text", apart, None, to(path))
    sources.audits["meld"]["by_text"] = str(path)
    both = pd.concat(
        [shown(("meld", "meld", "audio", 9, "")).assign(protocol=p) for p in ("publisher", "by_text")]
    )
    texts = limits_of_scores(both, sources)[-1]
    assert texts == Shared(SHARED_TEXTS, "meld", 1, 3, 1, 2)
    (note,) = limit_notes([texts], labels())
    assert note.endswith("1 of 3 for MELD (under 1 of 2 protocols).")


def test_few_texts_are_no_test_of_speech_recognition(sources, tmp_path):
    many = manifest(tmp_path / "many.parquet", [("g", "s", "sad", f"text {n}", None) for n in range(30)])
    manifests = {"ravdess": sources.manifests["ravdess"], "urdu_latif": sources.manifests["urdu_latif"]}
    limits = limits_of_transcripts(manifests | {"meld": many})
    assert limits == [FewTexts("ravdess", 2)]
    assert limit_notes(limits, labels()) == [
        "WER and CER do not measure speech recognition on RAVDESS (2 different texts)."
    ]


def test_a_sentence_names_all_corpora_of_a_limit_and_is_said_once():
    limits = [
        FewGroups("ravdess", 6, 6), FewGroups("urdu_latif", 3, 5), OneEmotion("urdu_latif", 25, 28),
        OneEmotion("shemo", 9, 10), OneEmotion("meld", 3, 4), WordsTellNothing("ravdess", 1),
        Seedless("SVM"), Seedless("LR"),
    ]  # fmt: skip
    notes = limit_notes(limits, labels())
    assert [note.split(":")[0] for note in notes] == [
        "Groups that a descriptive interval is over",
        "Most groups of two or more clips have one emotion alone in URDU (25 of 28), ShEMO (9 of 10) and "
        "MELD (3 of 4)",
        "Every text is said in every emotion in RAVDESS (1 text), so words cannot tell the emotion there",
        "SVM and LR draw nothing at random",
    ]  # fmt: skip
    assert notes[0].endswith(": 6 for RAVDESS and 3 to 5 for URDU.")
    assert limit_notes([], labels()) == []


def test_a_table_shows_its_limits_in_every_form(files, sources):
    values = dict.fromkeys([(metric, "pooled") for metric in REPORTED], 0.8)
    known = {"protocol": "publisher", "groups": 3}
    path = scored("publisher_svm", values, "descriptive interval", **known)
    titles = labels(
        protocols=TITLES["protocols"] | {"publisher": "publisher's parts"}, models=TITLES["models"]
    )
    scores_table([path], [], [], NO_LIMITS, titles, files("scores"))
    before = len(json.loads(Path("paper/tables/scores.json").read_text())["notes"])
    scores_table([path], [], [], sources, titles, files("scores"))
    notes = json.loads(Path("paper/tables/scores.json").read_text())["notes"]
    assert len(notes) == before + 2
    for words in ("is over: 3 for URDU.", "in URDU (2 of 3): whoever", "SVM draws nothing at random"):
        assert sum(words in note for note in notes) == 1
        for suffix in ("tex", "md", "html"):
            assert html.unescape(Path(f"paper/tables/scores.{suffix}").read_text()).count(words) == 1
