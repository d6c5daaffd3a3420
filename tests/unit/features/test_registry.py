"""Feature sets are found by name."""

import pytest

from sarangi.base.errors import SarangiError
from sarangi.features.registry import load

pytestmark = pytest.mark.filterwarnings("ignore:Segment too short")


def test_a_set_that_opensmile_does_not_have_is_refused():
    for name in ("Prosody", "IS08"):
        with pytest.raises(SarangiError, match=f"no feature set {name}; it has ComParE_2016,.* IS09"):
            load("opensmile", {"feature_set": name})
    with pytest.raises(SarangiError, match=r"opensmile: .*'level'; it takes feature_set"):
        load("opensmile", {"feature_set": "IS09", "level": 1})
