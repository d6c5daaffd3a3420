"""The documentation: a reference of all that there is, links that lead somewhere, commands that exist."""

import ast
import contextlib
import io
import pkgutil
import re
import shlex
import sys

import pytest
import yaml
from support import shown_commands
from support.places import ROOT
from support.shown_commands import commands
from support.studies import checked

from sarangi import terminal
from sarangi.__main__ import command_line

sys.path.append(str(ROOT / "docs"))
import assemble
import reference

PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("*/README.md")])
READ = [*PAGES, ROOT / "Snakefile", ROOT / "config.yaml", *sorted(ROOT.glob("rules/*.smk"))]
READ += sorted(ROOT.glob("workflow/schemas/*.yaml"))
"""What people read beside messages: documents, rules, the configuration and what its keys mean."""
SHOWN = [ROOT / "README.md", *sorted(ROOT.glob("docs/*.md"))]
CLUMSY = re.compile(
    r"\bin hand\b|\bat hand\b|\banew\b|\bwaits for\b|\bgoes on\b|\bbe had\b|\bstands? (?:in|beside)\b"
    r"|spoken by a program|\bown (?:sample )?rates?\b|nobody's|groups apart|speakers shared"
    r"|\bonly describes?\b|\bhears\b|\bmodels? that (?:hears?|reads?|listens?)\b|thrown away|begun again"
    r"|takes no locks|without a word"
    r"|\b(?:stands?|lies?) (?:there|here|twice|with|beside|on both)\b|\bmend(?:s|ed)?\b"
    r"|(?<!there )\b(?:is|are) no (?:number|mapping|object|experiment|claim|text|file|name|test|address)s?\b"
    r"|\bis none of (?:the|its)\b|\btakes? (?:it|this|them|one) (?:out|away)\b",
    re.IGNORECASE,
)
"""Coinages to be said in plain words: resumes, needs, is in, appears twice, is not a number, correct, remove,
is not available, at the native sample rate, speaker-disjoint, descriptive interval, audio model."""
LINK = re.compile(r"\]\(([^)\s#]*)(#[^)\s]*)?\)")


def test_the_readme_is_read_in_one_go():
    assert len((ROOT / "README.md").read_text(encoding="utf-8").splitlines()) < 150


def test_the_encoder_of_the_readme_is_a_valid_entry(study, tmp_path, monkeypatch):
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    for key, entries in yaml.safe_load(re.search(r"```yaml\n(.*?)```", readme, re.DOTALL)[1]).items():
        study[key] |= entries
    study["experiments"].append(
        {"corpora": ["urdu_latif"], "protocols": ["loso"], "models": ["mine_logistic"]}
    )
    assert "urdu_latif_loso_mine_logistic" in checked(study, tmp_path, monkeypatch).experiments


@pytest.mark.parametrize("page", READ, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_the_documents_are_in_plain_english(page):
    if page.name == "CHANGELOG.md" or page.parent.name == "first-run":
        return  # what was written, or made by a run, stays as it was
    lines = page.read_text(encoding="utf-8").splitlines()
    assert [f"{place}: {line}" for place, line in enumerate(lines, 1) if CLUMSY.search(line)] == []


def texts(node):
    """The texts of a module that a person may read: string literals, but not docstrings."""
    if isinstance(node, ast.JoinedStr):
        yield node.lineno, "".join(v.value if isinstance(v, ast.Constant) else "{}" for v in node.values)
    elif isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.lineno, node.value
    elif not (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)):
        for child in ast.iter_child_nodes(node):
            yield from texts(child)


def test_the_messages_of_the_library_are_in_plain_english():
    found = []
    for file in sorted((ROOT / "src/sarangi").rglob("*.py")):
        for line, text in texts(ast.parse(file.read_text(encoding="utf-8"))):
            if CLUMSY.search(text):
                found.append(f"{file.relative_to(ROOT)}:{line}: {CLUMSY.search(text)[0]}: {text[:80]}")
    assert found == []


def declared(node):
    """The names of keys that a schema describes, found without what follows references."""
    if isinstance(node, dict):
        for name, value in (node.get("properties") or {}).items():
            if isinstance(value, dict) and ("description" in value or "$ref" in value):
                yield name
        for value in node.values():
            yield from declared(value)
    elif isinstance(node, list):
        for value in node:
            yield from declared(value)


def test_the_reference_has_every_key_of_the_configuration():
    page = reference.configuration()
    keys = set(re.findall(r"^\| `([^`]+)` \|", page, re.M)) | set(re.findall(r"^## (\w+)$", page, re.M))
    last = {key.rpartition(".")[2].removesuffix("[]") for key in keys}
    whole = yaml.safe_load(reference.SCHEMA.read_text(encoding="utf-8"))
    assert set(declared(whole)) - last == set()
    for key in ("seed", "protocols.<name>.leaks", "models.<name>.finetuning.learning_rate"):
        assert key in keys
    assert "| `threads.torch` | integer ≥ 1 | `1` |" in page


def test_the_reference_has_every_column_of_every_schema():
    page = reference.schemas()
    sections = dict(re.findall(r"^## (\w+ \(`[\w.]+`\))\n(.*?)(?=^## |\Z)", page, re.M | re.S))
    written = set()
    for file in (ROOT / "src/sarangi").rglob("*.py"):
        module = ".".join(file.relative_to(ROOT / "src").with_suffix("").parts)
        text = file.read_text(encoding="utf-8")
        written |= {f"{name} (`{module}`)" for name in re.findall(r"^([A-Z_]+) = pa\.schema\(", text, re.M)}
    assert set(sections) == written and len(written) > 20
    manifest = sections["MANIFEST (`sarangi.base.manifest_rows`)"]
    from sarangi.base.manifest_rows import MANIFEST

    assert re.findall(r"^\| `(\w+)`", manifest, re.M) == MANIFEST.names
    scores = sections["SCORES (`sarangi.base.score_rows`)"]
    assert "| `ceiling` | `double` | yes | the best possible value given the emotions" in scores


def test_the_reference_has_every_command_and_every_rule():
    page = reference.commands()
    for module in pkgutil.iter_modules(terminal.__path__):
        assert f"\n## sarangi {module.name}\n" in page
    names = {rule.name for rule in reference.rules()}
    for file in [ROOT / "Snakefile", *(ROOT / "rules").glob("*.smk")]:
        text = file.read_text(encoding="utf-8")
        assert set(re.findall(r"^ *rule (\w+):", text, re.M)) <= names
        assert {f"{name}_{file.stem[:-1]}" for name in re.findall(r'"(\w+)": Exhibit\(', text)} <= names
    assert {"paper/tables", "<finding>", "scores_<together>", "leakage_figure"} <= names
    page = reference.rule_page()
    # a script without a rule on the page would be one that a loop makes and that was not understood
    for script in (ROOT / "workflow/scripts").glob("*.py"):
        assert f"`{script.stem}" in page, script.name


def test_the_reference_has_every_module():
    found = "".join(reference.package_page(package) for package in reference.packages())
    for file in (ROOT / "src/sarangi").rglob("*.py"):
        name = ".".join(file.relative_to(ROOT / "src").with_suffix("").parts).removesuffix(".__init__")
        if name.count(".") > 0 and file.parent.name != "sarangi":
            assert f"\n## {name}\n" in found
            for node in ast.parse(file.read_text(encoding="utf-8")).body:
                if isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
                    assert f"| `{node.name}(" in found


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_each_link_of_a_page_leads_to_a_file(page):
    for name, _ in LINK.findall(page.read_text(encoding="utf-8")):
        if name and "://" not in name:
            assert (page.parent / name).exists(), name


def test_blocks_of_lists_have_the_indentation_that_mkdocs_knows():
    page = "- one\n  more\n\n  ```yaml\n  a:\n    b: 1\n  ```\n\ntext\n\n```yaml\n- x\n  y\n```\n"
    changed = (
        "- one\n    more\n\n    ```yaml\n    a:\n      b: 1\n    ```\n\ntext\n\n```yaml\n- x\n  y\n```\n"
    )
    assert assemble.indented(page) == changed
    assert assemble.indented("- a\n\n  b\n- c\n- d\n") == "- a\n\n    b\n\n- c\n- d\n"
    assert assemble.indented("10. ten\n\n    block\n") == "10. ten\n\n    block\n"


def test_each_page_is_in_the_navigation_and_each_entry_of_it_is_a_page():
    nav = assemble.navigation(yaml.safe_load(assemble.CONFIG.read_text(encoding="utf-8"))["nav"])
    named = assemble.pages(nav)
    assert len(named) == len(set(named))
    assert {path.relative_to(ROOT).as_posix() for path in ROOT.glob("docs/*.md")} <= set(named)
    generated = {f"docs/reference/{name}.md" for name in reference.PAGES}
    assert {name for name in named if not (ROOT / name).is_file()} - generated == {
        f"docs/reference/python-{name}.md" for name in reference.packages()
    }


def test_each_command_that_a_page_shows_is_carried_out_by_a_test_or_listed_as_not():
    listed = [entry.command for entry in shown_commands.CARRIED_OUT] + list(shown_commands.NOT)
    assert len(listed) == len(set(listed))
    assert set(listed) == shown_commands.shown()
    assert set(shown_commands.NOT.values()) <= set(shown_commands.REASONS)
    for command, test, does in shown_commands.CARRIED_OUT:
        file, _, name = test.partition("::")
        assert name in shown_commands.functions(ROOT / file), (command, test)
        assert does in (ROOT / file).read_text(encoding="utf-8"), (command, does)


def test_each_command_of_sarangi_that_a_page_shows_is_one():
    parser, _ = command_line()
    seen = set()
    for page in SHOWN:
        for words in commands(page):
            if words[:3] == ["python", "-m", "sarangi"]:
                words = words[2:]
            if words[0] != "sarangi":
                continue
            said = io.StringIO()
            try:
                with contextlib.redirect_stderr(said):
                    _, rest = parser.parse_known_args(words[1:])
            except SystemExit:
                pytest.fail(f"{page.name}: {shlex.join(words)}: {said.getvalue()}")
            assert rest == [] or words[1] in {"audit", "run"}, (page.name, words)
            seen.add(words[1])
    assert {"new", "audit", "run", "explain", "check", "score", "listen", "plan"} <= seen


def test_each_target_and_file_that_a_page_shows_is_there():
    targets = set(re.findall(r"^([\w-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.M))
    for page in SHOWN:
        for words in commands(page):
            if words[0] == "make":
                assert {word for word in words[1:] if "=" not in word} <= targets, (page.name, words)
            if words[0] == "python" and words[1].endswith(".py"):
                assert (ROOT / words[1]).is_file(), (page.name, words)


def test_each_file_of_the_tests_that_a_page_names_is_there():
    named = {
        name for page in SHOWN for name in re.findall(r"`(tests/[\w./]+)`", page.read_text(encoding="utf-8"))
    }
    assert len(named) > 10 and [name for name in sorted(named) if not (ROOT / name).exists()] == []
