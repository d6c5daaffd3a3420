"""Progress in a log: lines, and none for what is quick."""

import io
import sys

from sarangi.base import progress as module
from sarangi.base.progress import progress


def test_a_log_has_lines_and_a_quick_loop_writes_nothing(monkeypatch):
    log = io.StringIO()
    monkeypatch.setattr(sys, "stderr", log)
    assert list(progress(range(100), 100, "quick")) == list(range(100))
    assert log.getvalue() == ""
    monkeypatch.setattr(module, "IN_A_LOG", 0.0)
    with progress(None, 4, "slow", "B", initial=2) as bar:
        bar.update(1)
    lines = log.getvalue().split("\n")
    assert "slow:  75%" in lines[-2] and "3.00/4.00" in lines[-2] and lines[-1] == ""
    assert "\r" not in log.getvalue()
