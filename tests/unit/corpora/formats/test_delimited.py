import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from sarangi.base.errors import SarangiError
from sarangi.corpora.formats.delimited import read

COLUMNS = {"file": "Path", "emotion": "label", "speaker": "who"}
ROWS = [
    {"file": "a;b.wav", "emotion": "anger", "speaker": "1", "table_micro_phone": "near, left"},
    {"file": "ہنسی.wav", "emotion": "خوشی", "speaker": "", "table_micro_phone": ""},
]


def csv_with(mark):
    lines = [["PATH", "label", "who", "Micro phone"], *(list(row.values()) for row in ROWS)]
    return "\r\n".join(mark.join(f'"{cell}"' for cell in line) for line in lines) + "\r\n"


def rows_in(table, columns=COLUMNS):
    found = list(read(table, table.parent, columns))
    return [{name: text or "" for name, text in row.cells.items()} for row in found], found


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("mark", [",", ";", "\t", "|"])
def test_text_is_read_whatever_separates_its_columns_and_encodes_it(tmp_path, mark, encoding):
    table = tmp_path / "labels.txt"
    table.write_bytes(csv_with(mark).encode(encoding))
    cells, found = rows_in(table)
    assert cells == ROWS
    assert [row.where for row in found] == ["labels.txt:2", "labels.txt:3"]
    table.write_bytes((f"sep={mark}\r\n" + csv_with(mark)).encode(encoding))
    assert rows_in(table)[0] == ROWS


def test_parquet_and_json_lines_give_the_same_rows(tmp_path):
    frame = pd.DataFrame(ROWS).set_axis(["Path", "label", "who", "Micro phone"], axis=1)
    frame.replace("", None).to_parquet(tmp_path / "labels.parquet")
    frame.to_json(tmp_path / "labels.jsonl", orient="records", lines=True, force_ascii=False)
    assert [rows_in(tmp_path / f"labels.{suffix}")[0] for suffix in ("parquet", "jsonl")] == [ROWS, ROWS]


def test_parquet_whose_text_is_no_utf8_is_refused_by_name(tmp_path):
    # as a program writes it that takes its bytes for UTF-8
    names = pa.array(["Fröhlich".encode("latin-1")]).view(pa.string())
    columns = {"Path": pa.array(["a.wav"]), "label": names, "who": pa.array(["S1"])}
    pq.write_table(pa.table(columns), tmp_path / "t.parquet")
    with pytest.raises(SarangiError, match=r"t\.parquet: not Parquet that can be read .*utf-8.*Write it"):
        rows_in(tmp_path / "t.parquet")


def test_json_that_no_table_can_hold_is_one_bad_row_or_a_mended_cell(tmp_path):
    deep = '{"Path": ' + "[" * 100_000 + "]" * 100_000 + ', "label": "sad", "who": "S1"}'
    half = '{"Path": "a.wav", "label": "sad\\ud83d", "who": "S\\ud83d\\ude001"}'
    (tmp_path / "t.jsonl").write_text(f"{half}\n{deep}\n")
    (mended, _), found = rows_in(tmp_path / "t.jsonl")
    assert (mended["emotion"], mended["speaker"]) == ("sad\ufffd", "S\U0001f6001")
    assert found[1].problem == "not JSON (it is nested too deep)"


def test_numbers_of_parquet_are_as_people_write_them(tmp_path):
    frame = pd.DataFrame({"file": ["a"], "emotion": [5.0], "start": [0.1 + 0.2], "speaker": [None]})
    frame.to_parquet(tmp_path / "t.parquet")
    cells, _ = rows_in(tmp_path / "t.parquet", {})
    assert cells == [{"file": "a", "emotion": "5", "start": "0.30000000000000004", "speaker": ""}]


def test_an_object_of_json_lines_may_leave_out_what_it_does_not_know(tmp_path):
    table = tmp_path / "t.jsonl"
    table.write_text(
        '{"file": "a", "emotion": "x"}\n\n{"emotion": "y", "file": "b", "start": 1.5}\n[1]\n{"file"\n'
    )
    _, found = rows_in(table, {})
    assert [row.where for row in found] == ["t.jsonl:1", "t.jsonl:3", "t.jsonl:4", "t.jsonl:5"]
    assert found[1].cells == {"file": "b", "emotion": "y", "start": "1.5"}
    assert [bool(row.problem) for row in found] == [False, False, True, True]


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        (
            "a.wav,angry,1,x,y",
            "5 cells, and the header has 4: a cell with a comma in it must be in double quotes",
        ),
        ("PATH,label,who,Micro phone", "the header is repeated here"),
    ],
)
def test_a_row_that_nobody_can_read_says_why_and_the_others_stay(tmp_path, line, problem):
    table = tmp_path / "t.csv"
    table.write_text(f"Path,label,who,Micro phone\nz.wav,sad\n{line}\n")
    short, odd = read(table, tmp_path, COLUMNS)
    assert short.problem is None
    assert short.cells == {"file": "z.wav", "emotion": "sad", "speaker": "", "table_micro_phone": ""}
    assert odd.problem.startswith(problem)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "the table has no rows"),
        (b"Path,label,who\n\n", "the table has no rows"),
        (b"Pfad,label,who\na,b,c\n", "no column 'Path' for file; did you mean Pfad?"),
        (b"Path,label\na,b\n", "no column 'who' for speaker"),
        (b"Path,label,label,who\na,b,c,d\n", "column 'label' is there 2 times"),
        (b"Path,label,who,mic,Mic \na,b,c,d,e\n", "the columns 'mic' and 'Mic' have one name, table_mic"),
        (b"Path,label,who\na,\xe9,c\n", ":2: not text in UTF-8"),
        (
            b"PK\x03\x04rest",
            "a workbook (Excel or LibreOffice) or a zip, which is not read",
        ),
        (b"PAR1rest", "not Parquet that can be read"),
        (b'[{"file": 1}]', "expected JSON Lines"),
        (b'Path,label,who\na,"b,c\n', "not a table that can be read"),
    ],
)
def test_what_is_no_such_table_is_refused(tmp_path, content, message):
    table = tmp_path / "labels.csv"
    table.write_bytes(content)
    with pytest.raises(SarangiError) as error:
        list(read(table, tmp_path, COLUMNS))
    assert message in str(error.value)
    assert str(table) in str(error.value)


def test_a_column_can_be_kept_from_meaning_what_its_name_says(tmp_path):
    table = tmp_path / "t.csv"
    table.write_text("file,emotion,group,,old file\na,b,control,0,c\n")
    (row,) = read(table, tmp_path, {"group": None})
    assert row.cells == {"file": "a", "emotion": "b", "table_group": "control", "table_old_file": "c"}
