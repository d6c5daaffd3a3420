"""Letters that the paper's fonts lack: of the configuration by their key, of the data by their codes."""

import logging
import subprocess
import unicodedata

import pytest
from support.paper import needs_latex

from sarangi.base.errors import SarangiError
from sarangi.paper.letters import RANGES, printable

CITATION = {
    "corpora": {"emo": {"citation": "शर्मा et al. 2020", "title": "Émo", "source": {"address": "http://x/ک"}}}
}


def shown(folder, text, configuration):
    file = folder / "table.tex"
    file.write_text(text, encoding="utf-8")
    printable({"paper/tables/corpora.tex": file}, configuration)
    return file.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("text", "name"),
    [("शर्मा", "DEVANAGARI LETTER SHA"), ("ਪੰਜਾਬੀ", "GURMUKHI LETTER PA"), ("سنڌي", "ARABIC LETTER SEEN"),
     ("Шмидт", "CYRILLIC CAPITAL LETTER SHA"), ("x \U0001f600", "GRINNING FACE")],
)  # fmt: skip
def test_a_text_of_the_configuration_is_refused_by_its_key_before_latex_starts(text, name, tmp_path):
    settings = {"corpora": {"emo": {"citation": f"{text} et al."}, "other": {"title": "Other"}}, "seed": 1}
    with pytest.raises(SarangiError, match=rf"corpora\.emo\.citation: .*{name}") as refused:
        shown(tmp_path, rf"\cite: {text} et al. \&", settings)
    assert "other" not in str(refused.value)


def test_letters_of_the_data_become_their_codes_and_are_said(tmp_path, caplog):
    with caplog.at_level(logging.WARNING, "sarangi"):
        text = shown(tmp_path, "unknown emotion 'गु' & Émo", CITATION)
    assert text == r"unknown emotion '\texttt{U+0917} \texttt{U+0941}' & Émo"
    (said,) = caplog.messages
    assert said.startswith("paper/tables/corpora.tex: ")
    assert "DEVANAGARI LETTER GA" in said


def test_letters_in_two_parts_are_printed(tmp_path):
    assert shown(tmp_path, unicodedata.normalize("NFD", "Émo, ş"), CITATION) == "Émo, ş"


@needs_latex
def test_latex_prints_every_letter_that_is_let_through(tmp_path):
    pairs = [part.partition("-") for part in RANGES.split() if part not in ("9-A", "20-7E")]
    letters = [chr(n) for low, _, high in pairs for n in range(int(low, 16), int(high or low, 16) + 1)]
    lines = "\n\n".join(f"x{letter}y" for letter in letters)
    (tmp_path / "main.tex").write_text(
        r"\documentclass{article}\usepackage[T1]{fontenc}\usepackage[utf8]{inputenc}\usepackage{lmodern}"
        rf"\begin{{document}}{lines}\end{{document}}",
        encoding="utf-8",
    )
    command = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "main.tex"]
    subprocess.run(command, cwd=tmp_path, check=True, capture_output=True)
    log = (tmp_path / "main.log").read_text(encoding="utf-8", errors="replace")
    assert "Missing character" not in log
