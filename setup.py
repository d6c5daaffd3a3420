"""What pyproject.toml cannot say: the wheel holds the workflow beside the library, as ``sarangi/home``."""

import shutil
import sys
from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py

ROOT = Path(__file__).parent
sys.path.insert(0, str(ROOT / "src"))

from sarangi.base.installation import INSTALLED  # noqa: E402
from sarangi.reproduce.project_files import DEMO, WORKFLOW, files_of  # noqa: E402


class BuildWithWorkflow(build_py):
    """Copies the workflow into the package; an editable install reads it where it is."""

    def run(self) -> None:
        """Build the package, then add the workflow."""
        if not self.editable_mode:
            # what an earlier build left there would come along
            shutil.rmtree(self.build_lib, ignore_errors=True)
        super().run()
        if not self.editable_mode:
            for source, target in self._workflow().items():
                self.mkpath(str(target.parent))
                self.copy_file(str(source), str(target), preserve_mode=False)

    def get_outputs(self, include_bytecode: bool = True) -> list[str]:
        """Return what the build makes, for the list of installed files."""
        added = [] if self.editable_mode else map(str, self._workflow().values())
        return [*super().get_outputs(include_bytecode), *added]

    def _workflow(self) -> dict[Path, Path]:
        """Return the place of each file of the workflow in the wheel."""
        home = Path(self.build_lib, "sarangi", INSTALLED.name)
        return {file: home / file.relative_to(ROOT) for file in files_of(ROOT, WORKFLOW | DEMO)}


setup(cmdclass={"build_py": BuildWithWorkflow})
