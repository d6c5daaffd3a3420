"""How often Snakemake looks for jobs that it can start."""

import threading
import time

from snakemake.scheduling.job_scheduler import JobScheduler

from sarangi.runtime.scheduling import plan_one_look_at_a_time


def test_looks_do_not_add_up(monkeypatch):
    """Twenty jobs end, and each look plans another, as in Snakemake's own loop: one at a time is planned."""
    monkeypatch.setattr(JobScheduler, "_schedule_reevalutation", JobScheduler._schedule_reevalutation)
    plan_one_look_at_a_time()
    scheduler = object.__new__(JobScheduler)
    scheduler._open_jobs = threading.Semaphore(20)
    looks, end = 0, time.monotonic() + 1
    while time.monotonic() < end:
        if scheduler._open_jobs.acquire(timeout=0.3):
            looks += 1
            scheduler._schedule_reevalutation(0.1)
    # twenty, and then one each tenth of a second; without it, as many as the loop can make
    assert 21 <= looks <= 31
