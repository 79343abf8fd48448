"""The private names of python-tuf that tamizdat.trust stands on are still what they were."""

import inspect
from pathlib import Path

import pytest
import tuf
from tuf.ngclient import Updater

from simulator import Mirror, Simulator, follow
from tamizdat.trust import accept
from tamizdat.trust.updater import MemoryUpdater

OVERRIDDEN = {
    "_load_local_metadata": ["self", "rolename"],
    "_persist_metadata": ["self", "rolename", "data"],
    "_persist_root": ["self", "version", "data"],
    "_update_root_symlink": ["self"],
}


def test_python_tuf_is_of_the_series_that_the_seam_was_made_for():
    assert tuf.__version__.split(".")[0] == "7"


@pytest.mark.parametrize("name", OVERRIDDEN)
def test_overridden_methods_exist_and_take_what_they_took(name: str):
    ours, theirs = (inspect.signature(getattr(kind, name)) for kind in (MemoryUpdater, Updater))
    assert list(theirs.parameters) == OVERRIDDEN[name] == list(ours.parameters)


def test_nothing_else_of_the_updater_touches_files_or_the_network_but_the_fetcher():
    """Whoever updates python-tuf reads what these methods do now, and then puts their new names here."""
    own = {name for name, member in vars(Updater).items() if inspect.isfunction(member)}
    assert own == {
        "__init__", "refresh", "get_targetinfo", "find_cached_target", "download_target", "_generate_target_file_path",
        "_download_metadata", "_load_root", "_load_timestamp", "_load_snapshot", "_load_targets",
        "_preorder_depth_first_walk", "_persist_file", *OVERRIDDEN,
    }  # fmt: skip


def test_accepting_writes_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    publisher = Simulator(tmp_path / "publisher")
    publisher.publish()
    empty = tmp_path / "empty"
    empty.mkdir()
    monkeypatch.chdir(empty)
    monkeypatch.setenv("TMPDIR", str(empty))
    monkeypatch.setattr("tempfile.tempdir", str(empty))
    follow(publisher)
    assert list(empty.iterdir()) == []


def test_nothing_is_kept_of_a_state_that_was_not_accepted_whole(tmp_path: Path):
    publisher = Simulator(tmp_path)
    publisher.publish()
    held = follow(publisher)
    before = dict(held.roots), dict(held.catalogs)
    publisher.publish()
    broken = Mirror({path: data for path, data in publisher.files.items() if "2.targets" not in path})
    with pytest.raises(Exception, match="doesn't have"):
        accept(held, broken.fetch, now=publisher.clock)
    assert (dict(held.roots), dict(held.catalogs)) == before
    assert accept(held, publisher.fetch, now=publisher.clock).catalog.version == 2


def test_unchanged_publication_costs_one_small_request(tmp_path: Path):
    publisher = Simulator(tmp_path)
    publisher.publish()
    held = follow(publisher)
    publisher.asked.clear()
    assert accept(held, publisher.fetch, now=publisher.clock).timestamp == held.timestamp
    assert publisher.asked == ["metadata/timestamp.json"]
    assert len(publisher.files["metadata/timestamp.json"]) <= 500


def test_re_signed_publication_costs_timestamp_and_a_look_for_the_next_root(tmp_path: Path):
    publisher = Simulator(tmp_path)
    publisher.publish()
    held = follow(publisher)
    publisher.asked.clear()
    publisher.resign()
    accept(held, publisher.fetch, now=publisher.clock)
    assert publisher.asked == ["metadata/timestamp.json", "metadata/2.root.json"]


def test_head_of_trust_stays_small(tmp_path: Path):
    publisher = Simulator(tmp_path)
    publisher.publish()
    held = follow(publisher)
    assert len(held.timestamp) + len(held.snapshot) + len(held.targets) + len(held.roots[1]) <= 2_600
