"""The paper's PDF, by latexmk, the same bytes from the same parts."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

from sarangi.errors import SarangiError

PROGRAMS = ("latexmk", "pdflatex", "bibtex")
PACKAGES = (
    "latexmk", "texlive-latex-base", "texlive-latex-recommended", "texlive-latex-extra",
    "texlive-fonts-recommended", "texlive-science", "lmodern",
)  # fmt: skip


def missing_programs() -> list[str]:
    """Return the programs that the paper needs and that are not on this machine."""
    return [program for program in PROGRAMS if shutil.which(program) is None]


def paper_pdf(written: Path, generated: Sequence[Path], output: Path) -> None:
    """Build the paper in a folder of its own and keep the PDF.

    Parameters
    ----------
    written
        Folder with ``main.tex``, ``sections/`` and ``references.bib``.
    generated
        Tables, figures and ``numbers.tex``, as ``paper/<place>``; they go to ``<place>``.
    output
        PDF file to write.

    Raises
    ------
    SarangiError
        If LaTeX is not installed, with the Debian packages to install, or cannot build the paper,
        with the lines of its log that say why.
    """
    missing = missing_programs()
    if missing:
        raise SarangiError(
            f"the paper needs {', '.join(missing)}: install Debian packages {' '.join(PACKAGES)}"
        )
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        shutil.copyfile(written / "main.tex", folder / "main.tex")
        shutil.copyfile(written / "references.bib", folder / "references.bib")
        shutil.copytree(written / "sections", folder / "sections")
        for part in generated:
            place = folder / part.relative_to("paper")
            place.parent.mkdir(exist_ok=True)
            shutil.copyfile(part, place)
        command = [
            "latexmk",
            "-pdf",
            "-interaction=nonstopmode",
            "-halt-on-error",
            "-file-line-error",
            "main.tex",
        ]
        # no clock in the PDF
        environment = os.environ | {"SOURCE_DATE_EPOCH": "0", "FORCE_SOURCE_DATE": "1", "TZ": "UTC"}
        done = subprocess.run(
            command,
            cwd=folder,
            env=environment,
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            check=False,
        )
        if done.returncode != 0:
            said = [
                line for line in done.stdout.splitlines() if ":" in line and ("rror" in line or "!" in line)
            ]
            raise SarangiError(
                "LaTeX could not build the paper:\n"
                + "\n".join(said[:10] or done.stdout[-2000:].splitlines())
            )
        shutil.copyfile(folder / "main.pdf", output)
