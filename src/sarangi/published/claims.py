"""The claims under the names that ``study.configuration`` still uses; goes when it is split."""

from sarangi.published.expressions import selected
from sarangi.published.readings import READINGS, SIDES, can_be_read
from sarangi.published.records import of_finding, our_experiments, records

__all__ = ["READINGS", "SIDES", "can_be_read", "of_finding", "our_experiments", "records", "selected"]
