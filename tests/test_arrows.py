"""Who may import whom: the arrows of the house, read from the source. Imports inside functions count, too."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).resolve().parent.parent
CLIENT = CHECKOUT / "syncclient" / "tamizdat"
SERVER = CHECKOUT / "server" / "tamizdat_server"
DATASETTE = CHECKOUT / "datasette"

BASE = {"errors", "format", "locks", "waiting"}
PILLARS = {"trust", "transport", "library", "search", "render"}
WORKFLOWS = {"sync", "mirror", "pack", "verify"}
ARROWS: dict[str, set[str]] = {
    "errors": set(),
    "format": {"errors"},
    "locks": set(),
    "waiting": set(),
    **dict.fromkeys(PILLARS, BASE),
    **dict.fromkeys(WORKFLOWS, BASE | PILLARS),
    "cli": BASE | PILLARS | WORKFLOWS | {""},
    "": BASE | PILLARS | WORKFLOWS,  # the package's own public face
    "__main__": {"cli"},
}
FOR_DATASETTE = {"format", "search", "render", "library"}
HEAVY = {"datasette", "granian", "litestar", "lxml", "PIL", "sqlite_utils.cli", "tamizdat_server"}


def sources(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*.py") if "sample" not in path.relative_to(folder).parts)


def imports(path: Path, package: str, root: Path) -> Iterator[str]:
    """Every module that a file imports, by its full name; from-imports give one name for each thing imported."""
    within = [package, *path.relative_to(root).parts]
    for node in ast.walk(ast.parse(path.read_bytes())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = [*within[: -node.level], *filter(None, [node.module])] if node.level else [node.module or ""]
            yield from (".".join([*base, alias.name]) for alias in node.names)


def room_of(path: Path) -> str:
    first = path.relative_to(CLIENT).parts[0].removesuffix(".py")
    return "" if first == "__init__" else first


def room_named(module: str) -> str | None:
    """The room of `tamizdat` that an imported name lies in; "" for the package's face, None for another package."""
    package, _, rest = module.partition(".")
    if package != "tamizdat":
        return None
    room = rest.partition(".")[0]
    return room if ((CLIENT / room).is_dir() and room) or (CLIENT / f"{room}.py").is_file() else ""


@pytest.mark.parametrize("path", sources(CLIENT), ids=lambda path: str(path.relative_to(CLIENT)))
def test_a_room_imports_only_what_the_arrows_allow(path: Path):
    room = room_of(path)
    assert room in ARROWS, f"{room} is a new room: draw its arrows in this test and in the design"
    named = {room_named(module) for module in imports(path, "tamizdat", CLIENT)} - {None, room}
    assert named <= ARROWS[room]


@pytest.mark.parametrize("path", sources(CLIENT), ids=lambda path: str(path.relative_to(CLIENT)))
def test_the_client_never_imports_the_server_or_what_only_the_server_needs(path: Path):
    heads = {module.split(".")[0] for module in imports(path, "tamizdat", CLIENT)}
    assert not heads & HEAVY


@pytest.mark.parametrize("path", sources(CLIENT), ids=lambda path: str(path.relative_to(CLIENT)))
def test_only_the_command_line_talks_to_a_terminal(path: Path):
    heads = {module.split(".")[0] for module in imports(path, "tamizdat", CLIENT)}
    assert room_of(path) == "cli" or not heads & {"click", "rich"}


@pytest.mark.parametrize("path", sources(SERVER), ids=lambda path: str(path.relative_to(SERVER)))
def test_the_server_uses_every_room_but_the_command_line(path: Path):
    assert "cli" not in {room_named(module) for module in imports(path, "tamizdat_server", SERVER)}


@pytest.mark.parametrize("path", sources(SERVER), ids=lambda path: str(path.relative_to(SERVER)))
def test_below_the_server_commands_nothing_talks_to_a_terminal(path: Path):
    heads = {module.split(".")[0] for module in imports(path, "tamizdat_server", SERVER)}
    assert path.is_relative_to(SERVER / "cli") or not heads & {"click", "rich"}


def test_datasette_plugins_use_only_format_search_render_and_the_schema():
    for path in sources(DATASETTE):
        assert {room_named(module) for module in imports(path, "", DATASETTE)} - {None} <= FOR_DATASETTE, path


@pytest.mark.parametrize(
    ("module", "room"),
    [("tamizdat.format.names.sha256", "format"), ("tamizdat.errors.TrustError", "errors"), ("tamizdat.Library", ""),
     ("tamizdat", ""), ("tamizdat_server.keys", None), ("os.path", None)],
)  # fmt: skip
def test_an_import_is_ascribed_to_its_room(module: str, room: str | None):
    assert room_named(module) == room


def test_relative_and_nested_imports_are_seen(tmp_path: Path):
    file = tmp_path / "format" / "x.py"
    file.parent.mkdir()
    file.write_text("from ..errors import A\ndef f():\n    from . import y\n    import tamizdat.cli\n")
    assert list(imports(file, "tamizdat", tmp_path)) == ["tamizdat.errors.A", "tamizdat.format.y", "tamizdat.cli"]
