"""The names of where networks run, and of the variable that keeps them on the CPU; without torch."""

CUDA, MPS, CPU = "cuda", "mps", "cpu"
FORCED = "SARANGI_DEVICE"
"""Variable whose one value, ``cpu``, keeps networks there; a job that asks for no GPU sets it."""
