"""What `pip install` brings, in environments where nothing else is."""

import json
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest

from building import LIST, build
from conftest import CHECKOUT, Ferry
from hosting import hosting


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A wheel, built from a copy of the checkout without what git ignores, so that nothing that lies about gets in.

    The reader app is put there as it is built from the checkout.
    """
    source, out = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("wheel")
    listing = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(listing, cwd=CHECKOUT, capture_output=True, check=True).stdout
    subprocess.run(
        ["tar", "--null", "--files-from=-", "--ignore-failed-read", "-cf", source / "all.tar"],
        cwd=CHECKOUT, input=listed, check=True, capture_output=True,
    )  # fmt: skip
    subprocess.run(["tar", "-xf", "all.tar"], cwd=source, check=True)
    build(source / "web" / "dist")
    pip("wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", str(out), str(source))
    return next(out.glob("*.whl"))


def pip(*words: str) -> None:
    command = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet", *words]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def environment(folder: Path, *what: str) -> Path:
    """An empty environment with this installed; its folder of programs."""
    venv.create(folder, with_pip=False)
    pip("--python", str(folder / "bin" / "python"), "install", "--no-compile", *what)
    return folder / "bin"


@pytest.fixture(scope="module")
def reader(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return environment(tmp_path_factory.mktemp("reader") / "venv", str(wheel))


def tamizdat(programs: Path, *words: str, timeout: float = 120) -> subprocess.CompletedProcess[str]:
    command = [programs / "tamizdat", *words]
    return subprocess.run(command, capture_output=True, text=True, timeout=timeout, check=False)


def test_a_reader_s_install_syncs_lists_searches_and_reads(reader: Path, ferry: Ferry, tmp_path: Path):
    library = ("--library", str(tmp_path / "library.db"))
    done = tamizdat(reader, "sync", ferry.address, "--json", *library)
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout)["articles"] == 12
    assert len(tamizdat(reader, "list", *library).stdout.splitlines()) == 12
    assert "ru/bridge" in tamizdat(reader, "search", "грузовики", *library).stdout
    assert "half tonnes" in " ".join(tamizdat(reader, "read", "en/bridge", *library).stdout.split())


def test_a_reader_s_install_has_nothing_of_a_server(reader: Path):
    names = ("litestar", "granian", "datasette", "lxml", "PIL", "numpy", "yaml")
    code = f"import importlib.util as u; assert not [name for name in {names} if u.find_spec(name)]"
    subprocess.run([reader / "python", "-I", "-c", code], check=True)


def test_a_reader_s_install_says_what_its_other_commands_need(reader: Path, tmp_path: Path):
    assert tamizdat(reader, "--help").returncode == 0
    done = tamizdat(reader, "serve", str(tmp_path))
    assert done.returncode == 2
    assert "pip install 'tamizdat[" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_wheel_runs_the_demo(wheel: Path, tmp_path: Path):
    programs = environment(tmp_path / "venv", f"tamizdat[all] @ {wheel.as_uri()}")
    done = tamizdat(programs, "demo", "--once", "--port", "0", "--dir", str(tmp_path / "demo"))
    assert (done.returncode, done.stderr) == (0, "")
    with zipfile.ZipFile(wheel) as packed:
        carried = packed.read(f"tamizdat_server/_app/{LIST}")
    assert (tmp_path / "demo" / "newsroom" / "public" / LIST).read_bytes() == carried
    assert "all is well" in done.stdout


def test_the_extra_for_datasette_alone_shows_an_archive(wheel: Path, ferry: Ferry, tmp_path: Path):
    programs = environment(tmp_path / "venv", f"tamizdat[datasette] @ {wheel.as_uri()}")
    code = (
        "import importlib.util as u; assert not [name for name in ('granian', 'litestar', 'lxml') if u.find_spec(name)]"
    )
    subprocess.run([programs / "python", "-I", "-c", code], check=True)
    with hosting("datasette", str(ferry.library), program=[programs / "tamizdat"]) as host:
        assert "half tonnes" in " ".join(host.get("/article/en/bridge").text.split())
        assert host.get("/static/archive.css").status_code == 200
        assert host.sql("select count(*) from articles").json()["rows"] == [[12]]
        assert host.get("/library/saved").status_code == 403
