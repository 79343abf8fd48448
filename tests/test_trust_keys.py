"""Only what enough of the right keys signed is accepted, however the keys change."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from forging import Thief, encoded, signed, signers
from simulator import DAY, Mirror, Simulator, fingerprint, follow, hold
from tamizdat.errors import (
    FirstContact,
    FormatError,
    HistoryError,
    RollbackError,
    ThresholdError,
    TooLarge,
    WrongPublication,
    WrongRoot,
)
from tamizdat.format.limits import LIMITS
from tamizdat.format.names import Fingerprint
from tamizdat.trust import accept
from tamizdat_server.keys import ceremony, create_keys, operations
from tamizdat_server.keys.ceremony import Ceremony
from tamizdat_server.roles import Role

ROLES: list[Role] = ["root", "targets", "snapshot", "timestamp"]


@pytest.fixture
def publisher(tmp_path: Path) -> Simulator:
    """A publication with one version out."""
    simulator = Simulator(tmp_path)
    simulator.publish()
    return simulator


def change(publisher: Simulator, how: Callable[..., None]) -> None:
    """Install a change of keys on disk and in what the simulator serves."""
    publisher.clock += 60
    staged, written = operations.change(publisher.signer, how, now=publisher.clock)
    assert staged.complete
    publisher.files |= {path: (publisher.public / path).read_bytes() for path in written}


def rotate(publisher: Simulator, *roles: Role) -> None:
    for role in roles:
        change(publisher, ceremony.rotate(publisher.signer.ring, role))


# -- whom to trust at first --------------------------------------------------------------------------------------------


def test_first_contact_without_a_fingerprint_shows_the_one_that_is_offered(publisher: Simulator):
    mirror = Mirror(publisher.files)
    with pytest.raises(FirstContact) as asked:
        accept(None, mirror.fetch, now=publisher.clock)
    assert asked.value.fingerprint == str(publisher.fingerprint)
    assert mirror.asked == ["metadata/1.root.json"]


def test_first_use_is_trusted_when_the_reader_says_so(publisher: Simulator):
    accepted = accept(None, publisher.fetch, now=publisher.clock, first_use=True)
    assert accepted.publication == publisher.publication


def test_wrong_root_is_refused_and_both_fingerprints_are_told(publisher: Simulator, tmp_path: Path):
    other, _ = create_keys(tmp_path / "other", passphrase=None, now=publisher.clock)
    with pytest.raises(WrongRoot) as refused:
        accept(None, publisher.fetch, now=publisher.clock, fingerprint=other)
    assert refused.value.fields() == {"expected": str(other), "offered": str(publisher.fingerprint)}


def test_known_publication_given_with_another_fingerprint_is_refused(publisher: Simulator, tmp_path: Path):
    held = follow(publisher)
    other, _ = create_keys(tmp_path / "other", passphrase=None, now=publisher.clock)
    with pytest.raises(WrongRoot):
        accept(held, publisher.fetch, now=publisher.clock, fingerprint=other)
    assert accept(held, publisher.fetch, now=publisher.clock, fingerprint=publisher.fingerprint)


def test_captive_portal_at_first_contact_is_told_as_such(publisher: Simulator):
    portal = Mirror(dict.fromkeys(publisher.files, b"\n<!doctype html><title>Log in</title>"))
    for known in (publisher.fingerprint, None):
        with pytest.raises(FormatError, match="web page"):
            accept(None, portal.fetch, now=publisher.clock, fingerprint=known)


def test_address_with_a_later_root_needs_no_earlier_one(publisher: Simulator):
    rotate(publisher, "root", "timestamp")
    mirror = Mirror(publisher.files)
    accepted = accept(None, mirror.fetch, now=publisher.clock, fingerprint=fingerprint(publisher.files, 3))
    assert sorted(accepted.roots) == [3]
    assert accepted.publication == publisher.publication
    assert "metadata/1.root.json" not in mirror.asked


def test_address_issued_anew_leads_on_where_the_held_root_keys_were_stolen(publisher: Simulator):
    held = follow(publisher)
    thief = Thief(publisher)
    rotate(publisher, "root", "targets", "snapshot", "timestamp")
    publisher.publish()
    anew = fingerprint(publisher.files, 5)
    # The thief's own root 2 is walked into by who only has the old address.
    thief.edit("root", lambda root: root.update(version=2))
    thief.files["metadata/1.root.json"] = publisher.files["metadata/1.root.json"]
    accepted = accept(held, publisher.fetch, now=publisher.clock, fingerprint=anew)
    assert sorted(accepted.roots) == [1, 5]
    assert accepted.catalog.version == 2
    deceived = hold(accept(held, _newer(thief).fetch, now=publisher.clock), held)
    assert accept(deceived, publisher.fetch, now=publisher.clock, fingerprint=anew).catalog.version == 2
    with pytest.raises(WrongRoot):
        accept(deceived, publisher.fetch, now=publisher.clock, fingerprint=fingerprint(publisher.files, 2))


def test_earlier_fingerprint_than_the_roots_held_must_lead_to_them(publisher: Simulator):
    early = Mirror(publisher.files)
    rotate(publisher, "root")
    held = hold(accept(None, publisher.fetch, now=publisher.clock, fingerprint=fingerprint(publisher.files, 2)))
    assert accept(held, publisher.fetch, now=publisher.clock, fingerprint=publisher.fingerprint)
    with pytest.raises(RollbackError):
        accept(held, early.fetch, now=publisher.clock, fingerprint=publisher.fingerprint)


# -- who signed --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", ["timestamp", "snapshot", "targets"])
def test_unknown_keys_count_for_nothing(publisher: Simulator, tmp_path: Path, role: str):
    create_keys(tmp_path / "stranger", passphrase=None, now=publisher.clock)
    thief = Thief(publisher)
    thief.edit(role, lambda part: part.update(version=part["version"] + 1), keys=signers(tmp_path / "stranger", role))
    with pytest.raises(ThresholdError) as refused:
        accept(None, thief.fetch, now=publisher.clock, fingerprint=publisher.fingerprint)
    assert refused.value.fields() == {"role": role}


@pytest.mark.parametrize("role", ["timestamp", "snapshot", "targets"])
def test_key_of_another_role_counts_for_nothing(publisher: Simulator, role: str):
    other = "targets" if role != "targets" else "snapshot"
    thief = Thief(publisher)
    thief.edit(role, lambda part: part.update(version=part["version"] + 1), keys=signers(publisher.keys, other))
    with pytest.raises(ThresholdError):
        accept(None, thief.fetch, now=publisher.clock, fingerprint=publisher.fingerprint)


def test_seized_server_can_forge_no_catalog(publisher: Simulator):
    held = follow(publisher)
    thief = Thief(publisher)
    del thief.keys["targets"], thief.keys["root"]
    thief.edit("snapshot", lambda part: part.update(version=2))
    thief.edit("targets", lambda part: part.update(version=2), keys=thief.keys["snapshot"])
    with pytest.raises(ThresholdError) as refused:
        accept(held, _newer(thief).fetch, now=publisher.clock)
    assert refused.value.role == "targets"


def _newer(thief: Thief) -> Thief:
    thief.edit("timestamp", lambda part: part.update(version=part["version"] + 1))
    return thief


def test_too_few_signatures_are_refused_and_enough_are_accepted(publisher: Simulator):
    for role in ("targets", "timestamp"):
        change(publisher, ceremony.add(publisher.signer.ring, role))
        change(publisher, ceremony.threshold(role, 2))
    publisher.publish()
    assert accept(None, publisher.fetch, now=publisher.clock, fingerprint=publisher.fingerprint)
    for role in ("targets", "timestamp"):
        thief = Thief(publisher)
        thief.edit(role, lambda document: document["signatures"].pop(), whole=True)
        with pytest.raises(ThresholdError):
            accept(None, thief.fetch, now=publisher.clock, fingerprint=publisher.fingerprint)


def test_one_signature_does_not_count_twice(publisher: Simulator):
    change(publisher, ceremony.add(publisher.signer.ring, "timestamp"))
    change(publisher, ceremony.threshold("timestamp", 2))
    publisher.publish()
    thief = Thief(publisher)
    thief.edit(
        "timestamp", lambda document: document["signatures"].__setitem__(1, document["signatures"][0]), whole=True
    )
    with pytest.raises(FormatError):
        accept(None, thief.fetch, now=publisher.clock, fingerprint=publisher.fingerprint)


def test_signature_beyond_the_threshold_must_be_valid_as_well(publisher: Simulator):
    change(publisher, ceremony.add(publisher.signer.ring, "timestamp"))
    both = signers(publisher.keys, "timestamp")
    thief = Thief(publisher)
    thief.edit("timestamp", lambda part: part, keys=both)
    assert accept(None, thief.fetch, now=publisher.clock, fingerprint=publisher.fingerprint)
    thief.edit("timestamp", lambda document: document["signatures"][1].update(sig="0" * 128), whole=True)
    with pytest.raises(FormatError, match="signature"):
        accept(None, thief.fetch, now=publisher.clock, fingerprint=publisher.fingerprint)


def test_publication_that_shares_keys_cannot_swap_its_catalog_in(publisher: Simulator):
    publisher.publish(publication="a" * 64)
    with pytest.raises(WrongPublication):
        accept(None, publisher.fetch, now=publisher.clock, fingerprint=publisher.fingerprint)


# -- keys change -------------------------------------------------------------------------------------------------------


def test_reader_several_roots_behind_walks_through_them(publisher: Simulator):
    held = follow(publisher)
    for _ in range(3):
        rotate(publisher, *ROLES)
    publisher.publish()
    accepted = accept(held, publisher.fetch, now=publisher.clock)
    assert sorted(accepted.roots) == list(range(1, 14))
    assert (accepted.catalog.version, accepted.restart) == (2, False)
    publisher.asked.clear()
    assert accept(hold(accepted, held), publisher.fetch, now=publisher.clock)
    assert publisher.asked == ["metadata/timestamp.json"]


def test_revoked_key_is_worthless(publisher: Simulator):
    held = follow(publisher)
    thief = Thief(publisher)
    old = signers(publisher.keys, "timestamp")
    rotate(publisher, "timestamp")
    thief.files |= {path: data for path, data in publisher.files.items() if path.endswith(".root.json")}
    thief.edit("timestamp", lambda part: part.update(version=part["version"] + 600), keys=old)
    with pytest.raises(ThresholdError):
        accept(held, thief.fetch, now=publisher.clock)


@pytest.mark.parametrize("by", ["old", "new"])
def test_next_root_needs_the_old_keys_and_the_new(publisher: Simulator, tmp_path: Path, by: str):
    held = follow(publisher)
    create_keys(tmp_path / "other", passphrase=None, now=publisher.clock)
    new = signers(tmp_path / "other", "root")
    root = json.loads(publisher.files["metadata/1.root.json"])["signed"]
    root["version"] = 2
    root["keys"][new[0].public_key.keyid] = new[0].public_key.to_dict()
    del root["keys"][root["roles"]["root"]["keyids"][0]]
    root["roles"]["root"]["keyids"] = [new[0].public_key.keyid]
    keys = signers(publisher.keys, "root") if by == "old" else new
    publisher.files["metadata/2.root.json"] = signed(root, keys)
    publisher.resign()
    with pytest.raises(ThresholdError):
        accept(held, publisher.fetch, now=publisher.clock)


def test_snapshot_of_equal_version_but_other_bytes_is_refused(publisher: Simulator):
    held = follow(publisher)
    thief = Thief(publisher)
    thief.edit("snapshot", lambda part: part.update(expires="2030-01-01T00:00:00Z"))
    with pytest.raises(HistoryError):
        accept(held, _newer(thief).fetch, now=publisher.clock)


def test_root_of_another_version_than_its_name_says_is_refused(publisher: Simulator):
    held = follow(publisher)
    rotate(publisher, "timestamp", "snapshot")
    publisher.files["metadata/2.root.json"] = publisher.files["metadata/3.root.json"]
    with pytest.raises(FormatError):
        accept(held, publisher.fetch, now=publisher.clock)


def test_hidden_root_leaves_metadata_that_do_not_verify(publisher: Simulator):
    held = follow(publisher)
    rotate(publisher, "targets")
    publisher.publish()
    del publisher.files["metadata/2.root.json"]
    with pytest.raises(ThresholdError):
        accept(held, publisher.fetch, now=publisher.clock)


def test_catalog_made_under_a_root_that_the_mirror_hides_is_refused(publisher: Simulator):
    held = follow(publisher)
    change(publisher, lambda root: None)
    publisher.publish(root=2)
    del publisher.files["metadata/2.root.json"]
    with pytest.raises(Exception, match="made under root 2") as refused:
        accept(held, publisher.fetch, now=publisher.clock)
    assert refused.value.exit_code == 20  # type: ignore[attr-defined]


def test_fast_forwarded_versions_are_forgotten_with_the_stolen_keys(publisher: Simulator):
    held = follow(publisher)
    thief = Thief(publisher)
    thief.edit("targets", lambda part: part.update(version=2**53 - 1))
    thief.edit("snapshot", lambda part: part.update(version=2**53 - 1))
    thief.edit("timestamp", lambda part: part.update(version=publisher.clock + DAY))
    deceived = hold(accept(held, thief.fetch, now=publisher.clock), held)
    rotate(publisher, "targets", "snapshot", "timestamp")
    publisher.publish()
    accepted = accept(deceived, publisher.fetch, now=publisher.clock)
    assert (accepted.catalog.version, accepted.signed) == (2, publisher.clock)


def test_replacing_online_keys_alone_does_not_bring_an_older_catalog_back(publisher: Simulator):
    early = dict(publisher.files)
    publisher.publish()
    held = follow(publisher)
    rotate(publisher, "snapshot", "timestamp")
    thief = Thief(publisher)
    thief.edit("timestamp", lambda part: part.update(version=part["version"] + 9))
    thief.edit("snapshot", lambda part: part.update(version=9))
    thief.put("targets", early["metadata/1.targets.json"], version=1)
    with pytest.raises(RollbackError) as refused:
        accept(held, thief.fetch, now=publisher.clock)
    assert (refused.value.role, refused.value.accepted, refused.value.offered) == ("catalog", 2, 1)


def test_renewed_root_is_found_though_nothing_else_changed_when_the_held_one_expired(publisher: Simulator):
    publisher.resign(now=publisher.clock + 364 * DAY)
    held = follow(publisher)
    staged = Ceremony(publisher.signer).change(lambda root: None, now=publisher.clock)
    publisher.write(Ceremony(publisher.signer).files(staged, now=publisher.clock)[:1])
    publisher.clock += 2 * DAY
    assert accept(held, publisher.fetch, now=publisher.clock).timestamp == held.timestamp


# -- the walk ends -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "page",
    [
        b"<html>log in</html>",
        b"\xef\xbb\xbf \r\n<!DOCTYPE html>",
        b"<" + b"x" * LIMITS.root_bytes,
    ],
    ids=["page", "page with BOM", "long page"],
)
def test_root_walk_answered_by_a_web_page_is_no_dead_end(publisher: Simulator, page: bytes):
    held = follow(publisher)
    publisher.publish()
    portal = Mirror(publisher.files | {"metadata/2.root.json": page})
    assert accept(held, portal.fetch, now=publisher.clock).catalog.version == 2


@pytest.mark.parametrize("junk", [b"", b"{}", b"null", b'{"signatures":[]', b"\x00" * 40], ids=repr)
def test_root_walk_answered_by_anything_else_is_damage(publisher: Simulator, junk: bytes):
    held = follow(publisher)
    publisher.publish()
    damaged = Mirror(publisher.files | {"metadata/2.root.json": junk})
    with pytest.raises(FormatError):
        accept(held, damaged.fetch, now=publisher.clock)


def test_endless_chain_of_roots_is_bounded(publisher: Simulator):
    held = follow(publisher)
    part = json.loads(publisher.files["metadata/1.root.json"])["signed"]
    keys = signers(publisher.keys, "root")

    def endless(path: str, *, max_bytes: int) -> bytes:
        if path.endswith(".root.json"):
            asked.append(path)
            return signed(part | {"version": int(path[9:-10])}, keys)
        return publisher.fetch(path, max_bytes=max_bytes)

    asked: list[str] = []
    publisher.resign()
    accepted = accept(held, endless, now=publisher.clock)
    assert len(asked) == LIMITS.root_rotations
    assert max(accepted.roots) == 1 + LIMITS.root_rotations


@pytest.mark.parametrize("path", ["metadata/timestamp.json", "metadata/1.snapshot.json", "metadata/1.targets.json"])
def test_endless_file_is_cut_off_at_its_limit(publisher: Simulator, path: str):
    endless = Mirror(publisher.files | {path: b" " * 10_000_000})
    with pytest.raises(TooLarge):
        accept(None, endless.fetch, now=publisher.clock, fingerprint=publisher.fingerprint)


def test_fingerprint_covers_every_byte(publisher: Simulator):
    data = publisher.files["metadata/1.root.json"]
    document = json.loads(data)
    document["signatures"].append({"keyid": "0" * 16, "sig": "0" * 128})
    mirror = Mirror(publisher.files | {"metadata/1.root.json": encoded(document)})
    with pytest.raises(WrongRoot):
        accept(None, mirror.fetch, now=publisher.clock, fingerprint=Fingerprint.of(1, data))


def test_operations_install_a_rotation_whole(publisher: Simulator):
    held = follow(publisher)
    staged, written = operations.rotate_keys(publisher.signer, "targets", now=publisher.clock + 60)
    assert staged.complete
    publisher.files |= {path: (publisher.public / path).read_bytes() for path in written}
    accepted = accept(held, publisher.fetch, now=publisher.clock + 60)
    assert (accepted.catalog_sha256, accepted.restart) == (publisher.catalogs[-1], False)
