"""The paper's PDF and its package for arXiv, the same bytes from the same parts."""

import difflib
import gzip
import os
import re
import shutil
import subprocess
import tarfile
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sarangi.base.errors import SarangiError
from sarangi.base.personal_settings import for_program
from sarangi.paper.letters import printable
from sarangi.paper.refused import internal_ids, small_letters
from sarangi.paper.typed import MAIN, SUPPLEMENT, typed_scores, written_files

NOTHING: Mapping[str, Any] = {}
PROGRAMS = ("latexmk", "pdflatex", "bibtex")
PACKAGES = (
    "latexmk", "texlive-latex-base", "texlive-latex-recommended", "texlive-latex-extra",
    "texlive-fonts-recommended", "texlive-science", "lmodern",
)  # fmt: skip
# of no personal file, and no program is started for the text
LATEXMK = (
    "latexmk", "-norc", "-pdf", "-latexoption=-no-shell-escape", "-interaction=nonstopmode", "-halt-on-error",
    "-file-line-error",
)  # fmt: skip
TECTONIC = ("tectonic", "--keep-intermediates")
CACHED = (*TECTONIC[:1], "--only-cached", *TECTONIC[1:])
"""First without a network: what tectonic once fetched is enough."""
CACHES_OF_TECTONIC = ("TECTONIC_CACHE_DIR", "XDG_CACHE_HOME")
SHUT_IN = {
    "openin_any": "p",
    "openout_any": "p",
    "shell_escape": "f",
    "TECTONIC_UNTRUSTED_MODE": "1",
}
"""The text reads and writes only what is in its folder or belongs to TeX, and starts no program."""
NO_CLOCK = {"SOURCE_DATE_EPOCH": "0", "FORCE_SOURCE_DATE": "1", "max_print_line": "1000"}
"""No clock in the PDF, and no line of the log broken."""
REACHES_OUT = re.compile(
    r"^.*(?:runsystem\(.*|Not (?:reading|writing).*open(?:in|out)_any.*|File `\|.*' not found.*)$",
    re.MULTILINE,
)
LABEL = re.compile(r"^\\newlabel\{((?:tab|fig):[^}]+)\}\{\{([^{}]*)\}", re.MULTILINE)
"""Of a table or figure in what LaTeX writes beside a PDF."""
LATEX = (".tex", ".sty")
LABELS = "supplement_labels.tex"
UNDEFINED = re.compile(r"Reference `([^']+)' on page \S+ undefined")
UNKNOWN = re.compile(r"Package sarangi Error: unknown key\s+'(.*?)'", re.DOTALL)


def missing_programs() -> list[str]:
    """Return the programs that the paper needs and that are not on this machine; none where tectonic is."""
    missing = [program for program in PROGRAMS if shutil.which(program) is None]
    return [] if shutil.which("tectonic") else missing


def paper_pdf(
    written: Mapping[str, Path],
    generated: Sequence[Path],
    output: Mapping[str, Path],
    configuration: Mapping[str, Any] = NOTHING,
) -> None:
    """Build the paper and its supplement in a folder of their own and keep the PDFs.

    Parameters
    ----------
    written
        ``main.tex``, ``sarangi.sty``, ``references.bib`` and what is below ``sections/``, by their places
        (:func:`sarangi.paper.written.sources`).
    generated
        Tables, figures and ``numbers.tex``, as ``paper/<place>``; they go to ``<place>``.
    output
        PDF files to write, by ``main`` and ``supplement``.
    configuration
        Whose texts the tables hold: what cannot be printed is refused by its key.

    Raises
    ------
    SarangiError
        If LaTeX is not installed, with the Debian packages to install; if a result is typed into the text, or
        a file is read that no rule makes, if letters would be under 7 points, or a name of the configuration
        would be printed, with file and line; or if the paper cannot be built, with
        the lines of the log that say why, and for a key that no number has the keys most like it.
    """
    with _built(written, generated, configuration) as folder:
        for name, path in output.items():
            shutil.copyfile(folder / f"{name}.pdf", path)


def arxiv(
    written: Mapping[str, Path],
    generated: Sequence[Path],
    output: Path,
    configuration: Mapping[str, Any] = NOTHING,
) -> None:
    """Build the paper, and pack what ``pdflatex`` alone needs to build it again, as arXiv does.

    The numbers are those that the text looks up, the bibliography is the finished one.  Names are sorted,
    times and owners empty, so the same parts give the same bytes.

    Parameters
    ----------
    written, generated
        As for :func:`paper_pdf`.
    output
        ``.tar.gz`` file to write.
    configuration
        As for :func:`paper_pdf`.

    Raises
    ------
    SarangiError
        As :func:`paper_pdf`.
    """
    with _built(written, generated, configuration) as folder:
        parts = ["main.bbl", "numbers.tex", LABELS]
        if (folder / SUPPLEMENT).exists():
            # what is below anc/ is shown beside the paper, and not built
            (folder / "anc").mkdir()
            shutil.copyfile(folder / "supplement.pdf", folder / "anc/supplement.pdf")
            parts.append("anc/supplement.pdf")
        written_here = [path for path in written_files(folder) if path.suffix != ".bib" and path.is_file()]
        parts += [str(path.relative_to(folder)) for path in written_here if path.name != SUPPLEMENT]
        parts += [str(part.relative_to("paper")) for part in generated]
        with (
            output.open("wb") as file,
            # a name or a time in the header would be another byte elsewhere
            gzip.GzipFile(filename="", mode="wb", fileobj=file, mtime=0) as zipped,
            tarfile.open(fileobj=zipped, mode="w", format=tarfile.USTAR_FORMAT) as archive,
        ):
            for name in sorted(set(parts)):
                entry = tarfile.TarInfo(name)
                entry.size, entry.mode = (folder / name).stat().st_size, 0o644
                with (folder / name).open("rb") as content:
                    archive.addfile(entry, content)


@contextmanager
def _built(
    written: Mapping[str, Path], generated: Sequence[Path], configuration: Mapping[str, Any]
) -> Iterator[Path]:
    """Build ``main.pdf`` and ``main.bbl`` in a temporary folder, and yield it."""
    missing = missing_programs()
    if missing:
        raise SarangiError(
            f"the paper needs {', '.join(missing)}: install Debian packages {' '.join(PACKAGES)}, or "
            "tectonic (snakemake --software-deployment-method conda brings it)"
        )
    typed = [f"{file}:{line}: {found}" for file, line, found in typed_scores(Path("paper"), written)]
    if typed:
        raise SarangiError(
            "the paper's text has results that are typed, or reads what no rule makes:", *typed
        )
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for name_, part in written.items():
            place = folder / name_
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(part, place)
        for file in generated:
            place = folder / file.relative_to("paper")
            place.parent.mkdir(exist_ok=True)
            shutil.copyfile(file, place)
        made = {str(file): folder / file.relative_to("paper") for file in generated if file.suffix == ".tex"}
        texts = {f"paper/{name}": path for name, path in written.items() if path.suffix in LATEX}
        small = list(small_letters(made | {name: path for name, path in texts.items() if path.is_file()}))
        if small:
            raise SarangiError("the paper would have letters that nobody can read:", *small[:10])
        ids = list(internal_ids(made, configuration))
        if ids:
            raise SarangiError("the paper would print names that only the configuration has:", *ids[:10])
        printable(made, configuration)
        known = (folder / "numbers.tex").read_text(encoding="utf-8")
        there = [path for path in written_files(folder) if path.is_file()]
        text = "\n".join(path.read_text(encoding="utf-8-sig") for path in there)
        (folder / "numbers.tex").write_text(looked_up(known, text), encoding="utf-8")
        _build_supplement(folder, known)
        _run_latex(folder, MAIN, known)
        yield folder


def _build_supplement(folder: Path, known: str) -> None:
    """Build the supplement, and write for the paper which numbers its tables and figures have."""
    labels = []
    if (folder / SUPPLEMENT).exists():
        _run_latex(folder, SUPPLEMENT, known)
        beside = (folder / SUPPLEMENT).with_suffix(".aux").read_text(encoding="utf-8", errors="replace")
        labels = [f"\\setsupplement{{{name}}}{{{number}}}\n" for name, number in LABEL.findall(beside)]
    (folder / LABELS).write_text("".join(labels), encoding="utf-8")


def _run_latex(folder: Path, document: str, known: str) -> None:
    """Build one document, and refuse it where it refers to what is not there."""
    has_latex = all(shutil.which(program) for program in PROGRAMS)
    with tempfile.TemporaryDirectory() as home:
        for command in [LATEXMK] if has_latex else [CACHED, TECTONIC]:
            done = subprocess.run(
                [*command, document],
                cwd=folder,
                env=_environment(Path(home), command) | SHUT_IN | NO_CLOCK,
                capture_output=True,
                encoding="utf-8",
                errors="replace",
                check=False,
            )
            if done.returncode == 0:
                break
    output = done.stdout + done.stderr
    log = (folder / document).with_suffix(".log")
    written = log.read_text(encoding="utf-8", errors="replace") if log.exists() else ""
    refused = list(dict.fromkeys(line.strip() for line in REACHES_OUT.findall(output + written)))
    if refused:
        raise SarangiError(
            "the paper's text asks for a program, or for a file outside its folder; LaTeX starts none and "
            r"opens none: remove it from the text (\write18, \input, \includegraphics and their like):",
            *refused[:10],
        )
    if done.returncode == 0:
        # of the last pass: the passes before it know no number yet
        unknown = sorted(set(UNDEFINED.findall(written)))
        if unknown:
            raise SarangiError(
                f"paper/{document} refers to what neither it nor the supplement has: {', '.join(unknown)}. "
                "Name a table or figure of this study, or put the sentence into \\ifmade"
            )
        return
    said = [line for line in output.splitlines() if ":" in line and ("rror" in line or "!" in line)]
    raise SarangiError(
        "LaTeX could not build the paper:",
        *(said[:10] or output[-2000:].splitlines()),
        *(_near(key, known) for key in dict.fromkeys(UNKNOWN.findall(output))),
    )


def _environment(home: Path, command: Sequence[str]) -> dict[str, str]:
    """Return what LaTeX sees of the environment: no personal tree, no personal settings."""
    if command[0] != TECTONIC[0]:
        return for_program(home)
    # what it once fetched is kept below the user's home, what the user set for it is not read
    places = {name: os.environ[name] for name in ("HOME", *CACHES_OF_TECTONIC) if name in os.environ}
    return for_program(home, network=True) | places | {"XDG_CONFIG_HOME": str(home)}


def _near(key: str, known: str) -> str:
    """Say which keys of ``numbers.tex`` are most like an unknown one."""
    keys = re.findall(r"\\setval\{([^}]+)\}", known)
    near = difflib.get_close_matches(key, keys, n=5)
    near = near or [name for name in keys if name.startswith(key.split(".")[0])][:5]
    meant = f"did you mean {' or '.join(near)}?" if near else "no key is like it."
    return (
        f"{key}: numbers.tex has no such key; {meant} src/sarangi/paper/numbers.py says which there are; one "
        r"that only some configurations have must be inside  \ifval"
    )


def looked_up(numbers: str, text: str) -> str:
    """Return the lines of ``numbers.tex`` that a text may look up.

    The whole file has a name for every number of the study, more than TeX has room for.

    Parameters
    ----------
    numbers
        The file's text.
    text
        LaTeX source in which each key stands as it is.
    """
    words = set(re.findall(r"[\w.]+", text))
    names = {word.partition(".")[0] for word in words}
    kept = []
    for line in numbers.splitlines():
        found = re.match(r"\\set(val|outcome|verdict|experiment)\{([^}]+)\}", line)
        if found is None or found[2] in (names if found[1] == "experiment" else words):
            kept.append(line)
    return "\n".join(kept) + "\n"
