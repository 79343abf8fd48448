"""How a publication's keys and signatures stand, for people and for monitoring."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Final

import msgspec

from tamizdat.format.limits import LIMITS
from tamizdat.format.names import Fingerprint
from tamizdat.trust.chain import told
from tamizdat_server.clock import rfc3339
from tamizdat_server.keys.ceremony import Ceremony
from tamizdat_server.keys.metadata import Current, path_of, read_current
from tamizdat_server.keys.signer import Signer
from tamizdat_server.keys.store import KeyFile
from tamizdat_server.roles import ROLES, Role

# Root and targets need a person; the online roles are renewed daily, so that these ages mean that it failed for long.
WARN_AHEAD: Final[Mapping[Role, timedelta]] = {
    "root": timedelta(days=30),
    "targets": timedelta(days=30),
    "snapshot": timedelta(days=10),
    "timestamp": timedelta(days=4),
}
HELP: Final[Mapping[Role, str]] = {
    "root": "the root key renews it: 'keys sign DIR --renew'",
    "targets": "'publish' or 'keys resign --targets' renews it",
    "snapshot": "'keys resign' renews it",
    "timestamp": "'keys resign' renews it; it should run daily",
}


class KeyStatus(msgspec.Struct, frozen=True):
    """A key that the root names. `file`: where its private half is, empty if not here; `locked` by a passphrase."""

    keyid: str
    public: str
    file: str = ""
    locked: bool = False


class RoleStatus(msgspec.Struct, frozen=True):
    """A role: how many of which keys must sign, and until when its present file holds (empty: none yet)."""

    role: Role
    threshold: int
    keys: list[KeyStatus]
    version: int = 0
    expires: str = ""

    @property
    def here(self) -> int:
        return sum(bool(key.file) for key in self.keys)


class StagedStatus(msgspec.Struct, frozen=True):
    """A root that waits for signatures, of the present and of its own root keys."""

    version: int
    missing_old: int
    missing_new: int


class KeysStatus(msgspec.Struct, frozen=True):
    """Everything about a publication's keys; `warnings` empty means that nothing needs anybody."""

    fingerprint: str
    root: int
    roles: list[RoleStatus]
    warnings: list[str]
    staged: StagedStatus | None = None


def status(signer: Signer, *, now: int) -> KeysStatus:
    """How things stand at `now`. Raises: KeyProblem."""
    current = read_current(signer.public)
    waiting = Ceremony(signer).staged()
    staged = StagedStatus(waiting.version, waiting.missing_old, waiting.missing_new) if waiting else None
    files = {file.keyid: file for file in signer.ring.files()}
    first = (signer.public / path_of("root", 1)).read_bytes()
    return KeysStatus(
        fingerprint=str(Fingerprint.of(1, first)),
        root=current.root.signed.version,
        roles=[_role(current, role, files) for role in ROLES],
        warnings=list(_warnings(current, staged, now)),
        staged=staged,
    )


def _role(current: Current, role: Role, files: Mapping[str, KeyFile]) -> RoleStatus:
    root = current.root.signed
    keys = [_key(keyid, root.keys[keyid].keyval["public"], files.get(keyid)) for keyid in root.roles[role].keyids]
    file = current.of(role)
    if file is None:
        return RoleStatus(role, root.roles[role].threshold, keys)
    expires = rfc3339(int(file.signed.expires.timestamp()))
    return RoleStatus(role, root.roles[role].threshold, keys, file.signed.version, expires)


def _key(keyid: str, public: str, file: KeyFile | None) -> KeyStatus:
    return KeyStatus(keyid, public, str(file.path), file.locked) if file else KeyStatus(keyid, public)


def _warnings(current: Current, staged: StagedStatus | None, now: int) -> Iterator[str]:
    moment = datetime.fromtimestamp(now, UTC)
    for role in ROLES:
        file = current.of(role)
        if file is None:
            continue
        if not current.verifies(role, current.root.signed):
            yield f"{role} metadata isn't signed by the keys that the root names now: readers refuse it; {HELP[role]}"
        if file.signed.expires <= moment:
            yield f"{role} has expired: readers see the publication as stale; {HELP[role]}"
        elif file.signed.expires - moment < WARN_AHEAD[role]:
            yield f"{role} expires in {(file.signed.expires - moment).days} days; {HELP[role]}"
    if current.timestamp and (signed := current.timestamp.signed.version) > now + LIMITS.clock_ahead_seconds:
        yield f"the timestamp was signed at {told(signed)}, by a clock that was ahead: until then readers refuse it"
    if staged:
        missing = max(staged.missing_old, staged.missing_new)
        yield f"root {staged.version} waits for {missing} more signature{'s' * (missing > 1)}; 'keys sign' adds one"
