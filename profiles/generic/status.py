#!/usr/bin/env python3
"""Say how a job of Slurm is: ``status.py <number>`` prints running, success or failed.

squeue knows a job for some minutes after its end; sacct, where there is accounting, for ever.
"""

import subprocess
import sys

ENDED_WELL = "COMPLETED"
GOES_ON = {
    "CONFIGURING", "COMPLETING", "PENDING", "REQUEUED", "REQUEUE_HOLD", "REQUEUE_FED", "RESIZING", "RUNNING",
    "SIGNALING", "STAGE_OUT", "STOPPED", "SUSPENDED",
}  # fmt: skip


def state(job: str) -> str:
    """Return Slurm's word for the state of a job; empty where it knows none of that number."""
    answered = False
    for command in (
        ["squeue", "--states=all", "--noheader", "--format=%T", f"--jobs={job}"],
        ["sacct", "-X", "--noheader", "--parsable2", "--format=State", f"--jobs={job}"],
    ):
        try:
            done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
        except (FileNotFoundError, subprocess.TimeoutExpired):
            continue
        # CANCELLED by 0
        if said := done.stdout.split():
            return said[0].rstrip("+")
        answered = answered or done.returncode == 0 or "Invalid job id" in done.stderr
    # a scheduler that does not answer says nothing of the job
    return "" if answered else "RUNNING"


if __name__ == "__main__":
    found = state(sys.argv[1])
    print("success" if found == ENDED_WELL else "running" if found in GOES_ON else "failed")
