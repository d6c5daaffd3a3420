"""The titles of corpora, for the plan: read from the source of their modules, none of which is imported."""

import ast
from importlib.resources import files


def titles_of_corpora() -> dict[str, str]:
    """Return the title of every corpus that can be read, by its name."""
    modules = [file for file in files("sarangi.corpora.layouts").iterdir() if file.name.endswith(".py")]
    found = {}
    for module in sorted(modules, key=lambda file: file.name):
        for node in ast.parse(module.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "TITLE":
                found[module.name.removesuffix(".py")] = ast.literal_eval(node.value)
    return found
