r"""Numbers that are typed into the paper's own text and may be scores: each must be looked up by ``\val``.

What counts is what is printed (:mod:`sarangi.paper.latex_text`), in the text, the style, the bibliography and
whatever lies below ``sections/``:

- a number with a decimal point or comma, and a fraction;
- a number, in digits or words, before a percent sign, *per cent* or *points*, or beside a metric;
- a cell of a table, an interval, what has a deviation;
- a number in the body of a macro, and a macro before a percent sign, behind which a number may be;
- a file or picture that is read and that nobody looks at.

Years, versions, numbers of sections, lengths, names, thousands, and counts of things are none.  A comment
``% not a score: 2.0`` at the end of a line, or above an entry of the bibliography, allows the numbers that it
names.
"""

import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from sarangi.paper.latex_text import (
    LENGTH,
    MACRO,
    NEXT,
    ROW,
    THIN,
    VALUE,
    Macros,
    Text,
    macros_in,
    text_of,
    text_of_bibliography,
)

MAIN, SUPPLEMENT = "main.tex", "supplement.tex"
STYLE, BIBLIOGRAPHY, SECTIONS = "sarangi.sty", "references.bib", "sections"
GENERATED = re.compile(r"(?:numbers|texts|supplement_labels)(?:\.tex)?|(?:tables|figures)/(?!.*\.\.).+")
"""What rules make, and the text reads."""

ONES = "one|two|three|four|five|six|seven|eight|nine"
TEENS = "ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|eighteen|nineteen"
TENS = "twenty|thirty|forty|fourty|fifty|sixty|seventy|eighty|ninety"
PARTS = "halves|thirds|quarters|fourths|fifths|sixths|sevenths|eighths|ninths|tenths|hundredths|thousandths"

GAP = rf"[ {THIN}{NEXT}]*"
CLOSED = rf"[ {THIN}{NEXT}\n()\]}}-]*"
DIGITS = re.compile(
    rf"(?<![\w{VALUE}])(?:[.,]{THIN}*)?\d(?:[\d{THIN}]|{NEXT}?[.,](?=[{THIN}{NEXT}]*\d))*{NEXT}?\d*"
)
LARGE = rf"(?:(?:{TENS})(?:[ {THIN}-]*(?:{ONES}))?|{TEENS}|(?:a |one )?hundred)"
WORD = rf"(?:{LARGE}|{ONES}|zero|nought|naught)"
WORDS = re.compile(rf"\b{WORD}\b", re.IGNORECASE)
PERCENT = rf"(?:%|per[ {THIN}-]*cents?\b|pct\b|percentage|points?\b|pp\b|p\.[ {THIN}]?[pc]\.)"
SHARE = re.compile(rf"{CLOSED}{PERCENT}", re.IGNORECASE)
SIGN_FIRST = re.compile(rf"(?:^|[^\w{THIN})]){THIN}*%[{THIN}{NEXT}]*$")
STRICT_SHARE = re.compile(rf"{CLOSED}(?:%|per[ {THIN}-]*cents?\b|percentage)", re.IGNORECASE)
METRIC = (
    r"(?:UARs?|WARs?|UA|WA|[WU]?F-?1|F-?scores?|F-?measures?|accurac(?:y|ies)|recalls?|precisions?|[WC]ERs?|"
    r"error rates?|kappa|AUC|AUROC|MCC|CCC|ECE|Brier score)"
)
SCORED = (
    rf"(?:{METRIC}|scor(?:es?|ed|ing)|reach(?:es|ed|ing)?|achiev(?:es?|ed|ing)|attain(?:s|ed|ing)?|"
    r"obtain(?:s|ed|ing)?|yield(?:s|ed|ing)?|exceed(?:s|ed|ing)?|surpass(?:es|ed|ing)?|premiums?|margins?|gains?|gained|chance|performance)"
)
FILLER = (
    r"(?:of|is|was|are|were|be|been|at|the|a|an|about|around|nearly|almost|roughly|approximately|some|over|"
    r"above|below|under|up|to|by|from|than|only|just|as|high|low|between|here|now|even|still|equals?|"
    r"reach\w*|stands|rises?|rose|falls?|fell|drops?|dropped|mean|average|score|value|level|hits?|lies|lay|"
    r"remains?|gives?|gave|and|most|least|much|less|more|well|close|exactly|fully|in|per[ -]?cent|exceed\w*|"
    r"surpass\w*)"
)
BETWEEN = rf"(?:{GAP}(?:[:=,~()<>±+\[\n/%-]|\b{FILLER}\b))*{GAP}"
LINK = r"(?:\b(?:of|is|was|are|were|at|to|by|reach\w*|equals?|stands)\b|=|:)"
BESIDE = re.compile(rf"\b{SCORED}(?:{BETWEEN}|[^.;\n{VALUE}\d]{{0,60}}{LINK}{BETWEEN})$", re.IGNORECASE)
BEFORE_METRIC = re.compile(rf"{CLOSED}(?:(?:in|of|as|for|the|mean|average)\s+)*{METRIC}\b")
COUNTED = re.compile(
    # between a number and what it counts stand no such words
    r"[ \n]+(?:(?!(?:on|and|or|in|for|with|at|of|over|across|to|by|under|while|when|where|but|from|than|is)"
    r"\b)[\w-]+[ \n]+){0,2}?(?:speakers?|actors?|groups?|clips?|utterances?|recordings?|files?|folds?|"
    r"seeds?|draws?|runs?|experiments?|models?|machines?|sets?|features?|classes|emotions?|corpora|corpus|"
    r"languages?|sessions?|dialogues?|turns?|layers?|epochs?|tokens?|hours?|minutes?|seconds?|k?Hz|bits?|"
    r"tables?|figures?|configurations?|encoders?|parts?|systems?|baselines?|studies|papers?|people|"
    r"listeners?|sentences?|words?|cores?|jobs?|claims?|rows?|samples?|steps?|times|voices?|ways?|others?|"
    r"things?)\b"
)
REFERRED = re.compile(
    r"(?:sections?|secs?\.|§|tables?|tab\.|figures?|figs?\.|equations?|eqs?\.|chapters?|appendix|appendices|"
    rf"pages?|pp?\.)[ {THIN}(]*$",
    re.IGNORECASE,
)
COUNTING = re.compile(
    r"\b(?:layer|seed|fold|epoch|step|actor|session|finding|column|row|line|model|run|part)[ \n]+$",
    re.IGNORECASE,
)
ORDINAL = re.compile(r"\b(?:first|last|next|these|those|following|other|main)[ \n]+$", re.IGNORECASE)
UNIT = re.compile(rf"(?:pt|mm|cm|in|em|ex|bp|sp|dd|pc|mu)\b|{GAP}{LENGTH}")
OF_ALL = re.compile(
    rf"{GAP}(?:/{GAP}(?:\d|{WORD}\b)|(?:out of|of|in)[ \n]+(?:the |a |all |every )*(?:\d|{WORD}\b|thousand))",
    re.IGNORECASE,
)
DEVIATION = re.compile(
    rf"{GAP}{MACRO}?(?:±|\+/?-){GAP}[\d.]|\(\d+\)|{MACRO}[+-]{GAP}\d|"
    rf"{GAP}[(\[](?:SD|SE|SEM|CI|IQR|std|s\.\s?[de])\b"
)
EXPONENT = re.compile(rf"[eEdD][-+]?\d+(?!\w)|{GAP}×{GAP}10{MACRO}{GAP}-")
# a cell may have marks of notes, or a deviation in brackets
CELL = re.compile(rf"{GAP}\n*(?:[^\w&{ROW}]|\d|{MACRO}\w?)*[&{ROW}]")
INTERVAL = re.compile(rf"{GAP}(?:,|;|--?|–|to){GAP}\d+{GAP}\]")
HIDDEN = re.compile(rf"{MACRO}{CLOSED}(?:%|per[ {THIN}-]*cents?\b)", re.IGNORECASE)
HIDDEN_SCORE = re.compile(rf"\b{METRIC}{GAP}(?:of|is|was|at|=|:){GAP}{MACRO}")
SPOKEN = re.compile(rf"\b{WORD}[ -]+point[ -]+(?:{WORD}|\d)", re.IGNORECASE)
SHARES = re.compile(
    rf"\b(?:(?!one\b){WORD}|\d+)[ -]+(?:{PARTS})\b|\b{WORD} (?:out of|in) (?:every )?(?:{LARGE}|\d+)\b",
    re.IGNORECASE,
)
ROMAN = re.compile(rf"\b[IVXLCDM]{{2,}}{CLOSED}(?:%|per[ -]?cent)")

HOW = (
    "a score is looked up by \\val{{<experiment>.<metric>}}, and another number allowed by a comment "
    "{where}: "
    "% not a score: {score}"
)
ON_LINE, ABOVE = "on its line", "above its entry"


def written_files(paper: Path) -> list[Path]:
    """Return the files that the paper is written in: text, style, bibliography and all below ``sections/``.

    Links to folders are followed, each once.
    """
    found = [paper / name for name in (MAIN, SUPPLEMENT, STYLE, BIBLIOGRAPHY)]
    # what an editor leaves behind is none of it
    left = re.compile(r"[.#].*|.*~")
    seen = set()
    for where, folders, names in os.walk(paper / SECTIONS, followlinks=True):
        real = Path(where).resolve()
        folders[:] = [] if real in seen else sorted(folders)
        found += (
            [] if real in seen else [Path(where) / name for name in sorted(names) if not left.fullmatch(name)]
        )
        seen.add(real)
    return found


def typed_scores(paper: Path, written: Mapping[str, Path] | None = None) -> Iterator[tuple[str, int, str]]:
    r"""Yield each number in the paper's own text that may be a score, and so must be a ``\val``.

    Parameters
    ----------
    paper
        Folder with ``main.tex``, ``sarangi.sty``, ``references.bib`` and ``sections/``; a file that is not
        there has no numbers.
    written
        The files to look at by their places in it, where they are in several folders.

    Yields
    ------
    tuple of str, int and str
        File (``paper/sections/results.tex``), line, and what was found there.
    """
    files = written or {str(path.relative_to(paper)): path for path in written_files(paper)}
    sources: dict[str, tuple[str, bool]] = {}
    for place, path in files.items():
        shown = f"{paper.name}/{place}"
        try:
            if not path.is_file():
                if path.is_symlink() or path.exists():
                    raise OSError("a link to nothing, or no file")
                continue
            source = path.read_text(encoding="utf-8-sig")
        except (OSError, UnicodeDecodeError) as error:
            yield shown, 1, f"cannot be read as text ({error}), so nobody can tell what it prints"
            continue
        sources[shown] = (source, path.suffix == ".bib")
    macros = {name: body for source, _ in sources.values() for name, body in macros_in(source).items()}
    for shown, (source, is_bibliography) in sources.items():
        for line, found in _odd(source, is_bibliography, set(files), macros):
            yield shown, line, found


def _odd(source: str, is_bibliography: bool, names: set[str], macros: Macros) -> Iterator[tuple[int, str]]:
    text = (text_of_bibliography if is_bibliography else text_of)(source, macros)
    allowed = {line: {_bare(number) for number in numbers} for line, numbers in text.allowed.items()}
    for line, score, what in sorted(_scores(text)):
        if _bare(score) not in allowed.get(line, ()):
            how = HOW.format(where=ABOVE if is_bibliography else ON_LINE, score=score)
            yield line, f"{score} is typed{what}; {how}"
    for line, name in text.read:
        known = GENERATED.fullmatch(name) or _is_written(name, names)
        if not known and _bare(name) not in allowed.get(line, ()):
            yield line, f"{name} is read, but no rule makes it and nobody looks at it; {_how_read(name)}"


def _is_written(name: str, names: set[str]) -> bool:
    return any(f"{name}{suffix}" in names for suffix in ("", ".tex", ".bib"))


def _how_read(name: str) -> str:
    return f"text belongs below sections/, and another file is allowed by a comment: % not a score: {name}"


def _bare(text: str) -> str:
    return re.sub(rf"[\s{THIN}{NEXT}]+", "", text).lower()


def _scores(text: Text) -> set[tuple[int, str, str]]:
    """Return line, number and a remark of each that may be a score."""
    found: dict[int, tuple[int, str, str]] = {}
    seen: set[int] = set()

    def add(at: int, number: str, what: str = "") -> None:
        shown = re.sub(rf"[\s{THIN}{NEXT}]+", " ", number).strip(" .,")
        shown = re.sub(f"[{VALUE}-\uf8ff]", "a macro", shown)
        seen.update(range(at, at + len(number)))
        found.setdefault(at, (text.lines[at], f".{shown}" if number.startswith(".") else shown, what))

    for match in DIGITS.finditer(text.text):
        number = match[0].rstrip(f".,{THIN}{NEXT}")
        # what stands before may be the comma of a sentence
        begin = match.start() + (len(number) - len(number.lstrip(f",{THIN}")))
        number = number.lstrip(f",{THIN}")
        end = begin + len(number)
        what = _why(text, number, begin, end)
        if what is not None:
            add(begin, number, what)
    for match in WORDS.finditer(text.text):
        after = text.text[match.end() : match.end() + 60]
        large = re.fullmatch(LARGE, match[0], re.IGNORECASE)
        if STRICT_SHARE.match(after) or (large and (SHARE.match(after) or _is_beside(text, match, after))):
            add(match.start(), match[0])
    for pattern, what in (
        (SPOKEN, ""),
        (SHARES, ""),
        (ROMAN, ""),
        (GLUED, ""),
        (HIDDEN, HIDES),
        (HIDDEN_SCORE, HIDES),
    ):
        for match in pattern.finditer(text.text):
            if seen.isdisjoint(range(*match.span())):
                add(match.start(), match[0], what)
    return set(found.values())


GLUED = re.compile(rf"\w*\d{CLOSED}(?:%|per[ {THIN}-]*cents?\b)", re.IGNORECASE)
HIDES = " (a macro that is no \\val, before a percent sign or beside a metric)"


def _is_beside(text: Text, match: re.Match[str], after: str) -> bool:
    before = text.text[max(0, match.start() - 160) : match.start()]
    return bool(BESIDE.search(before)) and not COUNTED.match(after)


def _why(text: Text, number: str, begin: int, end: int) -> str | None:
    """Return a remark ('' for none) on a number in digits that may be a score; None of another number."""
    before, after = text.text[max(0, begin - 160) : begin], text.text[end : end + 80]
    kind = _kind(number)
    if UNIT.match(after) or kind == "version":
        return None
    if kind == "decimal":
        referred = number[0] in "123456789" and REFERRED.search(before)
        return None if referred and not SHARE.match(after) else ""
    if SIGN_FIRST.search(before):
        return ""
    if (SHARE.match(after) and not ORDINAL.search(before)) or DEVIATION.match(after) or EXPONENT.match(after):
        return ""
    if text.defined[begin]:
        return " in the body of a macro"
    if kind == "year":
        return None
    if (OF_ALL.match(after) and not COUNTING.search(before)) or (
        INTERVAL.match(after) and before.rstrip(f" {THIN}").endswith("[")
    ):
        return ""
    if re.search(rf"[&{ROW}]{GAP}\n*{GAP}$", before) and CELL.match(after):
        return " in a table that no rule makes"
    counted = COUNTED.match(after)
    if (BESIDE.search(before) and not counted) or BEFORE_METRIC.match(after):
        return ""
    return None


def _kind(number: str) -> str:
    """Return what digits with points and commas are: a decimal, a version, a year or an integer."""
    plain = re.sub(rf"[{THIN}{NEXT}]", "", number)
    # thousands have three digits, and do not begin with a zero
    if re.fullmatch(r"[1-9]\d{0,2}(?:,\d{3})+", plain):
        return "integer"
    if "," in plain:
        parts = plain.split(",")
        if len(parts) > 2 and all(part.isdigit() for part in parts):
            return "integer"  # a list
        return "decimal"
    if plain.count(".") > 1:
        return "version"
    if "." in plain:
        # as arXiv numbers its papers
        return "version" if re.fullmatch(r"\d{4}\.\d{4,5}", plain) else "decimal"
    return "year" if re.fullmatch(r"(?:19|20)\d\d", plain) else "integer"
