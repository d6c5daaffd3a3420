"""Some hundred damaged inputs of each reader; ``python tests/faults/fuzzing.py`` gives ten thousand."""

import json
from concurrent.futures import ThreadPoolExecutor

import yaml
from fuzzing import fuzz
from hypothesis import given, settings
from hypothesis import strategies as st
from readers import READERS

from sarangi.base.documents import DocumentError, json_of
from sarangi.base.errors import LONGEST_LINE, SarangiError, shown
from sarangi.base.yaml_documents import yaml_in

NETWORKS = (
    "audio",
    "corpus",
    "encoder",
    "tokenizer",
    "run",
    "pooled-run",
    "prefix",
    "packed-whisper",
    "whisper",
    "torch",
    "classifier",
    "faster-whisper",
)
"""The readers that load torch, in a process of their own."""


def test_every_reader_reads_or_refuses_in_words(tmp_path):
    inputs = {name: max(8, 80 // reader.slow) for name, reader in READERS.items()}
    torch = {name: inputs.pop(name) for name in NETWORKS}
    with ThreadPoolExecutor(2) as pool:
        results = [r for part in pool.map(lambda i: fuzz(i, 1, tmp_path), (inputs, torch)) for r in part]
    assert {r.reader for r in results} == set(READERS)
    assert {r.reader: (r.odd, r.found) for r in results if r.odd} == {}
    assert all(r.read and r.refused for r in results if r.reader not in ALWAYS_READ)
    assert all(r.read + r.refused == r.inputs for r in results)


ALWAYS_READ = ("corpus", "mat-corpus", "iemocap-words")
"""Those that refuse nothing as a whole: what is broken fails alone."""


FAULTS = {
    "another": ("raise KeyError('x')", "KeyError"),
    "nameless": ("raise SarangiError('it is broken')", "says none of"),
    "lines": ("raise SarangiError('a.wav: broken', 'a second line')", "a message of 2 lines"),
    "memory": ("bytearray(2**40)", "MemoryError"),
    "hidden": (
        "try: bytearray(2**40)\n        except MemoryError: raise SarangiError('a.wav')",
        "without bound",
    ),
    "crash": ("os.kill(os.getpid(), 11)", "crashed with status -11"),
    "endless": ("while True: pass", "took longer"),
}
"""What a reader must not do, by a name, and what is said of it."""

FAULTY = """
    def read(self, data):
        if data != b"bad":
            return
        {body}
"""
MODULE = """
import os, sys
from readers import Reader
from sarangi.base.errors import SarangiError

sys.modules["__main__"].LIMIT_S = 1

class Faulty(Reader):
    said = ("a.wav",)

    def valid(self):
        return [b"good"]

    def make(self, chance):
        return b"bad"

"""


def test_the_harness_sees_what_a_reader_must_not_do(tmp_path, monkeypatch):
    text = MODULE + "".join(
        f'class {name.title()}(Faulty):\n    name = "{name}"\n{FAULTY.format(body=body)}\n'
        for name, (body, _) in FAULTS.items()
    )
    named = ", ".join(f'"{name}": {name.title()}' for name in FAULTS)
    (tmp_path / "faulty_readers.py").write_text(f"{text}READERS = {{{named}}}\n")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path), prepend=":")
    kept = tmp_path / "kept"
    for result in fuzz(dict.fromkeys(FAULTS, 2), 1, kept, "faulty_readers"):
        assert (result.read, result.refused, result.odd) == (1, 0, 1), result
        assert FAULTS[result.reader][1] in (kept / f"{result.reader}-1.txt").read_text()
        assert (kept / f"{result.reader}-1").read_bytes() == b"bad"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters()),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=200) | st.text().map(str.encode) | JSON.map(lambda tree: json.dumps(tree).encode()))
def test_whatever_is_no_json_is_refused_in_one_class_of_error(data):
    try:
        json_of(data)
    except DocumentError as error:
        assert str(error)


@settings(max_examples=200, deadline=None)
@given(
    data=st.binary(max_size=100)
    | st.text("&*[]{}:-?!|>'\"%@#, \nab01.~<", max_size=60).map(str.encode)
    | JSON.map(lambda tree: yaml.safe_dump(tree, allow_unicode=True).encode("utf-8", "replace"))
)
def test_whatever_is_no_yaml_is_refused_in_one_class_of_error(data, tmp_path_factory):
    file = tmp_path_factory.getbasetemp() / "some.yaml"
    file.write_bytes(data)
    try:
        yaml_in(file)
    except DocumentError as error:
        assert str(error)


@given(st.text(st.characters(), max_size=50) | st.text(min_size=1).map(lambda text: text * 400))
def test_a_message_is_always_a_line_that_can_be_printed_and_stored(text):
    line = str(SarangiError(f"a.csv: found {text}"))
    assert line.isprintable() and line.encode("utf-8") and len(line) <= 12 * LONGEST_LINE
    assert shown(line) == line
