"""Holm's correction."""

import pytest

from sarangi.statistics.corrections import holm


def test_holm_by_hand_and_never_smaller_than_p():
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert holm([]) == []
    assert holm([0.9, 0.8]) == [1.0, 1.0]
