"""Tables as people write them, and the paths in them: read as they are meant, or said what is wrong."""

import pytest
from support.recordings import zipped

from sarangi.base.errors import SarangiError
from sarangi.sources.source import Source
from sarangi.sources.tables import (
    OWN,
    PathError,
    Row,
    file_of,
    names_nobody,
    refuse_two_spellings,
    table_rows,
)

COLUMNS = ("path", "speaker")


def rows(text, tmp_path):
    (tmp_path / "t.csv").write_text(text, newline="")
    with Source(tmp_path) as source:
        return list(table_rows(source, "t.csv", COLUMNS, OWN))


def test_blanks_case_and_empty_rows_do_not_matter(tmp_path):
    text = "\ufeffID, Path ,SPEAKER\n1,a.wav,s1 \n2,b.wav,\u00a0s1\u200b\n,,\n\n3,c.wav,Jose\u0301\n4,d.wav\n"
    found = rows(text, tmp_path)
    assert [row.cells["speaker"] for row in found] == ["s1", "s1", "José", ""]
    assert [row.line for row in found] == [2, 3, 6, 7]
    assert not any(row.problem for row in found)


@pytest.mark.parametrize(
    ("head", "words"),
    [
        ("path;speaker", "separated by semicolons, expected commas"),
        ("path\tspeaker", "separated by tabs"),
        ('"path";"speaker";"note, if any"', "separated by semicolons"),
        ("path,speaker,Path", "column path appears more than once"),
        ("path,talker", "no column speaker; found path, talker"),
        ("id", "no column path, speaker; found id"),
    ],
)
def test_a_header_that_is_not_the_one_is_refused_with_advice_about_the_users_own_table(head, words, tmp_path):
    with pytest.raises(SarangiError, match=words) as refused:
        rows(f"{head}\na.wav;s1\n", tmp_path)
    assert "publisher" not in str(refused.value)
    assert "t.csv:1:" in str(refused.value)


def test_a_row_whose_cells_nobody_can_assign_says_so_alone(tmp_path):
    found = rows("path,speaker\na.wav,s1\npath,Speaker\nb,c.wav,s1\nd.wav,s2,\n", tmp_path)
    assert [bool(row.problem) for row in found] == [False, True, True, False]
    assert "header is repeated here" in found[1].problem
    assert "3 cells, and the header has 2" in found[2].problem


def test_a_quote_that_is_never_closed_is_no_end_of_the_table(tmp_path):
    with pytest.raises(SarangiError, match=r"t\.csv:4: not a table that can be read"):
        rows('path,speaker\na.wav,s1\n"b.wav,s1\nc.wav,s2\n', tmp_path)


@pytest.mark.parametrize("second", ["S1", "s01", "s1\u00a0 x", "\u04551"])
def test_one_name_written_in_two_ways_is_refused(second, tmp_path):
    found = rows(f"path,speaker\na.wav,s1\nb.wav,s1 x\nc.wav,s2\nd.wav,{second}\n", tmp_path)
    with pytest.raises(SarangiError, match=r"line [23]\) and .* \(line 5\) seem to be one"):
        refuse_two_spellings("t.csv", "speaker", found)


@pytest.mark.parametrize("names", [("s1", "s10", "s100"), ("1", "0", "10"), ("राम", "रम"), ("a b", "ab")])
def test_names_that_differ_are_not_taken_for_one(names, tmp_path):
    found = rows("path,speaker\n" + "".join(f"a.wav,{name}\n" for name in names), tmp_path)
    refuse_two_spellings("t.csv", "speaker", found)


@pytest.fixture
def corpus(tmp_path):
    """A corpus with a table in a folder, a secret beside it, and a link of the user's."""
    for name in ("secret.wav", "c/lists/x.wav", "c/a/B.WAV", "c/a/two.wav", "c/a/Two.wav", "store/y.wav"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    (tmp_path / "c/Jos\u00e9.wav").touch()
    (tmp_path / "c/store").symlink_to(tmp_path / "store")
    (tmp_path / "link").symlink_to("c")
    return tmp_path


@pytest.mark.parametrize(
    ("written", "found"),
    [
        ("x.wav", "lists/x.wav"), ("./x.wav", "lists/x.wav"), ("../a/b.wav", "a/B.WAV"),
        ("..\\a\\B.WAV", "a/B.WAV"), ("../../c/a/B.WAV", None), ("../Jose\u0301.wav", "Jos\u00e9.wav"),
        ("../store/y.wav", "store/y.wav"), ("../a/two.wav", "a/two.wav"),
    ],
)  # fmt: skip
def test_a_path_is_that_of_a_file_of_the_corpus(written, found, corpus):
    for place in ("c", "link"):
        with Source(corpus / place) as source:
            if found is None:
                with pytest.raises(PathError):
                    file_of(source, "lists/t.csv", written)
            else:
                assert file_of(source, "lists/t.csv", written) == found


def test_an_absolute_path_is_followed_into_the_corpus_alone(corpus):
    with Source(corpus / "link") as source:
        assert file_of(source, "lists/t.csv", str(corpus / "c/a/B.WAV")) == "a/B.WAV"
        with pytest.raises(PathError, match="leads out of the corpus"):
            file_of(source, "lists/t.csv", str(corpus / "store/y.wav"))


@pytest.mark.parametrize(
    ("written", "words"),
    [
        *((path, "leads out of the corpus") for path in (
            "../../secret.wav", "../../../etc/passwd", "/etc/passwd", "x/../../../secret.wav", "C:\\x.wav",
            "\\\\server\\share\\x.wav", "..\\..\\secret.wav", "/proc/self/environ",
        )),
        ("~/x.wav", "no such file"), ("file:///etc/passwd", "no such file"),
        ("../a/TWO.wav", "differ only by case"),
    ],
)  # fmt: skip
def test_a_path_that_names_no_file_of_the_corpus_is_refused(written, words, corpus):
    with Source(corpus / "c") as source, pytest.raises(PathError, match=words):
        file_of(source, "lists/t.csv", written)


def test_a_path_in_an_archive_stays_in_it(tmp_path):
    with Source(zipped(tmp_path / "c.zip", [("c/a.wav", b""), ("c/t.csv", b"")])) as source:
        assert file_of(source, "c/t.csv", "A.wav") == "c/a.wav"
        for written in ("../../a.wav", "/c/a.wav", "../../../etc/passwd"):
            with pytest.raises(PathError, match="leads out of the corpus"):
                file_of(source, "c/t.csv", written)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Ali", "Al\u00adi"), ("Ali", "Al\u200di"), ("s1", "s1\0"), ("s1", "s\u0967"), ("1", "1.0"),
        ("01", "'01"), ("s1", "s\u20661"), ("s1", "s1\ufe0f"),
    ],
)  # fmt: skip
def test_what_nobody_sees_and_what_spreadsheets_add_makes_no_other_name(one, other):
    rows = [Row(line, {"speaker": name}) for line, name in ((2, one), (3, other))]
    with pytest.raises(SarangiError, match="seem to be one"):
        refuse_two_spellings("t.csv", "speaker", rows)
    refuse_two_spellings("t.csv", "speaker", [Row(2, {"speaker": "1.1"}), Row(3, {"speaker": "11"})])


def test_the_first_line_of_a_spreadsheet_is_none_of_the_table(tmp_path):
    (tmp_path / "t.csv").write_text("sep=,\na,b\n1,2\n")
    with Source(tmp_path) as source:
        (row,) = table_rows(source, "t.csv", ("a", "b"))
        assert (row.line, row.cells) == (3, {"a": "1", "b": "2"})
        (tmp_path / "t.csv").write_text("sep=;\na;b\n1;2\n")
        with pytest.raises(SarangiError, match="separated by semicolons"):
            next(table_rows(source, "t.csv", ("a", "b")))


@pytest.mark.parametrize("name", ["", "#N/A", "NaN", "?", "unknown"])
def test_what_stands_for_nothing_names_nobody(name):
    assert names_nobody(name)
    assert not names_nobody("Nan Li")
