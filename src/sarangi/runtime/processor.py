"""The type of this machine's processor: networks give other last digits on another one."""

import platform
import subprocess
from pathlib import Path

CPUINFO = Path("/proc/cpuinfo")
WIDEST = ("avx512f", "avx2", "avx", "sve", "asimd")
"""Kinds of vector instructions, by which libraries choose how to add up, the widest first."""


def processor() -> str:
    """Return the type of the processor in a line, as in ``x86_64, AMD EPYC, family 25, model 17, avx2``.

    What the system does not say is left out; the first part is always there.
    """
    parts = [platform.machine() or "unknown machine"]
    if platform.system() == "Darwin":
        asked = ["/usr/sbin/sysctl", "-n", "machdep.cpu.brand_string"]
        said = subprocess.run(asked, capture_output=True, text=True, check=False)
        return ", ".join([*parts, *([said.stdout.strip()] if said.returncode == 0 else [])])
    try:
        lines = CPUINFO.read_text(encoding="utf-8").split("\n\n")[0].splitlines()
    except OSError:
        return parts[0]
    known = {key.strip(): value.strip() for key, _, value in (line.partition(":") for line in lines)}
    numbers = {"cpu family": "family", "model": "model", "CPU part": "part"}
    parts += [known[name] for name in ("model name",) if name in known]
    parts += [f"{called} {known[name]}" for name, called in numbers.items() if name in known]
    flags = known.get("flags", known.get("Features", "")).split()
    return ", ".join([*parts, *[name for name in WIDEST if name in flags][:1]])
