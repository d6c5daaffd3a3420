"""What a plan needs of the machine."""

import pwd

import pytest

from sarangi.base.errors import SarangiError
from sarangi.reproduce.plan import left, plan


@pytest.mark.parametrize("home", ["a file", "none"])
def test_without_a_home_folder_it_is_said_what_to_set(home, tmp_path, monkeypatch):
    """As in a container whose user has no entry; Snakemake ends in a traceback."""

    def no_entry(uid):
        raise KeyError(uid)

    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    monkeypatch.setattr(pwd, "getpwuid", no_entry)
    if home == "none":
        monkeypatch.delenv("HOME")
    else:
        (tmp_path / "file").touch()
        monkeypatch.setenv("HOME", str(tmp_path / "file"))
    with pytest.raises(SarangiError, match="set HOME to a folder of your own"):
        left(["all"], tmp_path)
    with pytest.raises(SarangiError, match="set HOME"), plan(["all"], tmp_path):
        pytest.fail("planned")
