"""The table of what is not available here."""

from support.labels import labels
from support.study_tables import files, rows_of  # noqa: F401  (fixtures)

from sarangi.base.missing import CORPUS, FOLDS, TRANSCRIPTS, WEIGHTS, Missing
from sarangi.paper.tables.availability import availability_table


def row(kind, name, title, advice):
    place = f"corpora.{name}" if kind == "corpus" else f"encoders.{name}"
    state = "not available" if advice else "used"
    about = {"licence": "MIT", "access": "open", "source": "somewhere", "entry": place}
    return about | {"kind": kind, "name": name, "title": title, "advice": advice, "state": state}


def test_all_that_is_missing_has_one_line_with_what_to_do_and_how_many_need_it(files):
    rows = [
        row("corpus", "meld", "", "get it"), row("corpus", "ravdess", "", ""),
        row("speech encoder", "xlsr", "XLS-R-300M", "fetch it"), row("Whisper", "base", "base", "run it"),
    ]  # fmt: skip
    needed = [
        (Missing(CORPUS, "meld", "get it", "MELD"), 7), (Missing(FOLDS, "emobox", "put it", "EmoBox"), 2),
        (Missing(TRANSCRIPTS, "base", "run it", "base"), 3), (Missing(WEIGHTS, "xlsr", "fetch it"), 4),
    ]  # fmt: skip
    availability_table(rows, needed, labels(), files("availability"), files("absent"))
    assert [tuple(line["cells"].values()) for line in rows_of("absent")] == [
        ("corpus", "MELD", "get it", "7"), ("speech encoder", "XLS-R-300M", "fetch it", "4"),
        ("Whisper", "base", "run it", "3"), ("folds", "EmoBox", "put it", "2"),
    ]  # fmt: skip
    assert [line["cells"]["In this build"] for line in rows_of("availability")].count("not available") == 3
