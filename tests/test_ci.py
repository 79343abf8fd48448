"""In CI nothing is skipped silently, but for corpora that aren't there."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from conftest import CHECKOUT

SKIPPING = """
import pytest

def test_runs(): pass
def test_skips(): pytest.skip("no such program")
@pytest.mark.xfail(strict=True)
def test_fails_as_expected(): assert False
"""
NEEDING_CORPORA = "def test_real_input(corpora): assert corpora"
SKIPPED_WHOLE = "import pytest; pytest.importorskip('no_such_module')"


@pytest.fixture
def run(tmp_path: Path):
    """Run a file of tests under our conftest; the closing line of pytest."""
    shutil.copy(CHECKOUT / "tests" / "conftest.py", tmp_path)

    def run(tests: str, *, ci: str) -> str:
        (tmp_path / "test_it.py").write_text(tests)
        environment = os.environ | {"CI": ci, "TAMIZDAT_CORPORA": str(tmp_path / "none")}
        command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--rootdir", ".", "test_it.py"]
        done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
        return done.stdout.splitlines()[-1]

    return run


def test_a_skip_is_a_failure_in_ci_and_a_skip_elsewhere(run):
    assert run(SKIPPING, ci="true").startswith("1 failed, 1 passed, 1 xfailed")
    assert run(SKIPPING, ci="").startswith("1 passed, 1 skipped, 1 xfailed")


def test_a_file_that_skips_itself_fails_in_ci(run):
    assert "error" in run(SKIPPED_WHOLE, ci="true")
    assert "1 skipped" in run(SKIPPED_WHOLE, ci="")


def test_missing_corpora_are_tolerated(run):
    assert run(NEEDING_CORPORA, ci="true").startswith("1 skipped")
