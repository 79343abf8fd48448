"""Small disks of their own, for what happens when one is full."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest


@contextmanager
def mounted(place: Path, *options: str) -> Iterator[Path]:
    """A small disk at `place`; a path where nothing is, where mounting isn't ours to do."""
    place.mkdir(parents=True)
    made = subprocess.run(["mount", "-t", "tmpfs", "-o", ",".join(options), "tmpfs", place], capture_output=True)
    try:
        yield place if made.returncode == 0 else place / "not mounted"
    finally:
        if made.returncode == 0:
            subprocess.run(["umount", "--lazy", place], check=True)


@contextmanager
def small_disk(place: Path, size: str) -> Iterator[Path]:
    """A disk of this size, where a test can't do without one."""
    with mounted(place, f"size={size}") as disk:
        if not disk.exists():
            pytest.skip("needs root, to mount a small disk")
        yield disk
