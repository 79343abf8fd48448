"""A folder, which may be a stranger's USB stick: links, pipes and devices on it lead nowhere."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tamizdat.errors import FileMissing, ForbiddenAddress, Unreachable
from tamizdat.transport import Meter
from tamizdat.transport.folder import FolderTransport


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    (tmp_path / "public" / "metadata").mkdir(parents=True)
    (tmp_path / "public" / "metadata" / "1.root.json").write_bytes(b"root")
    (tmp_path / "secret").write_bytes(b"secret")
    return tmp_path / "public"


@pytest.fixture
def folder(tree: Path) -> FolderTransport:
    return FolderTransport(tree, meter=Meter())


@pytest.mark.parametrize("target", ["../../secret", "/etc/hostname"])
def test_a_link_that_leads_out_of_the_folder_is_not_followed(folder: FolderTransport, tree: Path, target: str) -> None:
    (tree / "metadata" / "timestamp.json").symlink_to(target)
    with pytest.raises(ForbiddenAddress, match="out of the folder"):
        folder.fetch("metadata/timestamp.json", max_bytes=1000)


def test_a_linked_folder_that_leads_out_is_not_followed_either(folder: FolderTransport, tree: Path) -> None:
    (tree / "feeds").symlink_to(tree.parent)
    with pytest.raises(ForbiddenAddress):
        folder.fetch("feeds/secret", max_bytes=1000)


def test_a_link_within_the_folder_is_followed(folder: FolderTransport, tree: Path) -> None:
    (tree / "metadata" / "2.root.json").symlink_to("1.root.json")
    assert folder.fetch("metadata/2.root.json", max_bytes=4) == b"root"


def test_the_folder_itself_may_be_a_link(tree: Path) -> None:
    (tree.parent / "stick").symlink_to(tree)
    stick = FolderTransport(tree.parent / "stick", meter=Meter())
    assert stick.fetch("metadata/1.root.json", max_bytes=4) == b"root"


def test_a_pipe_a_folder_and_a_circle_of_links_are_no_files(folder: FolderTransport, tree: Path) -> None:
    os.mkfifo(tree / "metadata" / "timestamp.json")
    (tree / "metadata" / "2.root.json").mkdir()
    (tree / "metadata" / "3.root.json").symlink_to("3.root.json")
    for name in ("timestamp.json", "2.root.json", "3.root.json", "1.root.json/x", "4.root.json"):
        with pytest.raises(FileMissing):
            folder.fetch(f"metadata/{name}", max_bytes=1000)


@pytest.fixture
def nobody() -> Iterator[None]:
    """Root may read everything; so while this lasts, be somebody else."""
    before = os.geteuid()
    if before == 0:
        os.seteuid(65534)
    yield
    os.seteuid(before)


def test_a_file_that_may_not_be_read_is_unreachable_and_says_why(
    folder: FolderTransport, tree: Path, request: pytest.FixtureRequest
) -> None:
    (tree / "metadata" / "1.root.json").chmod(0)
    request.getfixturevalue("nobody")
    with pytest.raises(Unreachable, match="Permission denied"):
        folder.fetch("metadata/1.root.json", max_bytes=1000)


def test_a_folder_that_is_not_there_is_unreachable(tree: Path) -> None:
    for place in (tree / "nowhere", tree / "metadata" / "1.root.json"):
        with pytest.raises(Unreachable):
            FolderTransport(place, meter=Meter())
