r"""What LaTeX prints, as far as its source tells: the text without markup, each letter with its line.

Formatting is dropped, so that a number reads the same however it is set (``\textbf{9}4\,\%``,
``\SI{94}{\percent}``, ``$94$``), a verbatim text is read as it is, and what has another meaning than its
letters (a name that is looked up, a label, a length, a macro that is not known) is one mark.
"""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field

VALUE, MACRO, NAME, LENGTH = "\ue000", "\ue001", "\ue003", "\ue004"
"""What \\val looks up; a macro that is not known; a name, as of a label; a length of LaTeX."""
THIN, NEXT, ROW = "\x1f", "\x1c", "\x1e"
"""A narrow space or none; the border of two arguments; the end of a row of a table."""

ALLOWED = re.compile(r"%\s*not a score: (.*)")
ADDRESS = re.compile(r"https?://[^\s{}]+|(?:doi:\s*)?\b10\.\d{4,9}/[^\s{}]+")

# -- what control sequences mean --------------------------------------------------------------


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


SIGNS = {
    "%": "%", "percent": "%", "textpercent": "%", "permille": "%", "textperthousand": "%",
    "pm": "±", "textpm": "±", "slash": "/", "over": "/", "textfractionsolidus": "/",
    "cdotp": ".", "ldotp": ".", "textperiodcentered": ".", "period": ".",
    "approx": "=", "sim": "=", "simeq": "=", "cong": "=", "equiv": "=", "times": "×", "cdot": "×",
    **dict.fromkeys(("ge", "geq", "geqslant", "gtrsim", "gg", "to", "rightarrow", "mapsto"), ">"),
    **dict.fromkeys(("le", "leq", "leqslant", "lesssim", "ll"), "<"),
    "\\": ROW, "tabularnewline": ROW, "cr": ROW, "par": "\n", "lbrack": "[", "rbrack": "]",
    "textendash": "–", "textemdash": "–", "textasciitilde": "=",
}  # fmt: skip
PERCENT = re.compile(r"pct|perc|percent\w*|prozent")
"""Macros of packages and people for a percent sign, whatever stands behind it."""
SKIPS = _words("kern hskip mkern mskip hspace")
THINS = SKIPS | frozenset(",;:!/->") | _words(
    """thinspace negthinspace medspace thickspace nobreak allowbreak relax null leavevmode unskip
    ignorespaces noindent hfill hfil"""
)  # fmt: skip
SPACES = frozenset(" \n\t()[]&$#_'`\"") | _words("quad qquad enspace space nobreakspace")
NUMBERS = _words("num SI qty si unit numrange SIrange qtyrange numlist SIlist qtylist tablenum ang")
FORMATS = NUMBERS | _words(
    """textbf emph textit texttt textsc textrm textsf textsl textmd textup textnormal underline mathrm
    mathbf     mathit mathsf mathtt mathnormal text mbox hbox makebox fbox framebox ensuremath bf it em
    rm sf tt sl sc tiny     scriptsize footnotesize small normalsize large Large LARGE huge Huge
    bfseries itshape slshape scshape     mdseries upshape ttfamily rmfamily sffamily normalfont left
    right big Big bigg Bigg bigl bigr displaystyle     textstyle protect noexpand expandafter boldsymbol
    bm pmb number the numexpr romannumeral pgfmathprintnumber     numprint np textsuperscript
    textsubscript uppercase lowercase MakeUppercase MakeLowercase string detokenize     scalebox
    resizebox smash llap rlap hphantom relsize centering"""
)  # fmt: skip
FRACTIONS = _words("frac dfrac tfrac cfrac sfrac nicefrac flatfrac")
BREAKS = _words(
    """section subsection subsubsection chapter part paragraph subparagraph caption title item footnote begin
    end author date"""
)
LENGTHS = re.compile(
    r"(?:text|column|line|paper|page|h|v)(?:width|height|size)|(?:baseline|par|top)\w*skip|"
    r"\w+(?:sep|indent)"
)
DROPPED = _words(
    """label bibliographystyle pagestyle thispagestyle begin end color textcolor colorbox pagecolor
    multicolumn     multirow hspace vspace usepackage RequirePackage documentclass PassOptionsToPackage
    definecolor setform     setfinding cmidrule ifval ifnumber byverdict byoutcome findingtable
    findingref iftested settested"""
)  # fmt: skip
"""Of which the options and the first argument are no text."""
BOXES = re.compile(r"(?:tabular[xy]?|longtable|array|minipage|supertabular)\*?")
"""Environments whose arguments say how columns are set."""
READ = re.compile(
    r"@*input|include|InputIfFileExists|import|subimport|subfile|\w*[vV]erbatim[iI]nput|lstinputlisting|"
    r"inputminted|includepdf|csv\w+|pgfplotstable\w+|DTLloaddb|includegraphics|bibliography|addbibresource"
)
"""What reads another file."""
DEFINING = re.compile(
    r"(?:long|global)?[egx]?def|(?:re)?newcommand|providecommand|DeclareRobustCommand|"
    r"(?:New|Renew|Provide|Declare)\w*(?:Command|Operator|Unit)|(?:re)?newenvironment|set(?:val|outcome|verdict|experiment)|@namedef|"
    r"(?:set|addto|new)counter|pgfmath(?:set|truncate)\w+|FP\w+|newsavebox|sbox|savebox|g?def@\w+"
)
NAMED = re.compile(
    r"\\(?:(?:(?:re)?newcommand|providecommand|DeclareRobustCommand|DeclareSIUnit)\*?\s*\{?\s*|"
    r"(?:long\s*\\|global\s*\\)?[egx]?def\s*|let\s*)\\([A-Za-z@]+)\s*\}?\s*(?:\[0\]\s*)?=?\s*"
    r"(?:\{((?:[^{}]|\{[^{}]*\})*)\}|(\\(?:[A-Za-z@]+|.)))"
)
"""What defines a macro without parameters: its name, and its body in braces or of one macro."""
DEEPEST = 8  # macros in the bodies of macros
VERBATIM = ("verbatim", "Verbatim", "lstlisting", "alltt", "minted", "filecontents")
HIDDEN = "comment"
CHARACTERS = {
    **dict.fromkeys("％﹪‰‱٪", "%"), **dict.fromkeys("．٫·‧∙", "."), **dict.fromkeys("⁄∕", "/"),
    **dict.fromkeys("−‐‑", "-"), **dict.fromkeys("≥≧⩾≳→⇒", ">"), **dict.fromkeys("≤≦⩽≲", "<"),
    **dict.fromkeys("≈≃∼≅≡", "="), "⋅": "×", **dict.fromkeys("~\u00a0", " "), **dict.fromkeys("^_", MACRO),
    **dict.fromkeys("\u200b\u200c\u200d\u2060\u00ad\ufeff\u2009\u202f", THIN), "$": "", "{": "",
}  # fmt: skip


@dataclass
class Text:
    """What a source prints.

    Attributes
    ----------
    text
        Letters and the marks of this module.
    lines
        Of each letter: the line in which it stands, from 1.
    defined
        Of each letter: whether it is in the body of a definition.
    read
        Line and name of each file that it reads.
    allowed
        Of each line: what a comment on it says is no score.
    """

    text: str = ""
    lines: list[int] = field(default_factory=list)
    defined: list[bool] = field(default_factory=list)
    read: list[tuple[int, str]] = field(default_factory=list)
    allowed: dict[int, set[str]] = field(default_factory=dict)


Macros = Mapping[str, str]
"""Bodies of macros without parameters, by name."""
NONE: Macros = {}


def macros_in(source: str) -> Macros:
    """Return what a LaTeX source defines without parameters, such as a name of its own for a percent sign."""
    found = {name: body or token for name, body, token in NAMED.findall(source)}
    return {name: " ".join(body.split()) for name, body in found.items() if "#" not in body}


def text_of(source: str, macros: Macros = NONE) -> Text:
    """Return what a LaTeX source prints, where these macros are defined."""
    reader = _Reader(source, macros=macros)
    reader.run()
    return reader.result()


def text_of_bibliography(source: str, macros: Macros = NONE) -> Text:
    """Return what the entries of a BibTeX file print; a comment above an entry allows its numbers."""
    allowed: dict[int, set[str]] = {}
    above: set[str] = set()
    of_entry: set[str] = set()
    lines = source.split("\n")
    for number, line in enumerate(lines, 1):
        if line.lstrip().startswith("%"):
            above |= _allowed(line)
            lines[number - 1] = ""
        elif line.lstrip().startswith("@"):
            of_entry, above = above, set()
        allowed[number] = of_entry
    # a percent sign begins no comment here, and what follows it is printed
    reader = _Reader(re.sub(r"(?<!\\)%", r"\\%", "\n".join(lines)), by_lines=True, macros=macros)
    reader.run()
    found = reader.result()
    found.allowed = allowed
    return found


def _allowed(comment: str) -> set[str]:
    found = ALLOWED.search(comment)
    listed = found[1] if found else ""
    # a decimal comma is no border between two
    return {part.strip() for border in (r",", r",\s+|;") for part in re.split(border, listed) if part.strip()}


class _Reader:
    """One reading of a source, from its first to its last letter."""

    def __init__(self, source: str, by_lines: bool = False, macros: Macros = NONE, depth: int = 0):
        # ^^39 is another way to write a 9
        hexadecimal = re.sub(r"\^\^([0-9a-f]{2})", lambda found: chr(int(found[1], 16)), source)
        self.source = ADDRESS.sub(lambda found: "\n" * found[0].count("\n"), hexadecimal)
        self._by_lines = by_lines  # whether each line stands for itself
        self._macros, self._depth = macros, depth
        self.at = 0
        self.line = 1
        self._counted = 0
        self._skipped: dict[int, int] = {}  # where what is no text begins, and ends
        self._instead: dict[int, str] = {}  # of a closing brace
        self._bodies: list[tuple[int, int]] = []
        self._out: list[tuple[str, int, bool]] = []
        self.found = Text()

    def result(self) -> Text:
        self.found.text = "".join(letter for letter, _, _ in self._out)
        self.found.lines = [line for _, line, _ in self._out]
        self.found.defined = [defined for _, _, defined in self._out]
        return self.found

    def run(self) -> None:
        while self.at < len(self.source):
            begin = self.at
            self.line += self.source.count("\n", self._counted, begin)
            self._counted = begin
            if begin in self._skipped:
                self.at = self._skipped.pop(begin)
            elif self.source[begin] == "\\":
                self._control()
            elif self.source[begin] == "%":
                self.at = self._after_comment(begin)
            else:
                self._character(self.source[begin])

    # -- letters ------------------------------------------------------------------------------

    def _say(self, text: str, at: int | None = None) -> None:
        place = self.at if at is None else at
        while self._bodies and self._bodies[-1][1] <= place:
            self._bodies.pop()
        inside = any(begin <= place < end for begin, end in self._bodies)
        self._out += [(letter, self.line, inside) for letter in text]

    def _character(self, letter: str) -> None:
        at = self.at
        self.at += 1
        if letter == "}":
            self._say(self._instead.pop(at, self._border()), at)
        elif letter == "\n":
            blank = re.compile(r"\s*\n").match(self.source, self.at)
            self._say("\n" if blank or self._by_lines else " ", at)
        elif letter == "#":
            parameter = re.compile(r"#*\d?").match(self.source, self.at)
            self.at = parameter.end() if parameter else self.at
            self._say(MACRO, at)
        else:
            self._say(CHARACTERS.get(letter, _digits(letter)), at)

    def _border(self) -> str:
        """Return what stands for the end of a group, by what follows."""
        follows = self.source[self.at : self.at + 1]
        if follows.isdigit() and self._out and self._out[-1][0].isalpha():
            return THIN  # the letters were an argument, and the number is none of a name
        at = self._after_space(self.at)
        return NEXT if self.source[at : at + 1] in ("{", "[") else ""

    def _after_comment(self, at: int) -> int:
        end = self.source.find("\n", at)
        end = len(self.source) if end < 0 else end
        self.found.allowed.setdefault(self.line, set()).update(_allowed(self.source[at:end]))
        # TeX continues with the first letter of the next line
        follows = re.compile(r"\n[ \t]*(?!\s*\n)").match(self.source, end)
        return follows.end() if follows else end

    def _verbatim(self, end: int, after: int) -> None:
        for at in range(self.at, end):
            letter = self.source[at]
            self.line += letter == "\n"
            self._say(" " if letter == "\n" else letter if letter in "%{}$&~^_#" else _digits(letter), at)
        self._counted = end
        self.at = after

    # -- control sequences --------------------------------------------------------------------

    def _control(self) -> None:
        begin = self.at
        name = re.compile(r"\\([A-Za-z@]+|.|$)", re.DOTALL).match(self.source, begin)
        word = name[1] if name else ""
        self.at = name.end() if name else begin + 1
        if self._printed_as_it_is(word):
            return
        if word.isalpha() or "@" in word:
            self.at = self._after_blanks(self.at)
            if self.source[self.at : self.at + 1] == "*":
                self.at += 1
        self._arguments(word)
        self._say(self._meant(word), begin)

    def _meant(self, word: str) -> str:
        """Return what a control sequence prints, or the mark of its kind."""
        if word in SIGNS:
            return SIGNS[word]
        if word in THINS:
            return THIN
        if word in SPACES or word in BREAKS:
            return " "
        if word == "val":
            return VALUE
        if word in FORMATS or word in FRACTIONS:
            return ""
        if word in ("char", "symbol"):
            return self._coded()
        if LENGTHS.fullmatch(word):
            return LENGTH
        if word in DROPPED or word.endswith("ref") or "cite" in word or READ.fullmatch(word):
            return NAME
        if word in self._macros and self._depth < DEEPEST:
            body = _Reader(self._macros[word], macros=self._macros, depth=self._depth + 1)
            body.run()
            return body.result().text
        return "%" if PERCENT.fullmatch(word) else MACRO

    def _arguments(self, word: str) -> None:
        """Note what of the arguments of a control sequence is no text."""
        at = self._after_space(self.at)
        if word == "val" or word in DROPPED:
            end = self._after_group(self._after_options(at))
            if word == "begin" and BOXES.fullmatch(self.source[at:end].strip("{}")):
                while (further := self._after_group(self._after_options(end))) > end:
                    end = further
            self._skip(at, end)
        elif word in ("raisebox", "scalebox"):
            self._skip(at, self._after_group(at))
        elif word in SKIPS:
            length = re.compile(rf"{GLUE}(?:\s*(?:plus|minus)\s*{GLUE})*").match(self.source, at)
            self._skip(at, length.end() if length else at)
        elif word.endswith("ref") or "cite" in word or word in ("href", "hyperref"):
            # an option of a citation is printed
            end = self._after_options(at)
            self._skip(end if "cite" in word else at, self._after_group(end))
        elif word in NUMBERS or word in FRACTIONS:
            end = self._after_options(at)
            self._skip(at, end)
            self._divide(word, end)
        elif word == "\\":
            self._skip(at, self._after_options(at))
        elif READ.fullmatch(word):
            self._reads(at)
        elif DEFINING.fullmatch(word):
            self._defines(word, at)

    def _divide(self, word: str, at: int) -> None:
        if word in FRACTIONS:
            if self.source[at : at + 1] == "{":
                self._instead[self._after_group(at) - 1] = "/"
            else:
                self._say(_digits(self.source[at : at + 1]) + "/")
                self._skip(at, at + 1)

    def _reads(self, at: int) -> None:
        begin = self._after_options(at)
        end = self._after_group(begin) if self.source[begin : begin + 1] == "{" else -1
        if end < 0:
            plain = re.compile(r"[^\s%\\{}]*").match(self.source, begin)
            end = plain.end() if plain else begin
        self.found.read.append((self.line, self.source[begin:end].strip("{} \n")))
        self._skip(at, end)

    def _defines(self, word: str, at: int) -> None:
        """Note the body of a definition, in which no number may stand."""
        end = at
        if word.endswith("def") and not word.startswith("@"):
            # the name, and what its parameters look like
            begin = re.compile(r"\\(?:[A-Za-z@]+|.)[^{]*").match(self.source, at)
            end = begin.end() if begin else at
            self._skip(at, end)
        else:
            named = re.compile(r"\\(?:[A-Za-z@]+|.)").match(self.source, at)
            end = self._after_space(named.end() if named else self._after_group(at))
            # how many parameters there are; what stands for one that is not given is printed
            count = re.compile(r"\[\d\]").match(self.source, end)
            end = count.end() if count else end
            if word.endswith("DocumentCommand"):
                end = self._after_group(end)
            self._skip(at, end)
            at = end
            end = self._after_options(self._after_space(end))
            self._bodies.append((at, end))
        last = self._after_group(self._after_space(end))
        further = self._after_space(last)
        if "environment" in word and self.source[further : further + 1] == "{":
            last = self._after_group(further)
        self._bodies.insert(0, (end, last))
        self._bodies.sort(reverse=True, key=lambda body: body[1])

    def _coded(self) -> str:
        """Return the letter that a number stands for, after the macros char and symbol."""
        code = re.compile(r"\s*\{?\s*(?:`\\?(.)|\"([0-9A-F]+)|'([0-7]+)|(\d+))\s*\}?").match(
            self.source, self.at
        )
        if code is None:
            return MACRO
        self.at = code.end()
        if code[1]:
            return CHARACTERS.get(code[1], code[1])
        number = int(code[2] or code[3] or code[4], 16 if code[2] else 8 if code[3] else 10)
        return chr(number) if number < 0x110000 else MACRO

    def _printed_as_it_is(self, word: str) -> bool:
        if word in ("verb", "lstinline"):
            star = self.source[self.at : self.at + 1] == "*"
            at = self.at + star
            closing = {"{": "}"}.get(self.source[at : at + 1], self.source[at : at + 1])
            end = self.source.find(closing, at + 1) if closing else -1
            if end < 0:
                return False
            self.at = at + 1
            self._verbatim(end, end + 1)
            return True
        named = re.compile(r"\s*\{([A-Za-z]+\*?)\}").match(self.source, self.at) if word == "begin" else None
        if named is None or named[1].rstrip("*") not in (*VERBATIM, HIDDEN):
            return False
        end = self.source.find(f"\\end{{{named[1]}}}", named.end())
        end = len(self.source) if end < 0 else end
        self.at = named.end()
        if named[1] == HIDDEN:
            self.at = end  # prints nothing
        else:
            self._verbatim(end, end)
        return True

    # -- where things end ---------------------------------------------------------------------

    def _skip(self, begin: int, end: int) -> None:
        if end > begin:
            self._skipped[begin] = end
            if self.source[self.at : begin].strip() == "":
                self.at = begin

    def _after_blanks(self, at: int) -> int:
        blanks = re.compile(r"[ \t]*").match(self.source, at)
        return blanks.end() if blanks else at

    def _after_space(self, at: int) -> int:
        """Return where blanks, comments and one end of a line end."""
        space = re.compile(r"[ \t]*(?:%[^\n]*\n[ \t]*)*(?:\n[ \t]*)?(?:%[^\n]*\n[ \t]*)*").match(
            self.source, at
        )
        return space.end() if space else at

    def _after_options(self, at: int) -> int:
        while self.source[at : at + 1] == "[" and (end := self._closed(at, "]")) > at:
            at = self._after_space(end)
        return at

    def _after_group(self, at: int) -> int:
        """Return the end of the group that begins here; without one, here."""
        return self._closed(at, "}") if self.source[at : at + 1] == "{" else at

    def _closed(self, at: int, closing: str) -> int:
        depth = 0
        for part in _BRACES.finditer(self.source, at + 1):
            if part[0] == closing and depth == 0:
                return part.end()
            depth += (part[0] == "{") - (part[0] == "}")
            if depth < 0:
                break
        return at  # it is not closed: what follows is text


_CODE = re.compile(r"\s*\{?\s*(?:`\\?(.)|\"([0-9A-F]+)|'([0-7]+)|(\d+))\s*\}?")
GLUE = r"-?[\d.]+\s*(?:fil+\b|\w\w)"
_BRACES = re.compile(r"\\.|%[^\n]*\n|[{}\]]", re.DOTALL)


def _digits(letter: str) -> str:
    """Return a letter, digits of any script as those of ASCII."""
    if letter.isascii() or not letter.isnumeric():
        return letter
    digit = unicodedata.digit(letter, None)
    return f"{unicodedata.numeric(letter):.10g}" if digit is None else str(digit)
