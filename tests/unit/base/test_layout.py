"""Paths are built and parsed in one place, and the two agree."""

from inspect import signature

import pytest

from sarangi.base import layout

KINDS = list(layout._BUILDERS)


@pytest.mark.parametrize("kind", KINDS)
def test_a_path_that_is_built_is_parsed_as_what_it_is(kind):
    build = getattr(layout, kind)
    parts = {name: value_of(name) for name in signature(build).parameters}
    assert layout.parse(build(**parts)) == (kind, parts)


def test_no_two_kinds_share_a_path():
    patterns = layout._patterns()
    for kind in KINDS:
        build = getattr(layout, kind)
        path = build(*map(value_of, signature(build).parameters))
        assert [other for other, pattern in patterns.items() if pattern.fullmatch(path)] == [kind]


def test_numbers_are_written_as_the_rules_name_them():
    assert layout.features("is09", "meld", 3) == "results/features/is09/meld/003.parquet"
    assert layout.states("xlsr", 6.0, "meld", 12) == "results/states/xlsr/6s/meld/012.parquet"
    assert layout.prefix("xlsr", 6, 2.5, "meld", 0) == "results/prefix/xlsr/6/2.5s/meld/000.safetensors"


def test_wildcards_give_the_pattern_of_a_rule():
    pattern = "results/features/{feature_set}/{corpus}/{shard}.parquet"
    assert layout.features("{feature_set}", "{corpus}", "{shard}") == pattern
    assert layout.template(layout.features) == pattern
    assert layout.log("features", "{corpus}", "{shard}") == "results/logs/features/{corpus}/{shard}.log"
    assert layout.benchmark("premiums") == "results/benchmarks/premiums.tsv"


@pytest.mark.parametrize(
    "path", ["results/scores/a/b.parquet", "results/scores/.parquet", "config.yaml", "results/scores/a.csv"]
)
def test_other_paths_are_of_no_kind(path):
    assert layout.parse(path) is None


def value_of(name):
    return "017" if name in layout.NUMBERS else f"a_{name}_of_1"
