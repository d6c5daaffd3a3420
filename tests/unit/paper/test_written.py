"""What a study's paper is written in."""

import re
from pathlib import Path

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
