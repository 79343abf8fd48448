"""The house stands as DESIGN draws it: what is where, and what a reader's `import tamizdat` brings along."""

import subprocess
import sys
import tomllib
from importlib.metadata import entry_points
from pathlib import Path

import tamizdat
from tamizdat import errors

CHECKOUT = Path(__file__).resolve().parent.parent


def test_the_datasette_folder_is_no_package():
    assert not list((CHECKOUT / "datasette").rglob("__init__.py"))
    assert not (CHECKOUT / "tests" / "datasette").exists()


def test_importing_tamizdat_brings_no_server_and_is_light():
    code = "import sys, tamizdat; print(*sys.modules)"
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    loaded = {name.split(".")[0] for name in out.split()}
    assert not loaded & {"litestar", "granian", "datasette", "lxml", "PIL", "tamizdat_server", "httpx", "tuf", "rich"}


def test_the_whole_client_brings_no_server():
    code = (
        "import pkgutil, importlib, sys, tamizdat\n"
        "for m in pkgutil.walk_packages(tamizdat.__path__, 'tamizdat.'):\n"
        "    if '__main__' not in m.name: importlib.import_module(m.name)\n"
        "print(*sys.modules)"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    loaded = {name.split(".")[0] for name in out.split()}
    assert not loaded & {"litestar", "granian", "datasette", "lxml", "PIL", "tamizdat_server"}


def test_the_public_face_is_small_and_everything_in_it_is_there():
    assert len(tamizdat.__all__) <= 20  # tests/test_developers_document.py has them all
    assert all(getattr(tamizdat, name) for name in tamizdat.__all__)
    assert callable(tamizdat.sync)
    assert callable(tamizdat.pack)
    assert issubclass(errors.RollbackError, tamizdat.TamizdatError)


def every_error() -> list[type[errors.TamizdatError]]:
    return [e for e in vars(errors).values() if isinstance(e, type) and issubclass(e, errors.TamizdatError)]


def test_every_error_has_its_own_code_and_a_place_in_the_drawn_tree():
    found = every_error()
    assert len({error.code for error in found}) == len(found)
    drawn = dict(line.split()[:2] for line in (errors.__doc__ or "").splitlines() if line.startswith("    "))
    assert drawn == {error.__name__: str(error.exit_code) for error in found}


def test_the_entry_points_name_commands_that_exist():
    declared = tomllib.loads((CHECKOUT / "pyproject.toml").read_text())["project"]["entry-points"]["tamizdat.commands"]
    installed = entry_points(group="tamizdat.commands")
    assert set(declared) <= {point.name for point in installed}
    assert all(callable(point.load()) for point in installed)


def test_base_dependencies_are_what_a_reader_needs():
    declared = tomllib.loads((CHECKOUT / "pyproject.toml").read_text())["project"]["dependencies"]
    names = {"".join(c if c.isalnum() or c in "-." else " " for c in line).split()[0] for line in declared}
    assert names == {
        "backports.zstd", "click", "cryptography", "httpx", "msgspec", "platformdirs", "rich", "sqlite-utils", "tuf",
    }  # fmt: skip


def test_no_registry_host_stands_anywhere_in_the_project():
    hosts = ["py" + "pi.org", "pythonhosted" + ".org", "registry.npm" + "js", "deb.deb" + "ian.org"]
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=CHECKOUT, capture_output=True, text=True, check=True).stdout
    files = [CHECKOUT / name for name in listed.split("\0") if name]
    found = [
        (path.name, host) for path in files for host in hosts if path.is_file() and host.encode() in path.read_bytes()
    ]
    assert not found
