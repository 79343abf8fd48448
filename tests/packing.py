"""Packs by hand, made of a tree: whole, since a version, or with holes."""

from collections.abc import Callable
from pathlib import Path

from publishing import Tree
from tamizdat.format.names import bundle_path, is_pack_path, list_path
from tamizdat.format.pack import encode_pack


def paths_of(public: Path) -> list[str]:
    """Everything in the tree that a pack may hold."""
    files = (path.relative_to(public).as_posix() for path in public.rglob("*") if path.is_file())
    return sorted(path for path in files if is_pack_path(path))


def pack(public: Path, target: Path, *, keep: Callable[[str], bool] = lambda _path: True) -> Path:
    """Write a pack of those files of the tree."""
    target.write_bytes(encode_pack([(path, (public / path).read_bytes()) for path in paths_of(public) if keep(path)]))
    return target


def pack_since(public: Path, target: Path, version: int) -> Path:
    """Write a pack of what a reader who stands at `version` needs: metadata, histories, and the deltas since."""
    tree = Tree(public)
    deltas = [d for code in tree.catalog.editions for d in tree.deltas(code) if d.to > version]
    histories = [e.history for e in tree.catalog.editions.values() if e.history]
    wanted = {*(bundle_path(d.sha256) for d in deltas), *(list_path(ref.sha256) for ref in histories)}
    return pack(public, target, keep=lambda path: path in wanted or path.startswith(("metadata/", "targets/")))
