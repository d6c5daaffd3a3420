"""Rules and profiles: every key says what it is for, every rule has what a rule needs."""

import re

import pytest
from support.configuration import assert_fits
from support.places import ROOT


@pytest.mark.parametrize("name", ["default", "slurm", "generic"])
def test_each_key_of_a_profile_says_what_it_is_for(name):
    lines = (ROOT / f"profiles/{name}/config.yaml").read_text().splitlines()
    keys = [place for place, line in enumerate(lines) if re.match(r"[a-z-]+:", line)]
    for place in keys:
        before = lines[place - 1]
        # two keys may share a comment
        assert before.startswith("#") or re.match(r"[a-z-]+:", before), lines[place]


def test_every_rule_has_what_a_rule_needs_and_an_environment_with_what_it_imports():
    rules = "\n\n".join(file.read_text() for file in sorted((ROOT / "rules").glob("*.smk")))
    texts = [
        text[re.search(r"^ *rule[ :]", text, re.M).start() :]
        for text in re.split(r"\n\n\n(?=rule |use rule |def |for |# )", rules)
        if "script:" in text
    ]
    # those of tables and figures are made in a loop; the test below looks at each
    texts = [text for text in texts if "workflow/scripts/{rule}.py" not in text]
    scripts = {path.stem for path in (ROOT / "workflow/scripts").glob("*.py")}
    named = {re.search(r"workflow/scripts/(\w+)\.py", text)[1] for text in texts}
    assert {name for name in scripts - named if not name.endswith(("_table", "_figure"))} == set()
    for text in texts:
        # a rule made in a loop is named <script>_<what it is for>
        name, batched = re.match(
            r' *rule(?: (\w+))?:\n(?: *""".*"""\n *name:\n *f"([a-z_]+?)_\{)?', text
        ).groups()
        name = name or batched
        assert re.match(r' *rule.*:\n *"""[A-Z].*\."""\n', text), name
        # what makes nothing always runs, unless it has a benchmark
        kept = ["benchmark:"] if "    output:" in text else []
        # time and memory, which needs() asks for together
        asked = ["**needs(minutes="] if "needs(" in text else ["mem_mb=", "runtime="]
        for key in ("log:", *kept, "conda:", "resources:", *asked, f"workflow/scripts/{name}.py"):
            assert key in text, f"rule {name} lacks {key}"
        assert_fits(name, re.search(r'"\.\./envs/(\w+)\.yaml"', text)[1])
