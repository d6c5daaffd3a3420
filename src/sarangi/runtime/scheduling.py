"""How often Snakemake looks for jobs that it can start."""

from threading import Timer

from snakemake.scheduling.job_scheduler import JobScheduler

PLANNED = "_sarangi_planned"
"""Set in a scheduler while a look is planned."""


def plan_one_look_at_a_time() -> None:
    """Have Snakemake plan its next look for jobs only where none is planned yet.

    While there is a limit of jobs a second (by default there is), each look plans another one a second later
    (9.27), and each job that ends adds one of its own.  After two hundred jobs Snakemake would look two
    hundred times a second, each time at the inputs of all jobs that are ready, and take much of a core from
    those that run.
    """
    JobScheduler._schedule_reevalutation = _planned


def _planned(self: JobScheduler, delay: float) -> None:
    if getattr(self, PLANNED, False):
        return
    setattr(self, PLANNED, True)

    def look() -> None:
        # before the look, which plans the next
        setattr(self, PLANNED, False)
        self._open_jobs.release()

    Timer(delay, look).start()
