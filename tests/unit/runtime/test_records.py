"""Records of provenance."""

import json

import pytest

from sarangi.base.errors import SarangiError
from sarangi.runtime import provenance, records


@pytest.mark.parametrize(
    "record",
    ["[" * 100_000, list(records.KEYS), dict.fromkeys(records.KEYS, ""), "\xff", 1,
     dict.fromkeys(records.KEYS, "") | {"wildcards": {}, "inputs": {"a": 1}, "outputs": []}],
)  # fmt: skip
def test_what_is_no_provenance_is_refused_by_its_name(record, tmp_path):
    place = tmp_path / provenance.place("a.csv")
    place.parent.mkdir(parents=True)
    place.write_text(record if isinstance(record, str) else json.dumps(record), encoding="latin-1")
    with pytest.raises(SarangiError, match=r"a\.csv\.json: expected the provenance of a\.csv"):
        records.read("a.csv", tmp_path)
