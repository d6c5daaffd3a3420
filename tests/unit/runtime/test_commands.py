"""Commands that a person is told to give: each path of them is one word of the shell."""

import ast
import re
import subprocess
from pathlib import Path

import pytest
from support.places import ROOT

from sarangi.base.errors import SarangiError
from sarangi.base.installation import INSTALLED
from sarangi.runtime import commands, provenance

ODD = (
    "it's",
    "My Study",
    'a "b"',
    "$HOME",
    "`id`",
    "a;b",
    "-x",
    "a\\b",
    "new\nline",
    "zwnj\u200cname",
    "\udcff",
)


@pytest.mark.parametrize("name", ODD)
def test_a_path_is_one_word_of_the_shell_on_one_line_and_never_an_option(name, tmp_path):
    (tmp_path / name).mkdir()
    command = f"rmdir {commands.quoted(name)}"
    # as it is shown: messages show what cannot be printed by its escapes
    assert str(SarangiError(command)) == command
    done = subprocess.run(["bash", "-c", command], cwd=tmp_path, check=False)
    assert done.returncode == 0
    assert list(tmp_path.iterdir()) == []


def test_commands_name_the_folder_as_it_is_named_in_the_projects(monkeypatch, tmp_path):
    monkeypatch.setattr(provenance, "PROJECT", tmp_path)
    (tmp_path / "it's").mkdir()
    assert commands.snakemake("-n", tmp_path) == "snakemake -n"
    assert commands.snakemake("-n", tmp_path / "it's") == """snakemake --directory 'it'"'"'s' -n"""
    assert commands.sarangi("lock", tmp_path / "it's") == """python -m sarangi lock --directory 'it'"'"'s'"""
    monkeypatch.chdir(tmp_path / "it's")
    assert commands.placed("a b") == """'it'"'"'s/a b'"""
    assert commands.made_anew("x").startswith("""snakemake --directory 'it'"'"'s' --cores 1 --forcerun x""")
    assert commands.folder_of(Path("/")) == Path("/")


def test_of_an_installed_package_commands_can_be_given_anywhere(monkeypatch, tmp_path):
    monkeypatch.setattr(provenance, "PROJECT", INSTALLED)
    assert commands.snakemake("-n", tmp_path) == f'snakemake -s "$(sarangi where)" --directory {tmp_path} -n'
    assert commands.sarangi("lock", tmp_path) == f"sarangi lock --directory {tmp_path}"


def test_a_command_of_snakemake_in_a_message_says_how_many_cores():
    """Without them it does nothing but ask for them."""
    targets = r"\bsnakemake (all|app|audit|finding|paper|report|results_bundle|verify)\b"
    found = []
    for file in (ROOT / "src").rglob("*.py"):
        tree = ast.parse(file.read_text(encoding="utf-8"))
        described = {
            id(node.body[0].value)
            for node in ast.walk(tree)
            if getattr(node, "body", None)
            and isinstance(node.body, list)
            and isinstance(node.body[0], ast.Expr)
        }
        found += [
            f"{file.name}:{node.lineno}: {node.value}"
            for node in ast.walk(tree)
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in described
            if re.search(targets, node.value)
        ]
    assert found == []
