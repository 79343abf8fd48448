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
@pytest.fixture
def browser(): pytest.skip("no browser")
def test_needs_what_skips(browser): pass
@pytest.mark.xfail(strict=True)
def test_fails_as_expected(): assert False
"""
NEEDING_CORPORA = "def test_real_input(corpora): assert corpora"
SKIPPED_WHOLE = "import pytest; pytest.importorskip('no_such_module')"


@pytest.fixture
def outcome(tmp_path: Path):
    """Run those three files of tests under our conftest; how many passed, failed and so on."""
    shutil.copy(CHECKOUT / "tests" / "conftest.py", tmp_path)
    for name, tests in (("skipping", SKIPPING), ("corpora", NEEDING_CORPORA), ("whole", SKIPPED_WHOLE)):
        (tmp_path / f"test_{name}.py").write_text(tests)

    def run(*, ci: str) -> dict[str, int]:
        environment = os.environ | {
            "CI": ci, "TAMIZDAT_CORPORA": str(tmp_path / "none"), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
        }  # fmt: skip
        command = [sys.executable, "-m", "pytest", "-q", "--rootdir", ".", "--continue-on-collection-errors", "."]
        done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
        words = done.stdout.splitlines()[-1].partition(" in ")[0].split(", ")
        return {kind.rstrip("s"): int(number) for number, kind in map(str.split, words)}

    return run


def test_in_ci_a_skip_is_a_failure_unless_it_is_for_missing_corpora(outcome):
    assert outcome(ci="true") == {"failed": 1, "passed": 1, "skipped": 1, "xfailed": 1, "error": 2}


def test_elsewhere_a_skip_is_a_skip(outcome):
    assert outcome(ci="") == {"passed": 1, "skipped": 4, "xfailed": 1}
