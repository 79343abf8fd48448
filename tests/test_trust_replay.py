"""Nobody can show a reader an older state, or the same one for ever."""

import json
from pathlib import Path

import pytest

from forging import Thief
from simulator import DAY, NOW, Mirror, Simulator, follow, hold, told
from tamizdat.errors import ClockError, ExpiredError, FileMissing, HashMismatch, RollbackError, TrustError
from tamizdat.trust import accept, freshness

TIMESTAMP = "metadata/timestamp.json"
HOUR = 3600


@pytest.fixture
def publisher(tmp_path: Path) -> Simulator:
    """A publication with one version out."""
    simulator = Simulator(tmp_path)
    simulator.publish()
    return simulator


def test_replayed_older_timestamp_is_refused(publisher: Simulator):
    older = Mirror(publisher.files)
    publisher.resign()
    held = follow(publisher)
    with pytest.raises(RollbackError) as refused:
        accept(held, older.fetch, now=publisher.clock)
    assert refused.value.fields() == {"role": "timestamp", "accepted": NOW + HOUR + DAY, "offered": NOW + HOUR}


def test_replayed_whole_publication_is_refused(publisher: Simulator):
    older = Mirror(publisher.files)
    publisher.publish()
    held = follow(publisher)
    with pytest.raises(RollbackError):
        accept(held, older.fetch, now=publisher.clock)


def test_new_timestamp_that_names_an_older_snapshot_is_refused(publisher: Simulator):
    publisher.publish()
    held = follow(publisher)
    thief = Thief(publisher)
    snapshot = json.loads(publisher.files["metadata/1.snapshot.json"])
    thief.edit("timestamp", lambda timestamp: timestamp.update(version=timestamp["version"] + 1))
    thief.put("snapshot", publisher.files["metadata/1.snapshot.json"], version=snapshot["signed"]["version"])
    with pytest.raises(RollbackError) as refused:
        accept(held, thief.fetch, now=publisher.clock)
    assert (refused.value.role, refused.value.accepted, refused.value.offered) == ("snapshot", 2, 1)


def test_new_snapshot_that_names_older_targets_is_refused(publisher: Simulator):
    publisher.publish()
    held = follow(publisher)
    thief = Thief(publisher)
    thief.edit("timestamp", lambda timestamp: timestamp.update(version=timestamp["version"] + 1))
    thief.edit("snapshot", lambda snapshot: snapshot.update(version=3))
    thief.put("targets", publisher.files["metadata/1.targets.json"], version=1)
    with pytest.raises(RollbackError) as refused:
        accept(held, thief.fetch, now=publisher.clock)
    assert (refused.value.role, refused.value.accepted, refused.value.offered) == ("targets", 2, 1)


def test_frozen_timestamp_is_fine_for_seven_days_and_stale_from_then_on(publisher: Simulator):
    held = follow(publisher)
    signed = publisher.clock
    accept(held, publisher.fetch, now=signed + 7 * DAY - 1)
    with pytest.raises(ExpiredError) as stale:
        accept(None, publisher.fetch, now=signed + 7 * DAY, fingerprint=publisher.fingerprint)
    assert (stale.value.role, stale.value.exit_code) == ("timestamp", 4)


def test_timestamp_replayed_at_equal_version_is_stale_after_its_expiry_and_nothing_else_is_asked(publisher: Simulator):
    held = follow(publisher)
    mirror = Mirror(publisher.files)
    with pytest.raises(ExpiredError):
        accept(held, mirror.fetch, now=publisher.clock + 8 * DAY)
    assert mirror.asked == [TIMESTAMP]


def test_another_timestamp_of_equal_version_is_refused(publisher: Simulator):
    held = follow(publisher)
    thief = Thief(publisher)
    thief.edit("timestamp", lambda timestamp: timestamp.update(expires="2030-01-01T00:00:00Z"))
    with pytest.raises(TrustError, match="two different timestamps"):
        accept(held, thief.fetch, now=publisher.clock)


@pytest.mark.parametrize("role", ["root", "snapshot", "targets"])
def test_each_role_expires_by_itself(publisher: Simulator, role: str):
    thief = Thief(publisher)
    past = "2026-11-01T00:00:00Z"
    thief.edit(role, lambda part: part.update(expires=past))
    first = thief.files["metadata/1.root.json"]
    with pytest.raises(ExpiredError) as stale:
        accept(None, thief.fetch, now=publisher.clock, fingerprint=publisher.fingerprint.of(1, first))
    assert stale.value.fields() == {"role": role, "expired": past}


def test_targets_that_no_editor_renewed_are_stale_though_the_server_goes_on_signing(publisher: Simulator):
    held = follow(publisher)
    (publisher.keys / "targets.pem").unlink()
    publisher.resign(now=NOW + 88 * DAY)
    held = follow(publisher, held)
    publisher.resign(now=NOW + 91 * DAY)
    with pytest.raises(ExpiredError) as stale:
        accept(held, publisher.fetch, now=publisher.clock)
    assert stale.value.role == "targets"


def test_slow_clock_does_not_let_expired_metadata_pass(publisher: Simulator):
    held = follow(publisher)
    thief = Thief(publisher)
    just_before = told(publisher.clock - 60)
    thief.edit("timestamp", lambda part: part.update(version=part["version"] + 1, expires=just_before))
    # The reader has proof that it is later than its clock says.
    with pytest.raises(ExpiredError):
        accept(held, thief.fetch, now=publisher.clock - HOUR)


def test_clock_more_than_a_day_behind_is_told_about(publisher: Simulator):
    with pytest.raises(ClockError) as told:
        accept(None, publisher.fetch, now=publisher.clock - DAY - 1, fingerprint=publisher.fingerprint)
    assert told.value.exit_code == 26
    assert accept(None, publisher.fetch, now=publisher.clock - DAY, fingerprint=publisher.fingerprint)


def test_timestamp_of_a_far_future_is_no_way_to_shut_readers_out(publisher: Simulator):
    held = follow(publisher)
    thief = Thief(publisher)
    thief.edit("timestamp", lambda timestamp: timestamp.update(version=2**53 - 1))
    with pytest.raises(ClockError):
        accept(held, thief.fetch, now=publisher.clock)
    publisher.publish()
    assert accept(held, publisher.fetch, now=publisher.clock).catalog.version == 2


def test_catalog_of_a_far_future_is_refused(publisher: Simulator):
    held = follow(publisher)
    publisher.publish(published="2031-01-01T00:00:00Z")
    with pytest.raises(ClockError):
        accept(held, publisher.fetch, now=publisher.clock)


def test_clock_ahead_finds_everything_stale_and_loses_nothing(publisher: Simulator):
    held = follow(publisher)
    with pytest.raises(ExpiredError):
        accept(held, publisher.fetch, now=publisher.clock + 400 * DAY)
    assert accept(held, publisher.fetch, now=publisher.clock).signed == publisher.clock


@pytest.mark.parametrize("role", ["snapshot", "targets"])
def test_mixed_versions_are_refused(publisher: Simulator, role: str):
    mirror = Mirror(publisher.files)
    publisher.publish()
    held = follow(publisher)
    publisher.publish()
    mixed = Mirror(publisher.files | {f"metadata/3.{role}.json": mirror.files[f"metadata/1.{role}.json"]})
    with pytest.raises(HashMismatch) as refused:
        accept(held, mixed.fetch, now=publisher.clock)
    assert refused.value.path == f"metadata/3.{role}.json"


def test_catalog_of_another_version_is_refused(publisher: Simulator):
    older = next(data for path, data in publisher.files.items() if path.endswith("catalog.json"))
    publisher.publish()
    path = f"targets/{publisher.catalogs[-1]}.catalog.json"
    mixed = Mirror(publisher.files | {path: older})
    with pytest.raises(HashMismatch):
        accept(None, mixed.fetch, now=publisher.clock, fingerprint=publisher.fingerprint)


@pytest.mark.parametrize("role", ["snapshot", "targets"])
def test_file_that_is_missing_once_is_no_dead_end(publisher: Simulator, role: str):
    held = follow(publisher)
    publisher.publish()
    path = f"metadata/2.{role}.json"
    hole = Mirror({name: data for name, data in publisher.files.items() if name != path})
    with pytest.raises(FileMissing):
        accept(held, hole.fetch, now=publisher.clock)
    assert accept(held, publisher.fetch, now=publisher.clock).catalog.version == 2


def test_carried_pack_may_have_expired_but_is_neither_forged_nor_older(publisher: Simulator):
    older = Mirror(publisher.files)
    publisher.publish()
    late = publisher.clock + 400 * DAY
    accepted = accept(None, publisher.fetch, now=late, fingerprint=publisher.fingerprint, carried=True)
    assert freshness(accepted.signed, late) == "very old"
    with pytest.raises(RollbackError):
        accept(hold(accepted), older.fetch, now=late, carried=True)


def test_freshness_is_an_age():
    assert [freshness(NOW - age, NOW) for age in (-5, 2 * DAY, 2 * DAY + 1, 30 * DAY, 30 * DAY + 1)] == [
        "fresh",
        "fresh",
        "stale",
        "stale",
        "very old",
    ]
