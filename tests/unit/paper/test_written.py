"""What a study's paper is written in."""

import re
from pathlib import Path

import pytest
from support.places import ROOT

from sarangi.paper.typed import typed_scores
from sarangi.paper.written import sources, write_sections

NAMES = re.compile(r"urdu|sindhi|punjabi|ravdess|meld|iemocap|shemo|published study|claim", re.IGNORECASE)


def test_a_study_of_its_own_has_a_neutral_paper_without_a_word_of_the_published_one(tmp_path):
    written = sources(has_claims=False, study=tmp_path, own=ROOT)
    assert {"main.tex", "sarangi.sty", "references.bib", "sections/title.tex", "sections/data.tex"} <= set(
        written
    )
    assert list(typed_scores(Path("paper"), written)) == []
    for place, file in written.items():
        if file.is_relative_to(ROOT / "paper/neutral"):
            assert not NAMES.search(file.read_text()), place
    assert sources(has_claims=True, study=tmp_path, own=ROOT)["sections/findings.tex"].is_file()
    # the published study's own folder is Sarangi's
    assert sources(has_claims=True, study=ROOT, own=ROOT)["main.tex"] == ROOT / "paper/main.tex"


def test_sections_are_written_once_and_a_study_s_own_win(tmp_path):
    copied = write_sections(tmp_path)
    assert tmp_path / "paper/sections/title.tex" in copied
    (tmp_path / "paper/sections/title.tex").write_text(r"\title{Mine}\author{Me}")
    (tmp_path / "paper/sections/results.tex").unlink()
    assert write_sections(tmp_path) == [tmp_path / "paper/sections/results.tex"]
    (tmp_path / "paper/sections/extra.tex").write_text("More.")
    written = sources(has_claims=False, study=tmp_path, own=ROOT)
    assert written["sections/title.tex"].read_text() == r"\title{Mine}\author{Me}"
    assert written["sections/extra.tex"] == tmp_path / "paper/sections/extra.tex"
    assert written["main.tex"] == ROOT / "paper/neutral/main.tex"


@pytest.mark.parametrize("has_claims", [True, False])
def test_every_table_is_printed_by_the_paper_or_the_supplement_and_by_one_alone(has_claims):
    """A table that the paper prints where it fits is an overflow of the supplement, and no other one is."""
    written = sources(has_claims, own=ROOT, study=ROOT / "none")
    texts = {place: path.read_text() for place, path in written.items() if path.suffix == ".tex"}
    supplement = texts.pop("supplement.tex")
    main = "".join(text for place, text in texts.items() if place != "sections/appendix.tex")
    tables = re.compile(r"\\(input|overflow)\{tables/(\w+)\}")
    in_main = {name for _, name in tables.findall(main)}
    beside = tables.findall(supplement)
    assert len(beside) == len(set(name for _, name in beside))
    assert {name for how, name in beside if how == "overflow"} == in_main
    printed = {name for _, name in beside} | {f"finding_{n}" for n in range(7)}
    referred = set(re.findall(r"\\ref\{tab:(\w+)\}", main + supplement))
    assert referred <= printed
