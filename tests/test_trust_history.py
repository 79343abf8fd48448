"""Two histories of one publication can't both be shown to a reader; after a theft of keys the true one wins."""

from pathlib import Path

import pytest

from forging import Thief
from simulator import DAY, Simulator, delta, edition, follow, hold
from tamizdat.errors import HistoryError, RollbackError
from tamizdat.format.catalog import encode
from tamizdat.trust import accept
from tamizdat_server.keys import ceremony, operations
from tamizdat_server.roles import Role

A = "a" * 64


@pytest.fixture
def publisher(tmp_path: Path) -> Simulator:
    """A publication with three versions out."""
    simulator = Simulator(tmp_path)
    for _ in range(3):
        simulator.publish()
    return simulator


def rotate(publisher: Simulator, *roles: Role) -> None:
    """Replace keys, and sign anew with the new ones."""
    for role in roles:
        publisher.clock += 60
        how = ceremony.rotate(publisher.signer.ring, role)
        _, written = operations.change(publisher.signer, how, now=publisher.clock)
        publisher.files |= {path: (publisher.public / path).read_bytes() for path in written}


def test_older_catalog_under_new_metadata_is_refused(publisher: Simulator):
    held = follow(publisher)
    publisher.publish(version=2)
    with pytest.raises(RollbackError) as refused:
        accept(held, publisher.fetch, now=publisher.clock)
    assert refused.value.fields() == {"role": "catalog", "accepted": 3, "offered": 2}


def test_other_catalog_of_the_same_version_is_shown_as_a_break(publisher: Simulator):
    held = follow(publisher)
    publisher.publish(version=3, title="Another")
    with pytest.raises(HistoryError) as broken:
        accept(held, publisher.fetch, now=publisher.clock)
    assert (broken.value.version, broken.value.exit_code) == (3, 27)


def test_next_catalog_must_name_the_one_before(publisher: Simulator):
    held = follow(publisher)
    publisher.publish(previous=A)
    with pytest.raises(HistoryError) as broken:
        accept(held, publisher.fetch, now=publisher.clock)
    assert broken.value.version == 3


def test_next_catalog_may_leave_the_one_before_unnamed(publisher: Simulator):
    held = follow(publisher)
    publisher.publish(previous="")
    accepted = accept(held, publisher.fetch, now=publisher.clock)
    assert (accepted.catalog.version, accepted.restart) == (4, False)


def test_fork_is_seen_by_a_reader_who_missed_versions_since(publisher: Simulator):
    held = follow(publisher)
    publisher.publish()
    fork = edition(5, [delta(3, 5, A), delta(0, 5, "")])
    publisher.publish(editions={"en": fork})
    with pytest.raises(HistoryError) as broken:
        accept(held, publisher.fetch, now=publisher.clock)
    assert broken.value.version == 3


def test_delta_that_starts_where_the_reader_stood_goes_on(publisher: Simulator):
    held = follow(publisher)
    at_three = publisher.catalogs[-1]
    publisher.publish()
    goes_on = edition(5, [delta(3, 5, at_three), delta(4, 5, A), delta(2, 5, "")])
    publisher.publish(editions={"en": goes_on})
    assert accept(held, publisher.fetch, now=publisher.clock).catalog.version == 5


def test_break_with_any_version_that_was_shown_is_seen(publisher: Simulator):
    held = follow(publisher)
    publisher.publish(editions={"en": edition(4, [delta(3, 4, publisher.catalogs[-1])])})
    held = follow(publisher, held)
    publisher.publish(editions={"en": edition(5, [delta(3, 5, A)])})
    with pytest.raises(HistoryError) as broken:
        accept(held, publisher.fetch, now=publisher.clock)
    assert broken.value.version == 3


def test_skipped_versions_go_on(publisher: Simulator):
    held = follow(publisher)
    publisher.publish(version=900, previous="")
    accepted = accept(held, publisher.fetch, now=publisher.clock)
    assert (accepted.catalog.version, accepted.restart) == (900, False)


def test_ordinary_rotation_of_the_targets_key_restarts_nothing(publisher: Simulator):
    held = follow(publisher)
    rotate(publisher, "targets")
    accepted = accept(held, publisher.fetch, now=publisher.clock)
    assert (accepted.catalog.version, accepted.restart) == (3, False)
    publisher.publish()
    assert not accept(held, publisher.fetch, now=publisher.clock).restart
    assert not accept(hold(accepted, held), publisher.fetch, now=publisher.clock).restart


def test_reader_far_behind_a_rotation_restarts_where_nothing_proves_what_he_holds(publisher: Simulator):
    held = follow(publisher)
    at_three = publisher.catalogs[-1]
    rotate(publisher, "targets")
    publisher.publish()
    publisher.publish()
    assert accept(held, publisher.fetch, now=publisher.clock).restart
    publisher.publish(editions={"en": edition(6, [delta(3, 6, at_three)])})
    assert not accept(held, publisher.fetch, now=publisher.clock).restart


def test_what_a_thief_of_the_targets_key_published_is_undone_by_new_keys(publisher: Simulator):
    held = follow(publisher)
    thief = Thief(publisher)
    forged = publisher.catalog(version=2**53 - 1, title="Forged")
    thief.edit("targets", lambda part: part.update(version=2**53 - 1))
    thief.edit("snapshot", lambda part: part.update(version=2**53 - 1))
    thief.catalog(encode(forged))
    thief.edit("timestamp", lambda part: part.update(version=publisher.clock + DAY))
    deceived = hold(accept(held, thief.fetch, now=publisher.clock), held)
    with pytest.raises(RollbackError):
        accept(deceived, publisher.fetch, now=publisher.clock)
    rotate(publisher, "targets", "snapshot", "timestamp")
    accepted = accept(deceived, publisher.fetch, now=publisher.clock)
    assert (accepted.catalog.version, accepted.restart) == (3, True)
    after = hold(accepted, deceived)
    assert dict(after.catalogs) == {3: publisher.catalogs[-1]}
    publisher.publish()
    accepted = accept(after, publisher.fetch, now=publisher.clock)
    assert (accepted.catalog.version, accepted.restart) == (4, False)


def test_forged_twin_of_a_version_is_undone_by_new_keys(publisher: Simulator):
    held = follow(publisher)
    thief = Thief(publisher)
    thief.edit("targets", lambda part: part.update(version=9))
    thief.edit("snapshot", lambda part: part.update(version=9))
    thief.catalog(encode(publisher.catalog(title="Forged")))
    thief.edit("timestamp", lambda part: part.update(version=publisher.clock + 60))
    deceived = hold(accept(held, thief.fetch, now=publisher.clock), held)
    publisher.publish()
    with pytest.raises((RollbackError, HistoryError)):
        accept(deceived, publisher.fetch, now=publisher.clock)
    rotate(publisher, "targets", "snapshot", "timestamp")
    accepted = accept(deceived, publisher.fetch, now=publisher.clock)
    assert (accepted.catalog.version, accepted.restart) == (4, True)
