"""Extras: what is lacking, without importing it, and what to do."""

import ast
import importlib.util
import subprocess
import sys
from functools import cache

from support.blast_radius import modules
from support.places import ROOT

from sarangi.runtime import extras
from sarangi.runtime.packages import distribution_of

BEYOND_THE_CORE = {
    "disturbed_runs", "encoder_weights", "evaluate_checkpoint", "finetune", "finetune_together",
    "pooled_states", "prefix_states", "random_encoder", "random_whisper", "synthetic_corpus",
    "transcribe", "transfer", "unpacked_whisper", "whisper_encoder",
}  # fmt: skip
"""The scripts that cannot even start without an extra; the plan knows which, by what they need."""


def test_an_extra_holds_those_that_it_names_and_the_smallest_is_advised():
    packages = extras.packages_of_extras()
    assert packages["neural"] < packages["asr"] < packages["app"] < packages["all"]
    assert extras.advice_for("torch.nn") == "torch is not installed: pip install 'sarangi[neural]'"
    assert extras.advice_for("whisper") == "openai-whisper is not installed: pip install 'sarangi[asr]'"
    assert extras.advice_for("gradio") == "gradio is not installed: pip install 'sarangi[app]'"
    assert [extras.advice_for(module) for module in ("numpy", "sarangi.nothing", None)] == [None] * 3


def test_what_is_not_there_is_lacking_and_nothing_is_imported(monkeypatch):
    spec = importlib.util.find_spec
    hidden = lambda name: None if name == "faster_whisper" else spec(name)  # noqa: E731
    monkeypatch.setattr(importlib.util, "find_spec", hidden)
    extras.lacking.cache_clear()
    absent = extras.lacking()
    extras.lacking.cache_clear()
    assert set(absent) == {"asr", "app", "all"}
    assert absent["asr"] == "faster-whisper is not installed: pip install 'sarangi[asr]'"


def test_no_other_script_imports_a_package_of_an_extra_at_its_start():
    packages = extras.packages_of_extras()["all"]
    scripts = sorted((ROOT / "workflow/scripts").glob("*.py"))
    assert {path.stem for path in scripts if packages & at_start(path)} == BEYOND_THE_CORE


def test_the_command_line_says_which_extra_to_install(tmp_path):
    """In a process of its own, where gradio cannot be found."""
    program = """
import sys
class Hidden:
    def find_spec(self, name, path=None, target=None):
        if name == "gradio":
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
sys.meta_path.insert(0, Hidden())
from sarangi.__main__ import main
sys.exit(main(["listen"]))
"""
    done = subprocess.run([sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 1
    assert done.stderr == "sarangi: gradio is not installed: pip install 'sarangi[app]'\n"


def at_start(script):
    """The packages that a script imports before it calls anything, by their names in the lock."""
    ours, waiting, seen, packages = files(), [script], set(), set()
    while waiting:
        file = waiting.pop()
        if file in seen:
            continue
        seen.add(file)
        for name in imports(file):
            if name.split(".")[0] == "sarangi":
                waiting += [ours[part] for part in (name, name.rpartition(".")[0]) if part in ours]
            else:
                packages.add(distribution_of(name.split(".")[0]))
    return packages


files = cache(modules)


@cache
def imports(file):
    """What a module imports outside of functions, and not for its types alone."""
    names, waiting = [], [ast.parse(file.read_text(encoding="utf-8"))]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names += [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
        elif isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            continue
        elif not isinstance(node, ast.FunctionDef | ast.Lambda):
            waiting += ast.iter_child_nodes(node)
    return names
