"""Settings of Snakemake under which results would be stale are refused."""

import re
import subprocess
import sys
from types import SimpleNamespace

import pytest
import yaml
from snakemake.settings.types import DAGSettings, ExecutionSettings, RerunTrigger, WorkflowSettings
from support.places import ROOT

from sarangi.base.errors import SarangiError
from sarangi.runtime.profile import refuse_stale


def workflow(dag=None, execution=None, ways=None):
    return SimpleNamespace(dag_settings=dag, execution_settings=execution, workflow_settings=ways)


@pytest.mark.parametrize(
    ("settings", "named"),
    [
        ({"dag": DAGSettings(rerun_triggers={RerunTrigger.MTIME})}, "rerun-triggers lacks params, input; "),
        ({"dag": DAGSettings()}, "max-checksum-file-size is 1000000; expected 10000000000 or more"),
        ({"execution": ExecutionSettings(ignore_incomplete=True)}, "ignore-incomplete is set"),
        ({"execution": ExecutionSettings(keep_incomplete=True)}, "keep-incomplete is set"),
        ({"execution": ExecutionSettings(keep_metadata=False)}, "drop-metadata is set"),
        ({"ways": WorkflowSettings(consider_ancient={"manifest": {0}})}, "consider-ancient is set"),
    ],
)
def test_what_leaves_due_jobs_out_is_refused_by_its_name(settings, named):
    with pytest.raises(SarangiError, match=named):
        refuse_stale(workflow(**settings))


def test_the_profile_passes_and_is_named_where_another_is_refused():
    profile = yaml.safe_load((ROOT / "profiles/default/config.yaml").read_text())
    triggers = {RerunTrigger[name.upper().replace("-", "_")] for name in profile["rerun-triggers"]}
    dag = DAGSettings(rerun_triggers=triggers, max_checksum_file_size=profile["max-checksum-file-size"])
    refuse_stale(workflow(dag, ExecutionSettings(), WorkflowSettings()))
    refuse_stale(workflow())
    with pytest.raises(SarangiError, match=re.escape(f"--workflow-profile {ROOT / 'profiles/default'}")):
        refuse_stale(workflow(DAGSettings()))


def test_what_is_due_is_not_called_done(tmp_path):
    (tmp_path / "Snakefile").write_text(
        "from sarangi.runtime.profile import refuse_touch\nrefuse_touch()\n"
        "rule made:\n    params: 2\n    output: 'made.txt'\n    shell: 'echo {params} > {output}'\n"
    )
    (tmp_path / "made.txt").write_text("1")
    command = [sys.executable, "-m", "snakemake", "--cores", "1", "--touch", "--forceall"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "--touch calls results current" in done.stderr
