#!/bin/sh
# Does the GPU compute or wait?  Nine minutes at most, safe to run as it is: it writes only what --json names.
#
#     benchmarks/gpu.sh [--json FILE]
#
# What it measures, and what it prints where there is no GPU, is in gpu.py.
here=$(dirname "$0")
PYTHONPATH="$here/../src${PYTHONPATH:+:$PYTHONPATH}" exec timeout 535 python "$here/gpu.py" "$@"
