"""What only a machine with a GPU can show."""

import contextlib
import os
import subprocess
import sys

import numpy as np
import pytest
import torch
from support.demo_whisper import demo_whisper, heard, newly_spoken  # noqa: F401  (fixtures)
from support.small_manifests import EMOTIONS
from support.small_training import corpus, encoder, trained  # noqa: F401  (fixtures)

from sarangi.base import store
from sarangi.base.errors import SarangiError
from sarangi.runtime import gpu

pytestmark = pytest.mark.skipif(not torch.cuda.is_available(), reason="there is no GPU on this machine")

LEASED = """
import sys
from sarangi.runtime import gpu
names = gpu.lease(int(sys.argv[1]))
import torch
seen = [f"GPU-{torch.cuda.get_device_properties(n).uuid}" for n in range(torch.cuda.device_count())]
print(names == seen, len(seen))
"""

HEARD_ON_THE_CPU = """
import sys
from pathlib import Path
from sarangi.base.store import Output
from sarangi.models.runs import CorpusShards, Run
from sarangi.models.transfer import transfer
run, manifest, audio, output = map(Path, sys.argv[1:])
corpus = CorpusShards(manifest, {"audio": [audio]})
transfer({Run(0, 7): run}, corpus, 4, 1, {}, Output(output, {"rule": "test"}))
"""


def elsewhere(program, *arguments, **environment):
    """What a program prints in a process of its own."""
    free = {key: value for key, value in os.environ.items() if key not in (*gpu.SCHEDULED, gpu.VISIBLE)}
    command = [sys.executable, "-c", program, *map(str, arguments)]
    return subprocess.run(command, env=free | environment, capture_output=True, text=True, check=True).stdout


@pytest.fixture
def full():
    """A GPU of which this process may have no byte more than it has."""
    torch.cuda.empty_cache()
    torch.cuda.set_per_process_memory_fraction(1e-5)
    held = []
    # also what it once had, in pieces
    for power in range(22, 8, -1):
        with contextlib.suppress(torch.OutOfMemoryError):
            while True:
                held.append(torch.empty(2**power, dtype=torch.uint8, device="cuda"))
    yield
    held.clear()
    torch.cuda.set_per_process_memory_fraction(1.0)


def test_a_job_sees_the_devices_that_it_leased_and_no_other():
    assert elsewhere(LEASED, 1).split() == ["True", "1"]
    assert elsewhere(LEASED, 0).split() == ["True", "0"]


def test_a_model_trained_here_says_the_same_on_a_machine_without_a_gpu(corpus, encoder, tmp_path):
    output = trained(corpus, encoder, tmp_path / "run")
    output_there = tmp_path / "there.parquet"
    paths = (tmp_path / "run", corpus / "manifest.parquet", corpus / "audio.parquet", output_there)
    elsewhere(HEARD_ON_THE_CPU, *paths, CUDA_VISIBLE_DEVICES="")
    columns = [f"p_{emotion}" for emotion in EMOTIONS]
    here = store.read(output["predictions"]).query("status == 'ok'").set_index("utterance_id")
    there = store.read(output_there).set_index("utterance_id").loc[here.index]
    assert np.abs(here[columns].to_numpy() - there[columns].to_numpy()).max() < 1e-5


def test_a_full_gpu_ends_a_training_with_what_to_lower(corpus, encoder, tmp_path, full):
    with pytest.raises(SarangiError, match=r"memory of the GPU does not suffice; lower finetuning\.batch"):
        trained(corpus, encoder, tmp_path / "run")


def test_a_full_gpu_ends_a_transcription_with_what_to_lower(demo_whisper, full):
    _, signals = newly_spoken("ravdess", 2)
    with pytest.raises(SarangiError, match="too little memory for 2 clips at once; lower `batch`"):
        heard(demo_whisper, signals, "en")
