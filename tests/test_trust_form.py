"""No bit of a metadata file can be changed unseen, and none has two readings."""

import base64
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from securesystemslib.signer import CryptoSigner

from forging import ABOVE, Thief, encoded, signed
from simulator import Mirror, Simulator, follow
from tamizdat.errors import FormatError, TamizdatError, ThresholdError
from tamizdat.format.names import Fingerprint
from tamizdat.format.state import Held
from tamizdat.trust import accept
from tamizdat_server.keys import ceremony, operations

TIMESTAMP = "metadata/timestamp.json"


@pytest.fixture(scope="module")
def publisher(tmp_path_factory: pytest.TempPathFactory) -> Simulator:
    """A publication with one version out. Tests change copies of its files."""
    simulator = Simulator(tmp_path_factory.mktemp("publisher"))
    simulator.publish()
    return simulator


@pytest.fixture(scope="module")
def rotated(tmp_path_factory: pytest.TempPathFactory) -> tuple[Simulator, Held]:
    """A publication whose root key and timestamp key were replaced, and a reader from before that."""
    simulator = Simulator(tmp_path_factory.mktemp("rotated"))
    simulator.publish()
    held = follow(simulator)
    for role in ("root", "timestamp"):
        how = ceremony.rotate(simulator.signer.ring, role)
        _, written = operations.change(simulator.signer, how, now=simulator.clock)
        simulator.files |= {path: (simulator.public / path).read_bytes() for path in written}
    simulator.publish()
    return simulator, held


def flips(files: dict[str, bytes], *, step: int) -> list[tuple[str, int]]:
    """Bits of every metadata file and of the catalog, spread over all eight positions."""
    current = [path for path in files if not path.startswith("head") and "site" not in path]
    return [(path, bit) for path in current for bit in range(0, len(files[path]) * 8, step)]


def survives(held: Held | None, publisher: Simulator, path: str, bit: int) -> bool:
    """Whether a reader accepts the publication with this bit flipped."""
    data = bytearray(publisher.files[path])
    data[bit // 8] ^= 1 << bit % 8
    mirror = Mirror(publisher.files | {path: bytes(data)})
    known = publisher.fingerprint if held is None else None
    try:
        accept(held, mirror.fetch, now=publisher.clock, fingerprint=known)
    except TamizdatError:
        return False
    return path in mirror.asked


def test_flipped_bits_are_found_in_every_file_that_trust_reads(publisher: Simulator):
    assert [flip for flip in flips(publisher.files, step=37) if survives(None, publisher, *flip)] == []


def test_flipped_bits_are_found_on_the_way_through_new_roots(rotated: tuple[Simulator, Held]):
    simulator, held = rotated
    assert [flip for flip in flips(simulator.files, step=53) if survives(held, simulator, *flip)] == []


@pytest.mark.long
def test_every_flipped_bit_is_found(publisher: Simulator, rotated: tuple[Simulator, Held]):
    assert [flip for flip in flips(publisher.files, step=1) if survives(None, publisher, *flip)] == []
    simulator, held = rotated
    assert [flip for flip in flips(simulator.files, step=1) if survives(held, simulator, *flip)] == []


@pytest.mark.parametrize("path", ["timestamp", "1.snapshot", "1.targets", "1.root"])
def test_cut_and_lengthened_files_are_found(publisher: Simulator, path: str):
    path = f"metadata/{path}.json"
    data = publisher.files[path]
    for damaged in (data[:-1], data[: len(data) // 2], b"", data + b"\n", data + data, b" " + data):
        mirror = Mirror(publisher.files | {path: damaged})
        with pytest.raises(TamizdatError):
            accept(None, mirror.fetch, now=publisher.clock, fingerprint=publisher.fingerprint)


# -- one encoding ------------------------------------------------------------------------------------------------------


def first_signature(change: Callable[[str], str]) -> Callable[[bytes], bytes]:
    def edit(data: bytes) -> bytes:
        sig = json.loads(data)["signatures"][0]["sig"]
        return data.replace(sig.encode(), change(sig).encode())

    return edit


OTHER_READINGS: dict[str, Callable[[bytes], bytes]] = {
    "white space": lambda data: data.replace(b'":', b'": ', 1),
    "final newline": lambda data: data + b"\n",
    "byte order mark": lambda data: b"\xef\xbb\xbf" + data,
    "duplicate key": lambda data: data.replace(b'"signed":{', b'"signed":{"version":1,', 1),
    "duplicate key of equal value": lambda data: data.replace(b'"_type":', b'"_type":"timestamp","_type":', 1),
    "members in another order": lambda data: (
        encoded(json.loads(data))[:1]
        + b'"signed":'
        + encoded(json.loads(data)["signed"])
        + b',"signatures":'
        + encoded(json.loads(data)["signatures"])
        + b"}"
    ),
    "escaped letter": lambda data: data.replace(b"timestamp", b"\\u0074imestamp", 1),
    "escaped solidus": lambda data: data.replace(b'"keyid"', b'"\\/"', 1),
    "signature in upper case": first_signature(str.upper),
    "signature with spaces": first_signature(lambda sig: sig[:2] + " " + sig[2:]),
    "signature in base64": first_signature(lambda sig: base64.b64encode(bytes.fromhex(sig)).decode()),
    "version as a float": lambda data: data.replace(b'"version":1}}', b'"version":1.0}}'),
    "version as an exponent": lambda data: data.replace(b'"version":1}}', b'"version":1e0}}'),
    "unsigned member": lambda data: data[:-1] + b',"zzz":1}',
    "unsigned member in a signature": lambda data: data.replace(b'"sig":', b'"extra":1,"sig":', 1),
    "minus zero": lambda data: data.replace(b'"length":', b'"length":-', 1),
    "utf-16": lambda data: data.decode().encode("utf-16"),
    "not a number": lambda data: data.replace(b'"length":', b'"length":NaN,"l":', 1),
    "nested ten thousand deep": lambda data: b"[" * 2_000 + b"]" * 2_000,
}


@pytest.mark.parametrize("reading", OTHER_READINGS)
def test_timestamp_in_any_other_encoding_is_refused(publisher: Simulator, reading: str):
    data = OTHER_READINGS[reading](publisher.files[TIMESTAMP])
    assert data != publisher.files[TIMESTAMP]
    mirror = Mirror(publisher.files | {TIMESTAMP: data})
    with pytest.raises((FormatError, ThresholdError)):
        accept(None, mirror.fetch, now=publisher.clock, fingerprint=publisher.fingerprint)


def test_escapes_that_json_needs_are_read_and_verified(publisher: Simulator):
    thief = Thief(publisher)
    thief.edit(
        "timestamp", lambda part: part.update({"note": 'тамиздат "\\\n\x7f\U0001f4f0', "ünknown": [None, True, -1]})
    )
    assert b"\\u0442" in thief.files[TIMESTAMP]
    assert accept(None, thief.fetch, now=publisher.clock, fingerprint=publisher.fingerprint)
    # The same signed value, escaped in capitals.
    thief.files[TIMESTAMP] = thief.files[TIMESTAMP].replace(b"\\ud83d", b"\\uD83D")
    with pytest.raises(FormatError):
        accept(None, thief.fetch, now=publisher.clock, fingerprint=publisher.fingerprint)


# -- one kind of publication -------------------------------------------------------------------------------------------


def delegated(part: dict[str, Any]) -> None:
    part["delegations"] = {"keys": {}, "roles": []}


SIGNED_BUT_REFUSED: dict[str, tuple[str, Callable[[dict[str, Any]], object]]] = {
    "delegations": ("targets", delegated),
    "third target": ("targets", lambda part: part["targets"].update({"evil": part["targets"]["site.json"]})),
    "no site.json": ("targets", lambda part: part["targets"].pop("site.json")),
    "target by another hash": (
        "targets",
        lambda part: part["targets"]["site.json"].update(hashes={"sha512": "0" * 128}),
    ),
    "huge catalog": ("targets", lambda part: part["targets"]["catalog.json"].update(length=10**9)),
    "snapshot of two files": ("snapshot", lambda part: part["meta"].update({"x.json": part["meta"]["targets.json"]})),
    "snapshot without hashes": ("snapshot", lambda part: part["meta"]["targets.json"].pop("hashes")),
    "timestamp without length": ("timestamp", lambda part: part["meta"]["snapshot.json"].pop("length")),
    "timestamp for a huge snapshot": ("timestamp", lambda part: part["meta"]["snapshot.json"].update(length=10**12)),
    "another specification": ("timestamp", lambda part: part.update(spec_version="2.0.0")),
    "expiry without zeros": ("timestamp", lambda part: part.update(expires="2030-1-1T0:0:0Z")),
    "version nought": ("snapshot", lambda part: part.update(version=0)),
    "version beyond 53 bits": ("targets", lambda part: part.update(version=2**53)),
}


@pytest.mark.parametrize("kind", SIGNED_BUT_REFUSED)
def test_what_the_format_has_no_room_for_is_refused_though_signed(publisher: Simulator, kind: str):
    role, edit = SIGNED_BUT_REFUSED[kind]
    thief = Thief(publisher)
    thief.edit(role, edit)
    with pytest.raises(TamizdatError) as refused:
        accept(None, thief.fetch, now=publisher.clock, fingerprint=publisher.fingerprint)
    assert refused.value.exit_code in (22, 28)


def with_root(publisher: Simulator, edit: Callable[[dict[str, Any]], object]) -> tuple[Mirror, Fingerprint]:
    """The publication with another first root, signed by its root key."""
    part = json.loads(publisher.files["metadata/1.root.json"])["signed"]
    edit(part)
    data = signed(part, Thief(publisher).keys["root"])
    return Mirror(publisher.files | {"metadata/1.root.json": data}), Fingerprint.of(1, data)


def ecdsa_key(part: dict[str, Any]) -> None:
    key = CryptoSigner(generate_private_key(SECP256R1())).public_key
    part["keys"]["ab" * 8] = key.to_dict()
    part["roles"]["timestamp"]["keyids"].append("ab" * 8)


def same_key_twice(part: dict[str, Any]) -> None:
    keyid = part["roles"]["timestamp"]["keyids"][0]
    part["keys"]["ab" * 8] = part["keys"][keyid]
    part["roles"]["timestamp"]["keyids"].append("ab" * 8)


ROOTS_REFUSED: dict[str, Callable[[dict[str, Any]], object]] = {
    "key that isn't Ed25519": ecdsa_key,
    "one key under two ids": same_key_twice,
    "key that is no role's": lambda part: part["keys"].update(
        {"cd" * 8: {"keytype": "ed25519", "scheme": "ed25519", "keyval": {"public": "0" * 64}}}
    ),
    "role of an unknown key": lambda part: part["roles"]["targets"]["keyids"].append("ef" * 8),
    "key in upper case": lambda part: next(iter(part["keys"].values()))["keyval"].update(public="AB" * 32),
    "no consistent snapshots": lambda part: part.update(consistent_snapshot=False),
    "unsaid consistent snapshots": lambda part: part.pop("consistent_snapshot"),
    "threshold nought": lambda part: part["roles"]["timestamp"].update(threshold=0),
    "fifth role": lambda part: part["roles"].update(mirrors=part["roles"]["targets"]),
    "missing role": lambda part: part["roles"].pop("targets"),
    "key id that isn't hexadecimal": lambda part: part["roles"]["targets"]["keyids"].append("../../etc"),
}


@pytest.mark.parametrize("kind", ROOTS_REFUSED)
def test_root_that_the_format_has_no_room_for_is_refused_though_its_fingerprint_is_right(
    publisher: Simulator, kind: str
):
    mirror, known = with_root(publisher, ROOTS_REFUSED[kind])
    with pytest.raises(FormatError):
        accept(None, mirror.fetch, now=publisher.clock, fingerprint=known)


def test_root_with_unknown_signed_fields_is_accepted(publisher: Simulator):
    mirror, known = with_root(publisher, lambda part: part.update({"x-later": {"b": 1, "a": ["ü"]}}))
    with pytest.raises(TamizdatError) as refused:  # another root, hence another publication than the catalog says
        accept(None, mirror.fetch, now=publisher.clock, fingerprint=known)
    assert refused.value.code == "wrong-publication"


# -- no leaks ----------------------------------------------------------------------------------------------------------

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=5,
)


def places(document: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every place in a JSON document."""
    inner = (
        document.items() if isinstance(document, dict) else enumerate(document) if isinstance(document, list) else ()
    )
    return [path, *(place for key, value in inner for place in places(value, (*path, key)))][0 if path else 1 :]


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_nonsense_in_any_place_is_refused_by_an_error_of_ours(publisher: Simulator, data: st.DataObject):
    role = data.draw(st.sampled_from(["root", "timestamp", "snapshot", "targets"]))
    thief = Thief(publisher)
    path = thief.path(role)
    document = json.loads(thief.files[path])
    *way, last = data.draw(st.sampled_from(places(document)))
    inner = document
    for key in way:
        inner = inner[key]
    inner[last] = data.draw(json_values)
    try:
        part = document["signed"] if isinstance(document["signed"], dict) else {}
        content = signed(part, thief.keys[role]) if way and way[0] == "signed" else encoded(document)
    except Exception:
        content = encoded(document)  # what canonical JSON can't say
    if role in ABOVE:
        thief.put(role, content, version=1)
    thief.files[path] = content
    known = Fingerprint.of(1, thief.files["metadata/1.root.json"])
    try:
        accept(None, thief.fetch, now=publisher.clock, fingerprint=known)
    except TamizdatError:
        return


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(junk=st.binary(max_size=300), path=st.sampled_from(["timestamp", "1.snapshot", "1.targets", "1.root", "2.root"]))
def test_any_bytes_are_refused_by_an_error_of_ours(publisher: Simulator, junk: bytes, path: str):
    mirror = Mirror(publisher.files | {f"metadata/{path}.json": junk})
    try:
        accept(None, mirror.fetch, now=publisher.clock, fingerprint=publisher.fingerprint)
    except TamizdatError:
        return
    assert path == "2.root"
    assert junk.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<")


def test_folder_named_like_a_root_history_is_not_read(
    publisher: Simulator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    (tmp_path / "root_history").mkdir()
    (tmp_path / "root_history" / "2.root.json").write_bytes(publisher.files["metadata/1.root.json"])
    monkeypatch.chdir(tmp_path)
    mirror = Mirror(publisher.files)
    accept(None, mirror.fetch, now=publisher.clock, fingerprint=publisher.fingerprint)
    assert "metadata/2.root.json" in mirror.asked
