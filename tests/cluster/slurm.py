"""A whole Slurm on this machine, for tests: ``python tests/cluster/slurm.py start`` and ``stop``.

Debian's packages slurmctld, slurmd, slurm-client and munge, as root. One node has eight cores or more (of
those that are there they take turns) and a GPU that is none (``/dev/null``), so that what asks for one is
scheduled. There is no accounting, as on a small cluster. A job that takes more memory than it asked for is
ended. Slurm looks for its configuration in one place only, ``/etc/slurm/slurm.conf``; another's that is there
already is left alone.
"""

import argparse
import contextlib
import os
import shutil
import signal
import socket
import subprocess
import time
from pathlib import Path

PROGRAMS = ("slurmctld", "slurmd", "sbatch", "squeue", "scancel", "sinfo", "munged")
PACKAGES = "slurmctld slurmd slurm-client munge"
CONFIGURATION, DEVICES = Path("/etc/slurm/slurm.conf"), Path("/etc/slurm/gres.conf")
MARK = "# Written by tests/cluster/slurm.py."
STATE = Path("/var/tmp/sarangi-slurm")  # noqa: S108  # Slurm's own state, of one machine
TEXT = """{mark}
ClusterName=sarangi
SlurmctldHost={host}(127.0.0.1)
SlurmUser=root
AuthType=auth/munge
CryptoType=crypto/munge
StateSaveLocation={state}/ctld
SlurmdSpoolDir={state}/spool
SlurmctldPidFile={state}/slurmctld.pid
SlurmdPidFile={state}/slurmd.pid
SlurmctldLogFile={state}/slurmctld.log
SlurmdLogFile={state}/slurmd.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SlurmdParameters=config_overrides
SelectType=select/cons_tres
SelectTypeParameters=CR_Core_Memory
JobAcctGatherType=jobacct_gather/linux
JobAcctGatherFrequency=task=2
JobAcctGatherParams=OverMemoryKill
ReturnToService=2
MinJobAge=300
SchedulerParameters=batch_sched_delay=0,sched_interval=2
GresTypes=gpu
NodeName={host} NodeAddr=127.0.0.1 CPUs={cpus} RealMemory={memory} Gres=gpu:small:1 State=UNKNOWN
PartitionName=main Nodes={host} Default=YES MaxTime=INFINITE State=UP OverSubscribe=NO
"""


def lacking() -> str:
    """Why there can be no Slurm here; empty where there can."""
    missing = [name for name in PROGRAMS if shutil.which(name) is None]
    if missing:
        return f"{', '.join(missing)} missing: apt install {PACKAGES}"
    if os.geteuid():
        return "only root can start a Slurm"
    if CONFIGURATION.exists() and MARK not in CONFIGURATION.read_text():
        return f"{CONFIGURATION} is another's"
    return ""


def start() -> None:
    """Start munge, slurmctld and slurmd, and wait until the node takes jobs."""
    if reason := lacking():
        raise RuntimeError(reason)
    stop()
    for folder in ("ctld", "spool"):
        (STATE / folder).mkdir(parents=True)
    if subprocess.run(["munge", "-n"], capture_output=True, check=False).returncode:
        Path("/run/munge").mkdir(exist_ok=True)
        shutil.chown("/run/munge", "munge", "munge")
        subprocess.run(["runuser", "-u", "munge", "--", "munged"], check=True)
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2**20
    # as many as a rule asks for at most: on fewer it would wait for ever
    host, cpus = socket.gethostname().split(".")[0], max(8, os.cpu_count() or 1)
    CONFIGURATION.parent.mkdir(exist_ok=True)
    CONFIGURATION.write_text(
        TEXT.format(mark=MARK, host=host, state=STATE, cpus=cpus, memory=int(0.9 * memory))
    )
    DEVICES.write_text(f"{MARK}\nName=gpu Type=small File=/dev/null\n")
    subprocess.run(["slurmctld"], check=True)
    subprocess.run(["slurmd"], check=True)
    for _ in range(100):
        said = subprocess.run(["sinfo", "-h", "-o", "%T"], capture_output=True, text=True, check=False).stdout
        if said.strip() == "idle":
            return
        time.sleep(0.1)
    raise RuntimeError(f"the node does not take jobs ({said.strip()}): see {STATE}/slurmctld.log, slurmd.log")


def why_not_started() -> str:
    """Start a Slurm, and return why there is none; empty where it runs."""
    if reason := lacking():
        return reason
    try:
        start()
    except (RuntimeError, OSError, LookupError, subprocess.SubprocessError) as error:
        stop()
        return f"Slurm cannot be started here: {error}"
    return ""


def stop() -> None:
    """End the jobs and both daemons; munge stays."""
    if not STATE.exists():
        return
    with contextlib.suppress(subprocess.TimeoutExpired):
        subprocess.run(["scancel", "--state=RUNNING", "--full"], capture_output=True, timeout=10, check=False)
    for name in ("slurmd", "slurmctld"):
        file = STATE / f"{name}.pid"
        if file.exists():
            pid = int(file.read_text())
            if Path(f"/proc/{pid}/comm").exists() and Path(f"/proc/{pid}/comm").read_text().startswith(name):
                os.kill(pid, signal.SIGTERM)
                for _ in range(100):
                    if not Path(f"/proc/{pid}").exists():
                        break
                    time.sleep(0.1)
    shutil.rmtree(STATE)
    CONFIGURATION.unlink(missing_ok=True)
    DEVICES.unlink(missing_ok=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("what", choices=["start", "stop"])
    {"start": start, "stop": stop}[parser.parse_args().what]()
