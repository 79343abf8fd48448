"""A newsroom's keys: made, guarded, moved off, renewed and changed without losing a reader."""

import json
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from simulator import DAY, NOW, Simulator, follow, told
from tamizdat.errors import KeyProblem
from tamizdat.format.catalog import encode
from tamizdat.format.pack import decode_pack
from tamizdat.trust import accept
from tamizdat_server.keys import Signer, ceremony, create_keys, operations, status, store
from tamizdat_server.keys.ceremony import Ceremony, cosign_file
from tamizdat_server.keys.signer import KeyRing
from tamizdat_server.keys.store import create_key, read_header
from tamizdat_server.roles import ROLES

PASSPHRASE = "правильно лошадь батарея"


@pytest.fixture(autouse=True)
def cheap_scrypt(monkeypatch: pytest.MonkeyPatch) -> None:
    """Half a second a passphrase is for thieves."""
    monkeypatch.setattr(store, "SCRYPT_COST", 2**10)


@pytest.fixture
def publisher(tmp_path: Path) -> Simulator:
    """A publication with one version out."""
    simulator = Simulator(tmp_path / "newsroom")
    simulator.publish()
    return simulator


def serve(publisher: Simulator) -> None:
    """Let the simulator answer with what lies on disk now."""
    tree = (path for path in publisher.public.rglob("*") if path.is_file())
    publisher.files = {str(path.relative_to(publisher.public)): path.read_bytes() for path in tree}


def never() -> str:
    raise AssertionError("asked for a passphrase")


# -- files -------------------------------------------------------------------------------------------------------------


def test_keys_are_readable_by_their_owner_alone(publisher: Simulator):
    assert stat.S_IMODE(publisher.keys.stat().st_mode) == 0o700
    assert {path.name for path in publisher.keys.iterdir()} == {f"{role}.pem" for role in ROLES}
    assert {stat.S_IMODE(path.stat().st_mode) for path in publisher.keys.iterdir()} == {0o600}


def test_keys_are_never_overwritten(publisher: Simulator):
    before = (publisher.keys / "root.pem").read_bytes()
    with pytest.raises(KeyProblem, match="exists already"):
        create_keys(publisher.keys, passphrase=None, now=NOW)
    assert (publisher.keys / "root.pem").read_bytes() == before


def test_key_file_says_whose_it_is_without_being_opened(tmp_path: Path):
    made = create_key(tmp_path, "targets", passphrase=PASSPHRASE)
    assert read_header(made.path) == made
    assert made.locked
    assert b"BEGIN ENCRYPTED PRIVATE KEY" in made.path.read_bytes()


def test_passphrase_is_asked_for_only_when_its_key_signs_and_only_once(tmp_path: Path):
    publisher = Simulator(tmp_path, passphrase=PASSPHRASE)
    asked: list[str] = []

    def ask() -> str:
        asked.append("?")
        return PASSPHRASE

    signer = Signer(publisher.public, publisher.keys, passphrase=ask)
    publisher.write(signer.publish(b"{}", b"{}", now=NOW))
    publisher.write(signer.publish(b"{ }", b"{}", now=NOW + 1))
    assert asked == ["?"]
    Signer(publisher.public, publisher.keys, passphrase=never).resign(now=NOW + DAY)
    status(Signer(publisher.public, publisher.keys, passphrase=never), now=NOW)


@pytest.mark.parametrize(
    ("passphrase", "message"),
    [(lambda: "wrong", "passphrase is wrong"), (None, "needs its passphrase")],
    ids=["wrong", "none"],
)
def test_guarded_key_stays_closed_without_its_passphrase(tmp_path: Path, passphrase: Callable[[], str], message: str):
    publisher = Simulator(tmp_path, passphrase=PASSPHRASE)
    signer = Signer(publisher.public, publisher.keys, passphrase=passphrase)
    with pytest.raises(KeyProblem, match=message) as problem:
        signer.publish(b"{}", b"{}", now=NOW)
    assert (problem.value.role, problem.value.exit_code) == ("targets", 41)


@pytest.mark.parametrize(
    "damage",
    [
        lambda data: data[:40],
        lambda data: b"",
        lambda data: data.replace(b"role: targets", b"role: editors"),
        lambda data: data.replace(b"public: ", b"public: 00"),
        lambda data: data.replace(b"MC4C", b"MC4D"),
        lambda data: bytes(reversed(data)),
    ],
    ids=["cut", "empty", "odd role", "odd public half", "damaged block", "garbage"],
)
def test_damaged_key_file_is_told_as_such(publisher: Simulator, damage: Callable[[bytes], bytes]):
    path = publisher.keys / "targets.pem"
    path.write_bytes(damage(path.read_bytes()))
    with pytest.raises(KeyProblem, match=r"targets\.pem"):
        publisher.signer.publish(b"{}", b"{}", now=NOW)


def test_key_file_with_another_key_than_its_header_says_is_refused(publisher: Simulator, tmp_path: Path):
    other = create_key(tmp_path, "targets", passphrase=None).path.read_text()
    path = publisher.keys / "targets.pem"
    header = path.read_text().partition("-----BEGIN")[0]
    path.write_text(header + "-----BEGIN" + other.partition("-----BEGIN")[2])
    with pytest.raises(KeyProblem, match="another key"):
        publisher.signer.publish(b"{}", b"{}", now=NOW)


# -- signing -----------------------------------------------------------------------------------------------------------


def test_files_come_in_the_order_in_which_they_must_be_written(publisher: Simulator):
    paths = [path for path, _ in publisher.signer.publish(b"{}", b"[]", now=NOW + DAY)]
    kinds = [path.partition("/")[0] if path.startswith("targets") else path.removeprefix("metadata/") for path in paths]
    assert kinds == ["targets", "targets", "2.targets.json", "2.snapshot.json", "timestamp.json"]


def test_timestamp_version_is_the_time_of_signing_and_always_ascends(publisher: Simulator):
    versions: list[int] = []
    for now in (NOW + DAY, NOW + DAY, NOW):
        publisher.write(publisher.signer.resign(now=now))
        versions.append(json.loads(publisher.files["metadata/timestamp.json"])["signed"]["version"])
    assert versions == [NOW + DAY, NOW + DAY + 1, NOW + DAY + 2]


def test_metadata_that_a_crash_left_behind_are_not_written_over(publisher: Simulator):
    publisher.write(publisher.signer.publish(b"{}", b"[]", now=NOW + DAY)[:3])
    paths = [path for path, _ in publisher.signer.publish(b"{}", b"[]", now=NOW + DAY)]
    assert "metadata/3.targets.json" in paths


def test_restored_backup_leaps_over_the_metadata_that_readers_have_seen(publisher: Simulator):
    backup = dict(publisher.files)
    for _ in range(3):
        publisher.publish()
    held = follow(publisher)
    for path in publisher.public.rglob("*.json"):
        path.unlink()
    publisher.write(list(backup.items()))
    catalog = encode(publisher.catalog(version=9, previous="", published=told(publisher.clock)))
    publisher.clock += DAY
    publisher.write(publisher.signer.publish(catalog, b"{}", now=publisher.clock, leap=True))
    accepted = accept(held, publisher.fetch, now=publisher.clock)
    assert (accepted.catalog.version, accepted.restart) == (9, False)
    publisher.publish(version=10, previous="")
    assert accept(held, publisher.fetch, now=publisher.clock).catalog.version == 10


def test_re_signing_renews_the_snapshot_in_the_second_half_of_its_life(publisher: Simulator):
    assert [path for path, _ in publisher.signer.resign(now=NOW + 14 * DAY)] == ["metadata/timestamp.json"]
    later = [path for path, _ in publisher.signer.resign(now=NOW + 16 * DAY)]
    assert later == ["metadata/2.snapshot.json", "metadata/timestamp.json"]


def test_daily_re_signing_keeps_a_publication_fresh_for_its_readers(publisher: Simulator):
    held = follow(publisher)
    for _ in range(80):
        publisher.resign()
        held = follow(publisher, held)


@pytest.mark.parametrize("days", [16, 44, 88])
def test_publish_is_ahead_of_whatever_a_serving_machine_renewed_unseen(publisher: Simulator, days: int):
    before = dict(publisher.files)
    held = follow(publisher)
    for _ in range(days):
        publisher.resign()
        held = follow(publisher, held)
    for path in publisher.files.keys() - before.keys():
        (publisher.public / path).unlink()
    publisher.write([("metadata/timestamp.json", before["metadata/timestamp.json"])])
    publisher.publish(now=publisher.clock + 3600)
    assert follow(publisher, held).catalog != held.catalog


def test_targets_are_renewed_late_where_their_key_is_here_and_open_and_whenever_told_to(publisher: Simulator):
    assert len(publisher.signer.resign(now=NOW + 59 * DAY)) == 2
    assert len(publisher.signer.resign(now=NOW + 61 * DAY)) == 3
    assert len(publisher.signer.resign(now=NOW + DAY, targets=True)) == 3
    (publisher.keys / "targets.pem").unlink()
    assert len(publisher.signer.resign(now=NOW + 61 * DAY)) == 2
    with pytest.raises(KeyProblem):
        publisher.signer.resign(now=NOW + DAY, targets=True)


def test_re_signing_before_anything_was_published_is_told(tmp_path: Path):
    with pytest.raises(KeyProblem, match="nothing was published"):
        Simulator(tmp_path).signer.resign(now=NOW)


def test_server_without_the_targets_key_re_signs_but_can_not_publish(publisher: Simulator):
    for role in ("root", "targets"):
        (publisher.keys / f"{role}.pem").unlink()
    publisher.resign()
    assert follow(publisher)
    with pytest.raises(KeyProblem, match="targets keys must sign"):
        publisher.signer.publish(b"{}", b"{}", now=publisher.clock)


def test_re_signing_rebuilds_the_heads(publisher: Simulator):
    written = operations.resign(publisher.signer, now=NOW + DAY)
    assert written == ["metadata/timestamp.json", "head.tar.zst"]
    head = decode_pack((publisher.public / "head.tar.zst").read_bytes())
    assert head["metadata/timestamp.json"] == (publisher.public / "metadata/timestamp.json").read_bytes()
    assert int((publisher.public / "head.tar.zst").stat().st_mtime) == NOW + DAY


# -- the root key moved off --------------------------------------------------------------------------------------------


def test_root_key_moves_off_and_everything_but_key_changes_goes_on(publisher: Simulator, tmp_path: Path):
    stick = tmp_path / "stick"
    held = follow(publisher)
    assert operations.export_root(publisher.signer.ring, stick) == [stick / "root.pem"]
    assert not (publisher.keys / "root.pem").exists()
    publisher.publish()
    publisher.resign()
    held = follow(publisher, held)
    staged, written = operations.rotate_keys(publisher.signer, "timestamp", now=publisher.clock)
    assert (staged.complete, staged.missing_old, written) == (False, 1, [])
    with_stick = Signer(publisher.public, publisher.keys, stick)
    staged, written = operations.cosign(with_stick, None, now=publisher.clock)
    assert staged.complete
    serve(publisher)
    assert follow(publisher, held).roots.keys() == {1, 2}
    assert (stick / "root.pem").exists()


def test_guarded_root_key_is_opened_at_its_new_place_before_the_old_one_goes(tmp_path: Path):
    publisher = Simulator(tmp_path / "newsroom", passphrase=PASSPHRASE)
    with pytest.raises(KeyProblem, match="passphrase is wrong"):
        operations.export_root(KeyRing(publisher.keys, passphrase=lambda: "wrong"), tmp_path / "stick")
    assert (publisher.keys / "root.pem").exists()
    operations.export_root(KeyRing(publisher.keys, passphrase=lambda: PASSPHRASE), tmp_path / "stick")
    assert not (publisher.keys / "root.pem").exists()


def test_root_key_is_not_moved_into_the_newsroom_nor_over_another_key(publisher: Simulator, tmp_path: Path):
    with pytest.raises(KeyProblem, match="inside the newsroom"):
        operations.export_root(publisher.signer.ring, publisher.folder / "backup")
    create_key(tmp_path / "stick", "root", passphrase=None, first=True)
    with pytest.raises(KeyProblem, match="another key"):
        operations.export_root(publisher.signer.ring, tmp_path / "stick")
    assert (publisher.keys / "root.pem").exists()


# -- ceremonies --------------------------------------------------------------------------------------------------------


def two_of_three(publisher: Simulator, tmp_path: Path) -> list[Path]:
    """Raise the root to 2-of-3 with two more holders; returns their folders."""
    holders = [tmp_path / "ann", tmp_path / "bolat"]
    for holder in holders:
        public = create_key(holder, "root", passphrase=None).public
        staged, _ = operations.add_key(publisher.signer, "root", now=publisher.clock, public=public)
        assert staged.complete
    operations.change(publisher.signer, ceremony.threshold("root", 2), now=publisher.clock)
    return holders


def test_threshold_of_two_takes_two_people(publisher: Simulator, tmp_path: Path):
    held = follow(publisher)
    ann, bolat = two_of_three(publisher, tmp_path)
    waiting = Ceremony(publisher.signer).staged()
    assert waiting is not None
    assert (waiting.version, waiting.missing_old, waiting.missing_new) == (4, 0, 1)
    assert not (publisher.public / "metadata/4.root.json").exists()

    brought = tmp_path / "to-sign.json"
    brought.write_bytes((publisher.keys / "staged.root.json").read_bytes())
    assert cosign_file(brought, KeyRing(bolat)).missing_new == 0
    staged, _ = operations.cosign(publisher.signer, brought, now=publisher.clock)
    assert staged.complete
    assert not (publisher.keys / "staged.root.json").exists()
    serve(publisher)
    held = follow(publisher, held)
    assert sorted(held.roots) == [1, 2, 3, 4]

    # From now on one key alone changes nothing; the two others can, also without the first.
    staged, written = operations.rotate_keys(publisher.signer, "snapshot", now=publisher.clock)
    assert (staged.complete, written) == (False, [])
    first = store.read_header(publisher.keys / "root.pem").keyid
    others = Signer(publisher.public, publisher.keys, ann, bolat)
    Ceremony(others).cancel()
    (publisher.keys / "root.pem").unlink()
    staged, _ = operations.change(others, ceremony.revoke("root", first), now=publisher.clock)
    assert staged.complete
    serve(publisher)
    assert sorted(follow(publisher, held).roots) == [1, 2, 3, 4, 5]


def test_signature_for_another_root_than_the_staged_one_is_refused(publisher: Simulator, tmp_path: Path):
    _, bolat = two_of_three(publisher, tmp_path)
    brought = tmp_path / "to-sign.json"
    brought.write_bytes((publisher.keys / "staged.root.json").read_bytes())
    cosign_file(brought, KeyRing(bolat))
    operations.change(publisher.signer, ceremony.threshold("root", 3), now=publisher.clock)
    with pytest.raises(KeyProblem, match="another root"):
        operations.cosign(publisher.signer, brought, now=publisher.clock)


def test_change_of_a_staged_root_voids_the_signatures_that_it_had(publisher: Simulator, tmp_path: Path):
    two_of_three(publisher, tmp_path)
    staged, _ = operations.change(publisher.signer, ceremony.threshold("root", 3), now=publisher.clock)
    assert (staged.version, staged.missing_new) == (4, 2)


def test_stranger_signature_is_left_out_of_the_root(publisher: Simulator, tmp_path: Path):
    two_of_three(publisher, tmp_path)
    brought = tmp_path / "to-sign.json"
    brought.write_bytes((publisher.keys / "staged.root.json").read_bytes())
    create_key(tmp_path / "stranger", "root", passphrase=None)
    cosign_file(brought, KeyRing(tmp_path / "stranger"))
    staged, _ = operations.cosign(publisher.signer, brought, now=publisher.clock)
    assert len(staged.root.signatures) == 1
    assert staged.missing_new == 1


@pytest.mark.parametrize(
    ("how", "message"),
    [
        (ceremony.threshold("targets", 2), "would need 2 signatures and have 1 keys"),
        (ceremony.revoke("targets", "0" * 16), "has no key"),
    ],
    ids=["threshold above the keys", "unknown key"],
)
def test_change_that_makes_no_sense_changes_nothing(publisher: Simulator, how: ceremony.Change, message: str):
    with pytest.raises(KeyProblem, match=message):
        operations.change(publisher.signer, how, now=publisher.clock)
    assert Ceremony(publisher.signer).staged() is None


def test_last_key_of_a_role_can_not_be_revoked(publisher: Simulator):
    keyid = store.read_header(publisher.keys / "targets.pem").keyid
    with pytest.raises(KeyProblem):
        operations.change(publisher.signer, ceremony.revoke("targets", keyid), now=publisher.clock)


def test_change_waits_for_the_key_that_has_to_sign_anew_under_it(publisher: Simulator, tmp_path: Path):
    editor = publisher.keys / "targets.pem"
    online = (publisher.keys / "snapshot.pem").rename(tmp_path / "snapshot.pem")
    with pytest.raises(KeyProblem, match="snapshot keys must sign"):
        operations.rotate_keys(publisher.signer, "targets", now=publisher.clock)
    assert not (publisher.public / "metadata/2.root.json").exists()
    assert editor.exists()
    online.rename(publisher.keys / "snapshot.pem")
    staged, _ = operations.cosign(publisher.signer, None, now=publisher.clock)
    assert staged.complete
    assert not editor.exists()
    serve(publisher)
    assert follow(publisher)


@pytest.mark.parametrize("role", ROLES)
def test_rotation_leaves_no_reader_behind_and_no_old_key(publisher: Simulator, role: store.Role):
    held = follow(publisher)
    old = store.read_header(publisher.keys / f"{role}.pem").keyid
    operations.rotate_keys(publisher.signer, role, now=publisher.clock + 60)
    assert old not in {file.keyid for file in publisher.signer.ring.files()}
    serve(publisher)
    publisher.clock += 60
    held = follow(publisher, held)
    assert accept(None, publisher.fetch, now=publisher.clock, fingerprint=publisher.fingerprint)
    publisher.publish()
    assert not accept(held, publisher.fetch, now=publisher.clock).restart


def test_new_key_is_guarded_where_the_old_one_was(tmp_path: Path):
    publisher = Simulator(tmp_path, passphrase=PASSPHRASE)
    signer = Signer(publisher.public, publisher.keys, passphrase=lambda: PASSPHRASE)
    operations.rotate_keys(signer, "targets", now=NOW)
    operations.rotate_keys(signer, "timestamp", now=NOW)
    assert {file.role: file.locked for file in signer.ring.files()} == {
        "root": True, "targets": True, "snapshot": False, "timestamp": False,
    }  # fmt: skip


def test_crash_between_the_new_root_and_its_metadata_is_healed_by_re_signing(publisher: Simulator):
    held = follow(publisher)
    staging = Ceremony(publisher.signer)
    staged = staging.change(ceremony.rotate(publisher.signer.ring, "timestamp"), now=NOW + DAY)
    publisher.write(staging.files(staged, now=NOW + DAY)[:1])
    assert staging.staged() is None
    publisher.resign(now=NOW + DAY)
    assert follow(publisher, held)


def test_renewed_root_holds_for_another_year(publisher: Simulator):
    publisher.resign(now=NOW + 360 * DAY)
    staged, _ = operations.renew_root(publisher.signer, now=publisher.clock)
    assert staged.complete
    serve(publisher)
    publisher.resign(now=NOW + 700 * DAY)
    assert follow(publisher)


# -- status ------------------------------------------------------------------------------------------------------------


def test_status_is_quiet_while_nothing_needs_anybody(publisher: Simulator):
    publisher.publish()
    found = status(publisher.signer, now=publisher.clock + DAY)
    assert found.warnings == []
    assert found.fingerprint == str(publisher.fingerprint)
    assert [(role.role, role.threshold, role.here) for role in found.roles] == [(role, 1, 1) for role in ROLES]


@pytest.mark.parametrize(
    ("days", "words"),
    [
        (62, "targets expires in 28 days"),
        (91, "targets has expired"),
        (340, "root expires in 2"),
        (366, "root has expired"),
    ],
)
def test_status_warns_a_month_ahead(publisher: Simulator, days: int, words: str):
    (publisher.keys / "targets.pem").unlink()
    publisher.resign(now=NOW + days * DAY)
    assert any(words in warning for warning in status(publisher.signer, now=publisher.clock).warnings)


def test_status_warns_of_what_a_clock_signed_that_was_ahead(publisher: Simulator):
    found = status(publisher.signer, now=publisher.clock - 2 * DAY)
    assert any("signed at" in warning and "readers refuse it" in warning for warning in found.warnings)


def test_status_warns_where_daily_re_signing_stopped(publisher: Simulator):
    found = status(publisher.signer, now=publisher.clock + 4 * DAY)
    assert [warning.partition(";")[0] for warning in found.warnings] == ["timestamp expires in 3 days"]


def test_status_tells_of_a_root_that_waits_and_of_keys_elsewhere(publisher: Simulator, tmp_path: Path):
    two_of_three(publisher, tmp_path)
    found = status(publisher.signer, now=publisher.clock)
    assert found.staged is not None
    assert found.staged.missing_new == 1
    assert any("waits for 1 more" in warning for warning in found.warnings)
    assert (found.roles[0].here, len(found.roles[0].keys)) == (1, 3)
