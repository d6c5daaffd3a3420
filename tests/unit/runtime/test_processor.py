"""The name of a processor."""

import platform

import pytest

from sarangi.runtime import processor

INTEL = """processor\t: 0
cpu family\t: 6
model\t\t: 106
model name\t: Intel(R) Xeon(R) Platinum
flags\t\t: fpu avx avx2 avx512f

processor\t: 1
model name\t: another
"""
ARM = "processor\t: 0\nFeatures\t: fp asimd sve\nCPU part\t: 0xd40\n"


@pytest.mark.parametrize(
    ("text", "machine", "expected"),
    [
        (INTEL, "x86_64", "x86_64, Intel(R) Xeon(R) Platinum, family 6, model 106, avx512f"),
        (ARM, "aarch64", "aarch64, part 0xd40, sve"),
        ("", "s390x", "s390x"),
        (None, "", "unknown machine"),
    ],
)
def test_a_processor_is_named_by_what_the_system_says_of_it(text, machine, expected, tmp_path, monkeypatch):
    if text is not None:
        (tmp_path / "cpuinfo").write_text(text)
    monkeypatch.setattr(processor, "CPUINFO", tmp_path / "cpuinfo")
    monkeypatch.setattr(platform, "machine", lambda: machine)
    monkeypatch.setattr(platform, "system", lambda: "Linux")
    assert processor.processor() == expected
