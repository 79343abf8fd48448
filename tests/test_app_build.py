"""What `npm run build` makes: the same bytes each time, tied to no place. Sizes and syntax it checks by itself."""

import hashlib
import json
import re
import subprocess
from pathlib import Path

import pytest

from building import LIST, WEB, build, listed


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(tmp_path_factory.mktemp("built") / "app")


def everything(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_second_build_gives_the_same_bytes(app: Path, tmp_path: Path) -> None:
    assert everything(build(tmp_path / "again")) == everything(app)


def test_the_list_names_every_file_by_its_digest(app: Path) -> None:
    value = json.loads((app / LIST).read_bytes())
    files = {file["path"]: file for file in value["files"]}

    assert value["format"] == "tamizdat.shell.1"
    assert everything(app).keys() == {*files, LIST, "sw.js"}
    for path, file in files.items():
        data = (app / path).read_bytes()
        digest = hashlib.sha256(data).hexdigest()
        assert (file["sha256"], file["bytes"]) == (digest, len(data))
        assert re.fullmatch(r"app/[a-z0-9-]+-[0-9a-f]{16}\.[a-z]+", path)


def test_nothing_says_where_or_when_it_was_built(app: Path) -> None:
    for path, data in everything(app).items():
        assert str(WEB).encode() not in data, path
        assert b"node_modules" not in data, path
        assert b"sourceMappingURL" not in data, path


def test_nothing_is_named_from_the_root_of_the_host(app: Path) -> None:
    start = (app / str(listed(app)["start"]["path"])).read_text("utf-8")
    assert not re.search(r'(?:href|src|data-\w+)="(?:/|[a-z]+:)', start)
    for path, data in everything(app).items():
        if path.endswith((".js", ".css")):
            assert b'"/app' not in data, path
            assert b"url(" not in data or not path.endswith(".css"), path


def test_cryptography_of_its_own_loads_where_only_old_things_are_known(app: Path) -> None:
    script = app / str(listed(app)["own"]["path"])
    names = ("hasOwn", "at", "groupBy")
    older = "".join(f"delete {place}.{name};" for name in names for place in ("Object", "Array.prototype"))
    code = f"{older} require('vm').runInThisContext(require('fs').readFileSync(process.argv[1], 'utf8'));"
    done = subprocess.run(
        ["node", "-e", f"{code} console.log(typeof globalThis.tamizdatOwn.verify)", str(script)],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == "function"
