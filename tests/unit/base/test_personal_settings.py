"""Which of the user's settings a job and a program see."""

import os
import subprocess
import sys
from pathlib import Path

from sarangi.base.personal_settings import CLOSED, OURS, before_python, close, for_program

CHANGES_BYTES = {
    "PYTHONOPTIMIZE": "2", "PYTHONSTARTUP": "x.py", "PYTHONHOME": "/x", "PYTHONWARNINGS": "error",
    "PYTHONIOENCODING": "ascii", "PYTHONINSPECT": "1", "PYTHON_CPU_COUNT": "7", "PYTHONUTF8": "0",
    "LC_NUMERIC": "de_DE.UTF-8", "LANG": "tr_TR.UTF-8", "LANGUAGE": "ur", "TZ": "Asia/Karachi",
    "GLIBC_TUNABLES": "glibc.cpu.hwcaps=-AVX2", "SOURCE_DATE_EPOCH": "1",
    "OMP_THREAD_LIMIT": "1",
    "MKL_CBWR": "COMPATIBLE", "OPENBLAS_CORETYPE": "Prescott", "KMP_BLOCKTIME": "0",
    "NPY_DISABLE_CPU_FEATURES": "AVX2", "PANDAS_FUTURE_INFER_STRING": "1",
    "ARROW_USER_SIMD_LEVEL": "NONE",
    "SKLEARN_ASSUME_FINITE": "1", "LOKY_MAX_CPU_COUNT": "1", "ATEN_CPU_CAPABILITY": "default",
    "ONEDNN_DEFAULT_FPMATH_MODE": "BF16", "TORCH_ALLOW_TF32_CUBLAS_OVERRIDE": "1",
    "NVIDIA_TF32_OVERRIDE": "1",
    "PYTORCH_JIT": "0", "CT2_FORCE_CPU_ISA": "GENERIC", "TRANSFORMERS_CACHE": "x", "USE_TORCH": "0",
    "HF_HUB_DISABLE_SYMLINKS_WARNING": "1", "HF_MODULES_CACHE": "x", "TQDM_MININTERVAL": "x",
    "MPLBACKEND": "svg", "MATPLOTLIBRC": "x", "FONTCONFIG_FILE": "x", "FREETYPE_PROPERTIES": "x",
    "IMAGEIO_FFMPEG_EXE": "x", "FFREPORT": "file=x", "AV_LOG_FORCE_COLOR": "1", "ESPEAK_DATA_PATH": "x",
}  # fmt: skip
PASSES = {
    "HTTPS_PROXY": "p", "https_proxy": "p", "no_proxy": "p", "SSL_CERT_FILE": "c", "REQUESTS_CA_BUNDLE": "c",
    "HF_TOKEN": "t", "HF_ENDPOINT": "e", "HF_HOME": "h", "KAGGLE_KEY": "k", "CUDA_VISIBLE_DEVICES": "0",
    "SLURM_JOB_ID": "1", "TMPDIR": "/x", "LD_LIBRARY_PATH": "/x", "MPLCONFIGDIR": "/x", "HOME": "/x",
    "PYTORCH_CUDA_ALLOC_CONF": "expandable_segments:True", "PYTHONUNBUFFERED": "1",
}  # fmt: skip


def test_what_changes_bytes_is_closed_and_what_leads_to_the_network_passes():
    environment = CHANGES_BYTES | PASSES
    close(environment)
    assert {name: environment[name] for name in PASSES} == PASSES
    assert {name: environment.get(name) for name in CHANGES_BYTES} == {
        name: OURS.get(name) for name in CHANGES_BYTES
    }
    assert not [row for row in CLOSED if not row.why]


def test_an_interpreter_that_a_job_is_sees_no_module_and_no_option_of_the_user(tmp_path):
    for name in ("sitecustomize", "usercustomize", "random"):
        (tmp_path / f"{name}.py").write_text("raise SystemExit('hostile')")
    environment = os.environ | {
        "PYTHONPATH": str(tmp_path), "PYTHONOPTIMIZE": "2", "PYTHONWARNINGS": "error",
        "PYTHONHASHSEED": "random", "PYTHONSTARTUP": str(tmp_path / "random.py"),
        "PYTHONIOENCODING": "ascii", "LC_ALL": "C",
    }  # fmt: skip
    source = Path(__file__).parents[3] / "src"
    before_python(environment, source)
    text = "import os, random, sarangi, sys; print(hash('a'), __debug__, sys.warnoptions, sys.path[0], 'پ')"
    said = {
        subprocess.run(
            [sys.executable, "-c", text], cwd=tmp_path, env=environment, capture_output=True, check=True
        ).stdout
        for _ in range(2)
    }
    assert len(said) == 1
    assert said.pop().decode().strip().endswith(f"True [] {source} پ")


def test_a_program_sees_only_what_is_named(tmp_path, monkeypatch):
    for name in list(os.environ):
        monkeypatch.delenv(name)
    others = {"GIT_DIR": "x", "PERL5OPT": "x", "XDG_CONFIG_HOME": "x", "PATH": "/bin"}
    for name, value in (CHANGES_BYTES | PASSES | others).items():
        monkeypatch.setenv(name, value)
    seen = {"HOME", "PATH", "TMPDIR", "LD_LIBRARY_PATH", "LC_ALL", "TZ"}
    proxies = {"HTTPS_PROXY", "https_proxy", "no_proxy", "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE"}
    assert for_program(tmp_path).keys() == seen
    assert for_program(tmp_path, network=True).keys() == seen | proxies
    assert for_program(tmp_path)["HOME"] == str(tmp_path)
