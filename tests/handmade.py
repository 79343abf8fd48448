"""A publication tree written by hand, with just what a web server looks at: no signature in it is good."""

import hashlib
import json
import os
from pathlib import Path

SIGNED = 1_795_327_200
CATALOG = {
    "format": "tamizdat.catalog.1",
    "publication": "0" * 64,
    "root": 1,
    "title": "By hand",
    "published": "2026-11-22T06:00:00Z",
    "previous": "",
    "editions": {},
}


def digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def write(file: Path, data: bytes, *, modified: int | None = None) -> None:
    """Put a file in place as the publisher does: written aside, then renamed."""
    file.parent.mkdir(parents=True, exist_ok=True)
    aside = file.with_name(f".{file.name}.new")
    aside.write_bytes(data)
    if modified:
        os.utime(aside, (modified, modified))
    aside.replace(file)


def add_bundle(tree: Path, data: bytes) -> str:
    """Add an immutable file and say its path."""
    path = f"bundles/{digest(data)}.jsonl.zst"
    write(tree / path, data)
    return path


def sign_site(tree: Path, files: dict[str, bytes], *, version: int = 1) -> None:
    """Write the files for browsers, their list, and metadata that leads to it."""
    for path, data in files.items():
        write(tree / path, data)
    listed = [{"path": path, "sha256": digest(data), "bytes": len(data)} for path, data in files.items()]
    site = json.dumps({"format": "tamizdat.site.1", "files": listed}).encode()
    write(tree / f"targets/{digest(site)}.site.json", site)
    catalog = json.dumps(CATALOG | {"version": version}).encode()
    write(tree / f"targets/{digest(catalog)}.catalog.json", catalog)
    targets = {
        name: {"hashes": {"sha256": digest(data)}} for name, data in (("site.json", site), ("catalog.json", catalog))
    }
    metadata = {
        f"{version}.targets.json": {"targets": targets},
        f"{version}.snapshot.json": {"meta": {"targets.json": {"version": version}}},
        "timestamp.json": {"version": SIGNED + version, "meta": {"snapshot.json": {"version": version}}},
    }
    for name, signed in metadata.items():
        write(tree / "metadata" / name, json.dumps({"signed": signed, "signatures": []}).encode())


def make_tree(tree: Path) -> Path:
    """A small tree with a page, a head and a root."""
    sign_site(tree, {"index.html": b"<!doctype html><title>News</title>", ".htaccess": b"Header set X y\n"})
    write(tree / "metadata/1.root.json", b'{"signed": {"version": 1}, "signatures": []}')
    write(tree / "head.tar.zst", b"the head of version 1", modified=SIGNED)
    return tree
