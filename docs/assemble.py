"""Put the pages of the documentation together, for mkdocs: ``python docs/assemble.py FOLDER``.

FOLDER gets ``pages/``, laid out like the repository, so that links between pages are the same in both; the
reference, which is written from the code; and ``mkdocs.yml``.  Nothing is fetched.
"""

import re
import shutil
import sys
from pathlib import Path
from urllib.parse import unquote

import reference
import yaml

ROOT = reference.ROOT
CONFIG = ROOT / "docs/mkdocs.yml"
ELSEWHERE = ("How-to",)
"""The section of a page of ``docs/`` that ``mkdocs.yml`` does not name."""
LINK = re.compile(r"\]\(([^)\s#]+)(?:#[^)\s]*)?\)")


def pages(nav: list) -> list[str]:
    """Return the paths of all pages in a part of the navigation, in their order."""
    found = []
    for entry in nav:
        value = next(iter(entry.values())) if isinstance(entry, dict) else entry
        found += pages(value) if isinstance(value, list) else [value]
    return found


def linked(page: Path) -> set[Path]:
    """Return the files that a page links to; mkdocs refuses a link that leads nowhere."""
    text = page.read_text(encoding="utf-8")
    names = {unquote(name) for name in LINK.findall(text) if "://" not in name}
    return {path for name in names if (path := (page.parent / name).resolve()).is_file()}


def indented(text: str) -> str:
    """Return a page whose lists hold their blocks by four spaces, which is how mkdocs knows them."""
    lines = []
    offset, fenced, blocks = 0, False, False
    for line in text.splitlines():
        fenced ^= line.startswith("```")
        item = None if fenced else re.match(r"- |\d+\. ", line)
        if item:
            # an item after one with blocks of its own is known as one after an empty line alone
            if blocks and lines[-1]:
                lines.append("")
            offset, blocks = len(item[0]), False
        elif line and not line.startswith(" "):
            offset = 0
        elif offset and line.startswith(" " * offset):
            blocks |= not lines[-1]
            line = " " * (4 - offset) + line
        lines.append(line)
    return "\n".join(lines) + "\n"


def navigation(nav: list) -> list:
    """Return the navigation with the pages of ``docs/`` that it does not name, and the pages of packages."""
    named = set(pages(nav))
    more = sorted(
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "docs").glob("*.md")
        if path.relative_to(ROOT).as_posix() not in named
    )
    for section in nav:
        (title, entries), *_ = section.items()
        if title in ELSEWHERE:
            entries += more
        if title == "Reference":
            library = [f"docs/reference/python-{name}.md" for name in reference.packages()]
            entries.append({"Packages": library})
    return nav


def build(folder: Path) -> None:
    """Write the pages and the configuration of mkdocs into a folder, which is emptied before."""
    shutil.rmtree(folder, ignore_errors=True)
    config = yaml.safe_load(CONFIG.read_text(encoding="utf-8"))
    config["nav"] = navigation(config["nav"])
    generated = "docs/reference/"
    wanted = {ROOT / page for page in pages(config["nav"]) if not page.startswith(generated)}
    wanted |= {ROOT / file for file in (*config["extra"]["polyfills"], *config["extra_css"])}
    seen: set[Path] = set()
    while wanted - seen:
        for page in sorted(wanted - seen):
            seen.add(page)
            if page.suffix == ".md":
                wanted |= {file for file in linked(page) if file.is_relative_to(ROOT)}
    for file in sorted(wanted):
        target = folder / "pages" / file.relative_to(ROOT)
        target.parent.mkdir(parents=True, exist_ok=True)
        if file.suffix == ".md":
            target.write_text(indented(file.read_text(encoding="utf-8")), encoding="utf-8")
        else:
            shutil.copyfile(file, target)
    reference.write(folder / "pages" / generated)
    # a page that only others link to is in no menu
    config["not_in_nav"] = "\n".join(
        sorted(
            f"/{file.relative_to(ROOT).as_posix()}"
            for file in wanted
            if file.suffix == ".md" and file.relative_to(ROOT).as_posix() not in pages(config["nav"])
        )
    )
    text = yaml.safe_dump(config, sort_keys=False, allow_unicode=True, width=110)
    (folder / "mkdocs.yml").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    build(Path(sys.argv[1]))
