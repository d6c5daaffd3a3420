"""Helpers that tests share; an assert of theirs says what it compared, as one of a test does."""

from pathlib import Path

import pytest

HELPERS = Path(__file__).parent.glob("[a-z]*.py")
pytest.register_assert_rewrite(*(f"{__name__}.{path.stem}" for path in HELPERS))
