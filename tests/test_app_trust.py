"""The two verifiers accept the same states, whatever a newsroom, a thief and a mirror do between them."""

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from straying import stories

WEB = Path(__file__).resolve().parent.parent / "web"


@pytest.mark.parametrize(("seed", "count"), [(1, 60), pytest.param(2, 2000, marks=pytest.mark.long)])
def test_what_one_reader_accepts_the_other_accepts(seed: int, count: int, tmp_path: Path) -> None:
    if not (WEB / "node_modules" / "vitest").is_dir() or shutil.which("node") is None:
        pytest.skip("no vitest in web/node_modules (npm ci in web/, or `make test`)")
    told = tmp_path / "stories.json"
    told.write_text(json.dumps(stories(seed, count)))
    vitest = subprocess.run(
        ["node", "node_modules/vitest/vitest.mjs", "run", "tests/trust-twins"],
        cwd=WEB, env=os.environ | {"TAMIZDAT_STORIES": str(told)}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert vitest.returncode == 0, vitest.stdout[-6000:] + vitest.stderr[-2000:]
    assert "skipped" not in vitest.stdout
