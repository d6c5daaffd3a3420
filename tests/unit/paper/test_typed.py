"""Numbers typed into the paper's own text: however they are written, and wherever, and what is none."""

import pytest
from support.places import ROOT

from sarangi.paper.typed import typed_scores, written_files

SIGNS = r"""
\SI{94}{\percent}
\qty[round-mode=places]{94}{\percent}
\SIrange{90}{94}{\percent}
\qtylist{90;94}{\percent}
\num{94}\,\%
$94$\,\%
$94\%$
\[ 94 \, \% \]
\textbf{94}\%
\textbf{9}4\%
{9}{4}\%
94\hspace{1pt}\%
94\kern1pt\%
94\mbox{}\relax\%
94\raisebox{1pt}{\%}
\textcolor{red}{94}\%
\selectlanguage{english}94\%
94 \textpercent
94\text{ per cent}
94\char37
94\symbol{37}
94\char`\%
\char57\char52\%
^^39^^34\%
９４％
٩٤٪
𝟗𝟒\%
94 percent
94 per cent
94-per-cent recall
94 (\%)
94\,pp
12 percentage points
12 points
\romannumeral94\%
\the\numexpr94\relax\%
\verb|94%|
\item[94\%] x
\begin{tabular}{l}94\%\end{tabular}
\pgfmathprintnumber{94}\%
94\hskip 1pt plus 1fil minus .5pt\%
94\pct
\percentage{94}
94 p.\,c.
"""
DECIMALS = r"""
0,94
.94
94,3 of all
$94{,}3$
$0{.}94$
0$.$94
$0\!.\!94$
0\textperiodcentered 94
94·3
\num{0.94}
\num{94e-2}
\pgfmathprintnumber{0.94}
$p<.031$
1,582.5
0.\textbf{94}
\url{0.94}
\href{https://a.b/1}{0.94}
\citep[UAR of 0.94]{x}
\ifval{a.uar}{about 0.94}{}
\byverdict{a.b}{}{0.94}{}{}{}
Table 0.94
$x_{0.94}$
$9\times10^{-1}$
"""
SHARES = r"""
94/100
$\frac{94}{100}$
$\frac94$
\nicefrac{94}{100}
94 of 100 clips
94 out of 100
nine out of ten
three quarters of the clips
two thirds
$94\pm2$
94(2)
[91, 95]
[91--95]
a & 94 & 95 \\
a & 94 (2) \\
a & $94_{\pm2}$ & b
a & 94\tnote{b} \\
$94^{+2}_{-1}$
94 (SD 2)
94 hundredths
"""
WORDS = r"""
ninety-four per cent
Ninety four percent
ninetyfour percent
ninety-four\,\%
a hundred per cent
twenty points
nought point nine four
UAR of ninety-four
XCIV per cent
"""
METRICS = r"""
UAR of 94
UAR of~\emph{94}
UAR $= 94$
$\mathrm{UAR}=94$
$UAR_{x}=94$
UAR: 94
UAR (94)
\textbf{UAR of} 94
a UAR of about 94 on Urdu
UAR on Urdu is 94
the UAR rose from 90 to 94
reaches 94
the best model achieves 94 on Urdu speakers
accuracies of 90 and 94
WER of 12
94 UAR
94 (UAR)
UAR $\geq 94$
UAR ≈ 94
UAR $\rightarrow$ 94
UAR (\%): 94
UAR/94
a UAR of at least 94
it exceeds 94
"""
MACROS = r"""
\def\x{94}
\def\x#1{94#1}
\gdef\x{94}
\newcommand{\x}{94}
\newcommand*\x{\textbf{94}}
\newcommand{\x}[1][94]{#1}
\NewDocumentCommand{\x}{m}{94}
\newenvironment{x}{94}{}
\setcounter{x}{94}
\setval{my.key}{94}
\@namedef{x}{94}
\pgfmathsetmacro{\x}{94}
\savebox{\x}{94}
\AtBeginDocument{\def\x{94}}
\mymacro\%
\newcount\x \x=94 \the\x\%
UAR of \mymacro
\DeclareSIUnit\pc{\percent}\SI{94}{\pc}
"""
READ = r"""
\input{other}
\input other
\include{../x}
\input{tables/../../x}
\verbatiminput{x.txt}
\includegraphics{mine.png}
\includegraphics[width=2cm]{sections/x.pdf}
"""
OVER_LINES = [
    "94\n\\%", "94\n\n\\%", "94 per\ncent", "UAR\nof\n94", "9%\n4\\%", "94 % a comment\n\\%",
    "\\begin{verbatim}\n94%\n\\end{verbatim}", "\\begin{lstlisting}\nuar = 0.94\n\\end{lstlisting}",
    "\\def\\x{%\n94%\n}",
]  # fmt: skip
FINE = r"""
10\,000 draws, 16\,kHz, 88 features, version 2.1.0
1,582 features, 6\,373 others
reaches \val{a.uar} \val{a.uar.interval}, \textbf{\val{a}}\,\%, \val{a} per cent
\val{a} [\val{b}, \val{c}]
% 0.94 in a comment
50\% % not a score: 50
0,94 and .5 % not a score: 0,94, .5
\includegraphics[width=0.48\textwidth]{figures/a1.5}
\vspace{0.5em} Table~\ref{tab:a0.5} \citep{smith2.0} \label{a0.94}
\citep[p.~12]{a2020} in 2020, since 2018, the UAR (2019)
Section~3.2, Sec. 3.2, Table 4.1 and Figure~2.3, Eq.~(3.4), chapter 2
UAR of 94 speakers, UAR over 24 actors, the UAR of one seed, mean recall over 8 classes
IS10, wav2vec2-base, F1, WF1 and UF1
seeds 1, 2 and 3; five folds; two of the corpora; half of the clips; two points
\setlength{\tabcolsep}{2.5pt}\begin{minipage}{.5\linewidth}\rule{0.5\textwidth}{0.4pt}\end{minipage}
\href{https://doi.org/10.1234/0.94}{text} \url{https://x.y/0.94} \doi{10.5281/zenodo.1} arXiv:2006.11477
\color[rgb]{0.1,0.2,0.3}\textcolor{red!70!black}{x}\multicolumn{2}{c}{UAR}\cmidrule(lr){2-3}
in percentage points, the percentage of clips, 95th percentile, 2 per century
\input{tables/scores} \input{numbers} \input{sections/results} \bibliography{references}
\newcommand{\x}[2]{#1 and #2}\def\y#1#2{#2}\newcommand{\gap}{\vspace{2pt}}
RAVDESS has 24 actors and 1,440 clips. Layer 12 of 24.
$10^6$ clips, 3 × 4 folds, more than 24 speakers, \textbf{UAR} (\%) over 24 speakers, layers $\geq 6$
\begin{comment}0.94 and 94\%\end{comment} is a comment, too
the first 2 points made above, Finding 5, Table 3 has the UAR of all
"""


def paper_of(folder, **files):
    """A paper of these files below sections/, and beside it."""
    (folder / "sections").mkdir(parents=True, exist_ok=True)
    (folder / "main.tex").write_text("")
    for name, text in files.items():
        place = folder / name.replace("__", "/").replace("_", ".")
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text, encoding="utf-8")
    return folder


def lines_of(group):
    return [line for line in group.strip().splitlines() if line]


@pytest.mark.parametrize(
    "lines",
    [*map(lines_of, (SIGNS, DECIMALS, SHARES, WORDS, METRICS, MACROS, READ)), OVER_LINES],
    ids=["signs", "decimals", "shares", "words", "metrics", "macros", "read", "over lines"],
)
def test_a_number_is_found_however_it_is_written(lines, tmp_path):
    missed = []
    for line in lines:
        text = f"Text.\n{line}\nMore.\n"
        found = list(typed_scores(paper_of(tmp_path, sections__results_tex=text)))
        last = 2 + line.count("\n")
        if not found or not all(2 <= number <= last for _, number, _ in found):
            missed.append((line, found))
    assert missed == []


@pytest.mark.parametrize(
    ("defined", "used"),
    [
        (r"\newcommand{\pc}{\,\%}", r"94\pc"),
        (r"\let\pc=\%", r"94\pc"),
        (r"\def\p{\pc}\def\pc{\%}", r"94\p{}"),
        (r"\newcommand*\recall{UAR}", r"\recall{} of 94"),
        (r"\def\loop{\loop}", r"94\,\% \loop"),
    ],
)
def test_a_name_of_its_own_for_a_sign_or_a_metric_hides_no_number(defined, used, tmp_path):
    text = paper_of(tmp_path, sarangi_sty=f"{defined}\n", sections__results_tex=f"Text.\n{used}\n")
    assert ("results.tex", 2) in [(file.rpartition("/")[2], line) for file, line, _ in typed_scores(text)]


@pytest.mark.parametrize("line", lines_of(FINE))
def test_what_is_no_score_is_not_called_one(line, tmp_path):
    assert list(typed_scores(paper_of(tmp_path, sections__results_tex=f"Text.\n{line}\n"))) == []


@pytest.mark.parametrize(
    "place", ["main_tex", "sarangi_sty", "references_bib", "sections__sub__deep__a_tex", "sections__b_txt"]
)
def test_it_is_found_wherever_it_is_written(place, tmp_path):
    text = "@misc{a,\n note = {a UAR of 94},\n}\n" if place.endswith("bib") else "\na UAR of 94\n"
    found = list(typed_scores(paper_of(tmp_path, **{place: text})))
    assert [(file, line) for file, line, _ in found] == [
        (f"{tmp_path.name}/{place.replace('__', '/').replace('_', '.')}", 2)
    ]


def test_sections_behind_links_are_looked_at_once_and_what_cannot_be_read_is_named(tmp_path):
    paper = paper_of(tmp_path / "paper", sections__a_tex="fine")
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "b.tex").write_text("0.94")
    (paper / "sections/linked").symlink_to(elsewhere)
    (elsewhere / "loop").symlink_to(elsewhere)
    (paper / "sections/latin.tex").write_bytes(b"caf\xe9")
    (paper / "sections/gone.tex").symlink_to("nowhere")
    # what editors leave behind
    (paper / "sections/.#a.tex").symlink_to("user@host.1")
    (paper / "sections/a.tex~").write_text("0.94")
    found = {file: what for file, _, what in typed_scores(paper)}
    assert set(found) == {
        "paper/sections/linked/b.tex", "paper/sections/latin.tex", "paper/sections/gone.tex",
    }  # fmt: skip
    assert "cannot be read as text" in found["paper/sections/latin.tex"]
    assert "a link to nothing" in found["paper/sections/gone.tex"]


def test_in_the_bibliography_a_comment_above_an_entry_allows_its_numbers_and_no_others(tmp_path):
    entry = "@misc{%s,\n title = {wav2vec 2.0},\n pages = {190--202}, year = {2020}, volume = {13},\n"
    entry += " doi = {10.1145/1873951.1874246}, eprint = {2006.11477},\n}\n"
    text = f"% not a score: 2.0\n{entry % 'a'}\n{entry % 'b'}@misc{{c, note = {{94% of}}}}\n"
    found = list(typed_scores(paper_of(tmp_path, references_bib=text)))
    assert [(line, what.split(" ")[0]) for _, line, what in found] == [(9, "2.0"), (13, "94")]
    assert "by a comment above its entry: % not a score: 2.0" in found[0][2]


@pytest.mark.parametrize(
    "broken", [r"\citep[a", r"\val{a", r"\def\x{", r"\verb|a", r"\begin{verbatim}", "\\", r"\frac"]
)
def test_what_is_not_closed_hides_nothing_before_it(broken, tmp_path):
    text = f"0.94 {broken}"
    ((_, line, found),) = typed_scores(paper_of(tmp_path, sections__results_tex=text))
    assert (line, found.split(" ")[0]) == (1, "0.94")


def test_our_own_paper_has_none():
    assert list(typed_scores(ROOT / "paper")) == []
    assert len(written_files(ROOT / "paper")) > 10
