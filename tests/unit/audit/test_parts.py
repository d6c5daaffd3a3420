"""What hangs together with the parts of a corpus's speakers."""

import pandas as pd

from sarangi.audit.parts import parts_of_speakers


def corpus(**changed):
    """Sixteen speakers in four sessions, of two genders in each, every one with both emotions."""
    rows = [
        {"group": f"s{n}", "speaker": f"s{n}", "session": str(n // 4), "gender": ("female", "male")[n % 2],
         "age": None, "language": "ur", "emotion": emotion, "part": None, "sample_rate": 16_000,
         "channels": 1}
        for n in range(16) for emotion in ("angry", "sad")
    ]  # fmt: skip
    table = pd.DataFrame(rows)
    return table.assign(**{name: make(table) for name, make in changed.items()})


def found(table):
    return {
        (check, subject): (value, verdict) for check, subject, value, verdict, _ in parts_of_speakers(table)
    }


def test_parts_that_differ_in_nothing_else_only_have_their_counts():
    assert found(corpus()) == {
        ("speakers_of_part", "gender female"): (8, "ok"),
        ("speakers_of_part", "gender male"): (8, "ok"),
    }


def test_a_gender_that_is_a_session_or_a_sample_rate_is_named():
    male = lambda table: table["gender"].eq("male")  # noqa: E731
    rows = found(corpus(
        session=lambda t: t["session"].where(male(t), t["session"] + "f"),
        sample_rate=lambda t: t["sample_rate"] + 6_000 * male(t),
    ))  # fmt: skip
    assert rows["part_confounded", "gender by session"] == (8, "warning")
    assert rows["part_confounded", "gender by sample_rate"] == (2, "warning")
    # a session of his own tells who a speaker is, and is no further fault
    assert ("part_confounded", "gender by session") not in found(corpus(session=lambda t: t["speaker"]))


def test_few_speakers_and_emotions_of_one_part_alone_are_named():
    few = corpus(language=lambda t: t["group"].map(lambda name: "pa" if name in ("s0", "s1") else "ur"))
    few = few[(few["language"] == "ur") | (few["emotion"] == "sad")]
    rows = found(few)
    assert rows["speakers_of_part", "language pa"] == (2, "warning")
    assert rows["part_confounded", "language by emotion"] == (1, "note")
    assert ("speakers_of_part", "age") not in {(check, subject.split()[0]) for check, subject in rows}
