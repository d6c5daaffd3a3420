"""Every number of a built paper explains itself: those of the text, and each cell of each table."""

import re
import shutil
import subprocess

import pytest
from support.places import ROOT

from sarangi.base import store
from sarangi.reproduce import costs
from sarangi.reproduce.explain import Walk
from sarangi.reproduce.parameters import parameters_of
from sarangi.reproduce.steps import as_page

DIGIT = re.compile(r"\d")
NUMBER = re.compile(r"[+-]?\d+(?:\.\d+)?")
COMPUTED = {
    ("sensitivity", "Difference"), ("differences", "Corrected p"), ("differences", "Family"),
    ("within_language", "Rank"),
    ("across_languages", "Rank"), ("splits", "Median"),
    # a claim may be read in another way, and what a number was measured on stands behind it
    *(
        (table, column)
        for table in ("errata", "errata_apart")
        for column in ("As printed", "Study's way", "Another way", "Difference", "Evidence")
    ),
}  # fmt: skip
"""Columns computed from the numbers that they name, or with others in them."""
NAMES = {
    "Corpus", "Protocol", "Model", "Citation", "Entry", "What can be said", "List", "Point",
    "Compared", "Evidence", "Experiment", "Model and protocols", "Metric", "Meaning", "Name", "What to do",
    "Experiments that need it",
}  # fmt: skip
STANDS = ("File: results/", "File: config.yaml: ", "File: costs.yaml: ")


@pytest.fixture(scope="module")
def walk(built):
    return Walk(built)


def stations(step):
    yield step
    for following in step.steps:
        yield from stations(following)


def complain(step):
    return [
        text
        for station in stations(step)
        for text in (*station.facts, *station.lines)
        if "NOT THE BYTES" in text or "DIFFERENT BYTES" in text
    ]


def test_every_number_of_the_text_walks_back_to_recordings(walk):
    used = {
        name
        for path in (ROOT / "paper/sections").glob("*.tex")
        for name in re.findall(r"\\(?:val|ifval|by\w+)\{(.+?)\}", path.read_text())
    }
    known = used & walk.printed.numbers.keys()
    for name in known:
        titles = [station.title for station in stations(walk.explain(name))]
        assert "File: paper/numbers.tex" in titles
        assert any(
            title.startswith(
                (
                    "Score: ",
                    "Claim ",
                    "Premium of ",
                    "File: results/findings",
                    "File: config.yaml: ",
                    "File: paper/tables/errata.tex",
                )
            )
            for title in titles
        )
    scored = [
        name
        for name in walk.printed.numbers
        if not name.startswith(("finding_", "leakage.", "random_folds.", "claims.", "errata.", "bootstrap."))
    ]
    known = {name for name in known if name in scored}
    assert {"urdu_latif_random5_egemaps_svm.uar", "urdu_latif_loso_egemaps_svm.uar.interval"} <= known
    for name in [*known, *scored[::50]]:
        found = walk.explain(name)
        titles = [station.title for station in stations(found)]
        for kind in ("File: paper/numbers.tex", "Score: ", "Predictions: ", "Manifest: ", "Recordings: "):
            assert any(title.startswith(kind) for title in titles), (name, kind)
        assert complain(found) == []


def test_every_cell_of_every_table_explains_itself(walk, built):
    cells = equal = 0
    assert len(walk.printed.tables) >= 18
    for name, table in walk.printed.tables.items():
        shown = markdown(built / f"paper/tables/{name}.md")
        # what is addressed is what is printed
        assert [list(row["cells"].values()) for row in table["rows"]] == shown, name
        for number, row in enumerate(table["rows"], 1):
            for column, cell in row["cells"].items():
                if not DIGIT.search(cell):
                    continue
                found = walk.explain(f"{name}:{number}:{column}")
                cells += 1
                files = [s.title for s in stations(found) if s.title.startswith(STANDS)]
                nothing = any("nothing is behind it" in fact for fact in found.facts)
                configured = "config.yaml" in str(found.steps)
                assert files or nothing or "claims.yaml" in str(found.steps) or configured, (
                    name,
                    number,
                    column,
                )
                if nothing:
                    # of what waits only its names have digits in them
                    assert column in NAMES, (name, number, column)
                assert complain(found) == []
                equal += same_number(walk, table, name, row, column, cell)
    assert cells > 500
    assert equal > 300


def same_number(walk, table, name, row, column, cell):
    """Check that the numbers of a cell are those that it says it shows; whether it names any."""
    known = [entry for entry in row["from"].get(column, []) if "column" in entry]
    if not known or (name, column) in COMPUTED or column == "Marks":
        return False
    values = [value for entry in known for value in named(walk, entry)]
    texts = [value for value in values if isinstance(value, str)]
    numbers = [value for value in values if not isinstance(value, str)]
    if name == "costs":  # the last row is of all rules
        numbers.append(sum(numbers))
    if cell.startswith("< "):  # a p
        assert all(0 < value < float(cell[2:]) for value in numbers), (name, column, cell, values)
        return True
    for text in NUMBER.findall(cell):
        digits = len(text.partition(".")[2])
        near = any(abs(float(text) - value) <= 0.5001 * 10**-digits for value in numbers)
        assert near or any(text in other for other in texts), (name, column, cell, values)
    return True


def named(walk, entry):
    """The values that a reference names."""
    if entry["file"].startswith("project:"):
        where = {"slice": None, **entry["where"]}
        found = [
            record[entry["column"]]
            for record in walk.printed.records.values()
            if all(record.get(key) == value for key, value in where.items())
        ]
        # what was printed of each seed is a list
        return [value for each in found for value in (each if isinstance(each, list) else [each])]
    if entry["file"] == "costs.yaml":
        _, rule = entry["where"]["entry"].split(".")
        return [costs.read(walk.files.root / "costs.yaml")["rules"][rule][entry["column"]]]
    table = store.read(walk.files.root / entry["file"])
    for key, value in entry["where"].items():
        table = table[table[key] == value]
    # smallest and largest of other splits stand in several rows
    assert len(table) == 1 or (len(table) and entry["file"].startswith("results/sensitivity/")), entry
    return list(table[entry["column"]].dropna())


def markdown(path):
    rows = [line for line in path.read_text().splitlines() if line.startswith("|")]
    cells = [[cell.strip() for cell in re.split(r"(?<!\\)\|", row.strip("|"))] for row in rows[2:]]
    # the best is bold
    plain = [[cell.removeprefix("**").removesuffix("**") for cell in row] for row in cells]
    return [[re.sub(r"\\(\W)", r"\1", cell) for cell in row] for row in plain]


@pytest.mark.skipif(shutil.which("pdftotext") is None, reason="poppler-utils reads the PDF")
def test_no_decimal_number_of_the_pdf_is_from_elsewhere(walk, built):
    if not (built / "paper/paper.pdf").exists():
        pytest.skip("LaTeX is not installed")
    rows = [row for table in walk.printed.tables.values() for row in table["rows"]]
    known = {text for row in rows for text in row["cells"].values()}
    known |= {note for table in walk.printed.tables.values() for note in (table["caption"], *table["notes"])}
    known |= set(walk.printed.numbers.values())
    known |= {path.read_text() for path in (ROOT / "paper").rglob("*.tex") if path.parent.name == "sections"}
    known |= {(ROOT / "paper/references.bib").read_text()}
    known |= {pdf_text(path) for path in (built / "paper/figures").glob("*.pdf")}
    decimal = re.compile(r"\d+\.\d+")
    allowed = {number for text in known for number in decimal.findall(text)}
    found = set(decimal.findall(pdf_text(built / "paper/paper.pdf")))
    assert len(found) > 80
    assert found <= allowed


def pdf_text(path):
    command = ["pdftotext", "-layout", str(path), "-"]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def test_the_page_is_whole_and_lists_every_recording(built):
    found = Walk(built, recordings=True).explain("urdu_latif_loso_egemaps_svm.uar")
    known = parameters_of(found, built)
    assert not {(made.rule, each.why) for made, each in known.items() if each.why}
    page = as_page(found, known)
    assert not re.search(r"""src\s*=|href\s*=\s*"[^#]|url\(|@import""", page)
    # the parameters themselves, of every job on the way
    assert "<dt>settings</dt>" in page and "kind: leave_one_group_out" in page
    manifest = store.read(built / "results/corpora/urdu_latif/manifest.parquet")
    tested = manifest[manifest["status"] == "ok"]
    assert all(sum_ in page for sum_ in tested["sha256"])
    assert "no result about people" in page
