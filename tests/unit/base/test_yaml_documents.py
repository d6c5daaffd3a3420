"""YAML that harms or misleads."""

import time

import pytest

from sarangi.base.errors import SarangiError
from sarangi.study.checking import refuse_odd_yaml

LAUGHS = "a0: &a0 [lol]\n" + "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 12))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (LAUGHS, "line 6: with its aliases it has more than"),
        ("[" * 100_000, "line 1: it is nested more than"),
        ("a: &a [*a]", "line 1: the alias"),
        ("a: 1\nb: 2\na: 3", "line 3: the key 'a' appears twice"),
        ("a: 1\nb: 2001-99-99", "line 2: '2001-99-99' is not a value"),
        ("a: " + "9" * 5000, "line 1: '999"),
        ("a: !!timestamp x", "line 1: 'x' is not a value"),
        ("a: !!bool x", "line 1: 'x' is not a value"),
        ("a: 0b_", "line 1: '0b_' is not a value"),
        ("a: !!int ''", "line 1: '' is not a value"),
        ("a: !!python/object/apply:os.system [x]", "line 1: could not determine a constructor"),
        ("a: [1\nb: 2", "line 2: "),
        (b"a: 1\nb: \xff", "line 2: expected text in utf-8"),
        ("a: \x01", "control characters"),
    ],
)
def test_yaml_that_harms_or_misleads_is_refused_with_its_line(text, said, tmp_path):
    file = tmp_path / "config.yaml"
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    began = time.monotonic()
    with pytest.raises(SarangiError, match=r"config\.yaml: not YAML that can be read") as caught:
        refuse_odd_yaml(file)
    assert said in str(caught.value) and "\n" not in str(caught.value)
    assert time.monotonic() - began < 1
