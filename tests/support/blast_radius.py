"""Which scripts of the workflow rerun when a module changes, by their fingerprints.

    python tests/support/blast_radius.py [CHECKOUT]

Counted is with every member of every registry, as if each script ran for every corpus and every model.
"""

import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sarangi.runtime import fingerprint

ROOT = Path(__file__).parents[2]
LOADER = re.compile(r"""import_module\(\s*f["']([\w.]*|\{__name__\}|\{__package__\})\.\{""")
ALWAYS = "verify"  # runs whether anything changed or not


def modules(checkout: Path = ROOT) -> dict[str, Path]:
    """Return the files of the library's modules, by name."""
    files = sorted((checkout / "src/sarangi").rglob("*.py"))
    names = (file.relative_to(checkout / "src").with_suffix("").parts for file in files)
    return {
        ".".join(part for part in parts if part != "__init__"): file
        for parts, file in zip(names, files, strict=True)
    }


def registries(checkout: Path = ROOT) -> dict[str, tuple[str, ...]]:
    """Return the members of each registry, by the module that loads them by name."""
    found = {}
    files = modules(checkout)
    for name, file in files.items():
        for package in LOADER.findall(file.read_text(encoding="utf-8")):
            package = package.format(__name__=name, __package__=name.rpartition(".")[0])
            found[name] = tuple(member for member in files if member.rpartition(".")[0] == package)
    return found


def rerun_by(checkout: Path = ROOT) -> dict[str, set[str]]:
    """Return the scripts whose fingerprint contains a module, by its name; of every module, also of none."""
    files = modules(checkout)
    found: dict[str, set[str]] = {name: set() for name in files}
    for script, code in code_of_scripts(checkout).items():
        for module in code:
            found[module].add(script)
    return found


def code_of_scripts(checkout: Path = ROOT) -> dict[str, set[str]]:
    """Return the modules that a fingerprint contains, by script, without those that always run."""
    by_name = tuple(registries(checkout).items())
    scripts = sorted((checkout / "workflow/scripts").glob("*.py"))
    with _library(checkout):
        return {
            script.stem: set(fingerprint.closure(script, by_name, fingerprint.GUARDS)[0]) - {""}
            for script in scripts
            if script.stem != ALWAYS
        }


def scripts_of_stage(checkout: Path = ROOT) -> dict[str, set[str]]:
    """Return the scripts of each file of rules, by its name."""
    scripts = {path.stem for path in (checkout / "workflow/scripts").glob("*.py")}
    found = {}
    for file in sorted((checkout / "rules").glob("*.smk")):
        text = file.read_text(encoding="utf-8")
        found[file.stem] = set(re.findall(r"workflow/scripts/(\w+)\.py", text))
        if "workflow/scripts/{rule}.py" in text:  # the rules of tables, and of figures
            found[file.stem] |= {name for name in scripts if name.endswith(f"_{file.stem[:-1]}")}
    return found


@contextmanager
def _library(checkout: Path) -> Iterator[None]:
    """Have fingerprints look for the project's modules in a checkout."""
    before, fingerprint.ROOT = fingerprint.ROOT, checkout / "src/sarangi"
    fingerprint._module.cache_clear()
    try:
        yield
    finally:
        fingerprint.ROOT = before
        fingerprint._module.cache_clear()


def main() -> int:
    checkout = Path(sys.argv[1] if len(sys.argv) > 1 else ROOT).resolve()
    counts = {name: len(scripts) for name, scripts in rerun_by(checkout).items()}
    scripts = len(code_of_scripts(checkout))
    print(f"Of {scripts} scripts rerun where a module changes ({ALWAYS} always runs, and is not counted):")
    for name, count in sorted(counts.items(), key=lambda entry: (-entry[1], entry[0])):
        print(f"{count:4}  {name}")
    print(f"{sum(counts.values()) / len(counts):.1f} on average of {len(counts)} modules")
    return 0


if __name__ == "__main__":
    sys.exit(main())
