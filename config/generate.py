"""Write config/README.md from the schema of the configuration: ``python config/generate.py``.

Snakemake's workflow catalogue shows that file.  With ``--check`` nothing is written, and the exit status is 1
where it is not current.
"""

import sys
from pathlib import Path
from typing import Any

import yaml

HERE = Path(__file__).parent
SCHEMA = HERE.parent / "workflow/schemas/config.schema.yaml"
README = HERE / "README.md"


def page() -> str:
    """Return the text of config/README.md: the keys of the configuration with what they are for."""
    schema = yaml.safe_load(SCHEMA.read_text(encoding="utf-8"))
    lines = [
        "# Configuration",
        "",
        "<!-- Written by config/generate.py from workflow/schemas/config.schema.yaml. -->",
        "",
        "The study is described by [`config.yaml`](../config.yaml) in the folder that",
        "`snakemake --directory` names; without that option, the one at the top of this repository. For",
        "recordings of your own, `sarangi new` writes one from a table of labels",
        "([your own recordings](../docs/own-recordings.md)).",
        "",
        _line(schema["description"]),
        "",
        "| key | | what it is for |",
        "|---|---|---|",
        *(
            f"| `{key}` | {'required' if key in schema['required'] else ''} | {_line(value['description'])} |"
            for key, value in schema["properties"].items()
        ),
        "",
        "An unknown key is refused with the nearest valid one. `make docs` builds a page with the keys",
        "within these, their types and defaults; the schema itself describes each.",
        "",
    ]
    return "\n".join(lines)


def _line(text: Any) -> str:
    return " ".join(str(text).split()).replace("|", "\\|").replace("<", "&lt;")


if __name__ == "__main__":
    if sys.argv[1:] == ["--check"]:
        if not README.is_file() or README.read_text(encoding="utf-8") != page():
            sys.exit("config/README.md is not current: python config/generate.py")
    else:
        README.write_text(page(), encoding="utf-8")
