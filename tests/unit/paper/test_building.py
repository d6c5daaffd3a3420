"""Numbers of the text, the sentences that follow them, and how the PDF and arXiv's package are built."""

import re
import shutil
import subprocess
import tarfile
from pathlib import Path

import pytest
from support.paper import MAIN, TEXT, build, made, needs_latex, paper, read

from sarangi.base.errors import SarangiError
from sarangi.paper.building import arxiv, paper_pdf
from sarangi.paper.tables.columns import Column
from sarangi.paper.tables.latex import LINES, latex
from sarangi.paper.tables.table import Table
from sarangi.paper.written import written_in


@needs_latex
@pytest.mark.parametrize(
    "text",
    [r"\val{x_loso_svm.usr}", r"\byoutcome{x_loso_svm.usr}{}{}{}{}", r"\byverdict{x_loso_svm.usr}{}{}{}{}{}"],
)
def test_an_unknown_key_stops_the_build_and_names_those_like_it(text, tmp_path, monkeypatch):
    made(tmp_path)
    with pytest.raises(
        SarangiError, match=r"x_loso_svm\.usr: numbers.tex has no such key; did you mean .*x_loso_svm\.uar"
    ):
        build(tmp_path, paper(tmp_path, text), monkeypatch)
    assert not (tmp_path / "paper.pdf").exists()


def test_a_name_of_the_configuration_in_a_table_stops_the_build(tmp_path, monkeypatch):
    made(tmp_path)
    monkeypatch.setattr("sarangi.paper.building.missing_programs", list)
    (tmp_path / "paper/tables").mkdir()
    (tmp_path / "paper/tables/t.tex").write_text("UAR of egemaps\\_svm\n")
    generated = [Path("paper/numbers.tex"), Path("paper/tables/t.tex")]
    written = written_in(paper(tmp_path, "Text."))
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SarangiError, match=r"paper/tables/t\.tex:1: egemaps_svm is a name of the conf"):
        paper_pdf(written, generated, {"main": Path("p.pdf")}, {"models": {"egemaps_svm": {"title": "SVM"}}})


def test_a_typed_result_stops_the_build_with_file_and_line(tmp_path, monkeypatch):
    made(tmp_path)
    monkeypatch.setattr("sarangi.paper.building.missing_programs", list)
    with pytest.raises(SarangiError, match=r"paper/sections/text\.tex:2: 0\.537 is typed"):
        build(tmp_path, paper(tmp_path, "Text.\n0.537\n"), monkeypatch)


def test_letters_that_are_too_small_stop_the_build_with_file_and_line(tmp_path, monkeypatch):
    made(tmp_path)
    monkeypatch.setattr("sarangi.paper.building.missing_programs", list)
    with pytest.raises(SarangiError, match=r"paper/sections/text\.tex:2: \\tiny sets letters"):
        build(tmp_path, paper(tmp_path, "Text.\n{\\tiny x}\n"), monkeypatch)


@needs_latex
def test_a_section_in_a_folder_of_its_own_is_printed_and_packed(tmp_path, monkeypatch):
    made(tmp_path)
    written = paper(tmp_path, r"\input{sections/sub/deep}")
    (written / "sections/sub").mkdir()
    cited = r"\citep{a}\bibliographystyle{plainnat}\bibliography{references}"
    (written / "sections/sub/deep.tex").write_text(rf"DEEP \val{{x_loso_svm.uar}} {cited}")
    (written / "main.tex").write_text(MAIN.replace(r"\usepackage{sarangi}", r"\usepackage{natbib,sarangi}"))
    (written / "references.bib").write_text("@misc{a, author = {Name}, title = {Title}, year = {2000}}")
    assert "DEEP 0.400" in read(build(tmp_path, written, monkeypatch))
    with tarfile.open(build(tmp_path, written, monkeypatch, arxiv, "arxiv.tar.gz")) as archive:
        assert "sections/sub/deep.tex" in archive.getnames()


@needs_latex
def test_what_the_paper_has_no_room_for_is_in_the_supplement_and_is_referred_to_by_its_number(
    tmp_path, monkeypatch
):
    made(tmp_path)
    (tmp_path / "paper/tables").mkdir()
    for name, rows in (("short", 3), ("long", LINES + 1)):
        lines = [{"n": f"{name}{place}"} for place in range(rows)]
        text = latex(Table(name, f"Caption of {name}.", [Column("n")], lines, [{}] * rows), [])
        (tmp_path / f"paper/tables/{name}.tex").write_text(text)
    for name in ("empty", "beyond"):
        nothing = latex(Table(name, f"Caption of {name}.", [Column("n")], [], []), [])
        (tmp_path / f"paper/tables/{name}.tex").write_text(nothing)
    text = r"REFERS \ref{tab:short} \ref{tab:long} \ref{tab:empty} \ref{tab:beyond}."
    text += r"\input{tables/short}\input{tables/long}\input{tables/empty}"
    text += r"\citep{a}\bibliographystyle{plainnat}\bibliography{references}"
    packages = r"\usepackage{booktabs,array,longtable,caption,natbib,sarangi}"
    written = paper(tmp_path, text)
    (written / "references.bib").write_text("@misc{a, author = {Name}, title = {Title}, year = {2000}}")
    (written / "main.tex").write_text(
        MAIN.replace(r"\usepackage{sarangi}", packages + r"\input{supplement_labels}")
    )
    (written / "supplement.tex").write_text(
        rf"\documentclass{{article}}{packages}\input{{numbers}}\supplementtrue"
        r"\renewcommand{\thetable}{S\arabic{table}}"
        r"\begin{document}\overflow{tables/short}\overflow{tables/long}"
        r"\overflow{tables/empty}\input{tables/beyond}\end{document}"
    )
    both = {"main": Path("paper.pdf"), "supplement": Path("supplement.pdf")}
    build(tmp_path, written, monkeypatch, lambda *parts: paper_pdf(*parts[:2], both))
    main, supplement = (read(path) for path in both.values())
    assert "REFERS 1 S1 2 S2." in main
    assert "Table 2: Caption of empty. Nothing of it is available here." in main
    assert "Caption of beyond. Nothing of it" in supplement
    assert "empty" not in supplement
    assert "short2" in main
    assert "long2" not in main
    assert f"long{LINES}" in supplement
    assert "short" not in supplement
    with tarfile.open(build(tmp_path, written, monkeypatch, arxiv, "arxiv.tar.gz")) as archive:
        assert {"anc/supplement.pdf", "supplement_labels.tex"} <= set(archive.getnames())
        assert "supplement.tex" not in archive.getnames()
    (written / "sections/text.tex").write_text(text.replace("tab:long", "tab:lnog"))
    with pytest.raises(SarangiError, match=r"paper/main.tex refers to .*: tab:lnog\. Name a table or figure"):
        build(tmp_path, written, monkeypatch)


@needs_latex
def test_the_package_for_arxiv_is_the_same_bytes_and_builds_with_pdflatex_alone(tmp_path, monkeypatch):
    made(tmp_path)
    written = paper(tmp_path, TEXT + r"\citep{a}\bibliographystyle{plainnat}\bibliography{references}")
    (written / "main.tex").write_text(MAIN.replace(r"\usepackage{sarangi}", r"\usepackage{natbib,sarangi}"))
    (written / "references.bib").write_text("@misc{a, author = {Name}, title = {Title}, year = {2000}}")
    first = build(tmp_path, written, monkeypatch, arxiv, "one.tar.gz").read_bytes()
    assert build(tmp_path, written, monkeypatch, arxiv, "two.tar.gz").read_bytes() == first
    with tarfile.open("one.tar.gz") as archive:
        names = archive.getnames()
        assert names == sorted(names)
        assert {(m.mtime, m.uid, m.gid, m.uname, m.gname) for m in archive.getmembers()} == {
            (0, 0, 0, "", "")
        }
        archive.extractall(tmp_path / "empty", filter="data")
    assert "numbers.tex" in names
    assert not any(name.endswith(".bib") for name in names)
    assert compiled(tmp_path / "empty").endswith("Title, 2000. 1")


def compiled(folder):
    """Run pdflatex twice in a folder, and return what the PDF says."""
    command = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "main.tex"]
    for _ in range(2):
        subprocess.run(command, cwd=folder, check=True, capture_output=True)
    return read(folder / "main.pdf")


@pytest.mark.parametrize("cached", [True, False])
def test_without_latex_tectonic_builds_first_from_what_it_has(cached, tmp_path, monkeypatch):
    made(tmp_path)
    programs = tmp_path / "bin"
    programs.mkdir()
    stand_in = programs / "tectonic"
    # says how it was called; without a cache the first call fails
    stand_in.write_text(
        "#!/bin/sh\n"
        f'echo "$@" >> {tmp_path}/calls\n'
        + ("" if cached else 'case "$1" in --only-cached) exit 1;; esac\n')
        + "echo pdf > main.pdf; echo bbl > main.bbl\n"
    )
    stand_in.chmod(0o755)
    (programs / "sh").symlink_to(shutil.which("sh"))
    monkeypatch.setenv("PATH", str(programs))
    pdf = build(tmp_path, paper(tmp_path, TEXT), monkeypatch)
    assert pdf.read_text() == "pdf\n"
    calls = (tmp_path / "calls").read_text().splitlines()
    plain_call = "--keep-intermediates main.tex"
    assert calls == [f"--only-cached {plain_call}", *([] if cached else [plain_call])]


def test_without_any_program_the_error_says_what_to_install(tmp_path, monkeypatch):
    made(tmp_path)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(
        SarangiError, match=r"latexmk, pdflatex, bibtex: install Debian packages latexmk .*or tectonic"
    ):
        build(tmp_path, paper(tmp_path, TEXT), monkeypatch)


@needs_latex
def test_the_users_own_settings_change_no_byte_of_the_pdf(tmp_path, monkeypatch):
    made(tmp_path)
    (tmp_path / "references.bib").write_text("")
    written = paper(tmp_path, TEXT)
    plain_pdf = build(tmp_path, written, monkeypatch).read_bytes()
    home = tmp_path / "home"
    for place in ("texmf/tex/latex", "inputs"):
        (home / place).mkdir(parents=True)
        (home / place / "article.cls").write_text("\\LoadClass{report}\\AtBeginDocument{HOSTILE}\n")
    (home / ".latexmkrc").write_text(
        "$pdflatex = 'pdflatex %O \"\\\\RequirePackage{nopageno}\\\\input{%S}\"';"
    )
    (home / "texmf.cnf").write_text("shell_escape = t\nopenin_any = a\n")
    (home / "perl").mkdir()
    (home / "perl/Hostile.pm").write_text("package Hostile; exit 1; 1;")
    for name, value in {
        "HOME": home, "XDG_CONFIG_HOME": home, "TEXMFHOME": home / "texmf", "TEXINPUTS": f"{home}/inputs//:",
        "TEXMFCNF": f"{home}:", "BIBINPUTS": home, "LATEXMKRCSYS": home / ".latexmkrc",
        "PERL5LIB": home / "perl", "PERL5OPT": "-MHostile", "TEXMFOUTPUT": home, "SOURCE_DATE_EPOCH": "86400",
        "openout_any": "a", "TZ": "Asia/Karachi", "LC_ALL": "tr_TR.UTF-8", "openin_any.pdflatex": "a",
    }.items():  # fmt: skip
        monkeypatch.setenv(name, str(value))
    (tmp_path / "latexmkrc").write_text("exit 1;")
    assert build(tmp_path, written, monkeypatch, name="other.pdf").read_bytes() == plain_pdf
    assert "HOSTILE" not in read(tmp_path / "other.pdf")


@needs_latex
@pytest.mark.parametrize(
    "text",
    [
        r"\immediate\write18{touch PLACE}",
        r"\input{|touch PLACE}",
        r"\input{/etc/passwd}",
        r"\newread\file\openin\file=/etc/passwd \closein\file",
        r"\input{../text}",
        r"\newwrite\file\immediate\openout\file=PLACE \immediate\closeout\file",
        r"\includegraphics{/etc/hosts.pdf}",
    ],
)
def test_a_text_that_reaches_out_of_its_folder_builds_nothing_and_is_told_so(text, tmp_path, monkeypatch):
    made(tmp_path)
    (tmp_path / "text.tex").write_text("outside")
    place = tmp_path / "pwned.tex"
    text = text.replace("PLACE", str(place))
    # allowed by who wrote the text, so that LaTeX is what refuses it
    name = re.search(r"\{(.*)\}", text)
    written = paper(tmp_path, f"{text} % not a score: {name[1] if name else ''}\n")
    (written / "main.tex").write_text(MAIN.replace(r"\usepackage{sarangi}", r"\usepackage{graphicx,sarangi}"))
    with pytest.raises(SarangiError) as refused:
        build(tmp_path, written, monkeypatch)
    assert not place.exists()
    assert not (tmp_path / "paper.pdf").exists()
    assert "asks for a program, or for a file outside its folder" in str(refused.value)
