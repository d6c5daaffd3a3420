"""The examples of CONTRIBUTING, and modules added as it says."""

import re
import sys

from support.places import ROOT


def example(section):
    """The blocks of code in a section of CONTRIBUTING.md, by their language."""
    page = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    text = page.split(f"\n## {section}\n")[1].split("\n## ")[0]
    kinds = ("python", "yaml", "console")
    return {kind: re.findall(rf"```{kind}\n(.*?)```", text, re.DOTALL) for kind in kinds}


def add_module(package, name, text, folder, monkeypatch):
    """Add a module to a package for one test, as if its file lay there."""
    folder.mkdir(exist_ok=True)
    (folder / f"{name}.py").write_text(text, encoding="utf-8")
    monkeypatch.setattr(package, "__path__", [*package.__path__, str(folder)])
    monkeypatch.delitem(sys.modules, f"{package.__name__}.{name}", raising=False)
    return f"{package.__name__}.{name}"
