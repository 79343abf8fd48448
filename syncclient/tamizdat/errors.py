"""Everything that can go wrong, as types with fields.

    TamizdatError                        1  failed
      UsageError                         2  the command's words are off
      CannotListen                       1  the server can't have its address or port
      TransportError                     3  bytes did not arrive
        Unreachable                      3  no connection, or no answer in time
        FileMissing                      3  the mirror doesn't have this file
        TooLarge                         3  more bytes than may be
        TooSlow                          3  dripping or over the deadline
        BadRedirect                      3  sent to another origin
        ForbiddenAddress                 3  an address that must not be contacted
        NothingReachable                 3  every mirror failed
      Incomplete                         5  byte cap reached; what was fetched is kept
      TrustError                        20  the offered state can't be accepted
        ExpiredError                     4  signed too long ago
        FirstContact                     2  nobody said whom to trust
        RollbackError                   21  older than what was accepted before
        ThresholdError                  22  too few valid signatures
        HashMismatch                    23  not the bytes that were signed for
        WrongRoot                       24  another root of trust than the address names
        WrongPublication                25  another publication than expected
        ClockError                      26  signed in the future: a clock is wrong
        HistoryError                    27  another history than was shown before
        MassRetraction                  29  would retract suspiciously much at once
      FormatError                       28  bytes that are not format 1
        DamagedPack                     28  a pack that was cut short or changed
      LibraryError                      30  the reader's own file
        LibraryLocked                   31  another sync is running
        DiskFull                         5  no space left
        NewerSchema                     33  written by a newer tamizdat
        NotALibrary                     34  some other file
        LibraryReadOnly                 35  may not be written to
        NoSuchArticle                   36  no article of that key
        DamagedLibrary                  37  SQLite finds it damaged
      NewsroomError                     40  the newsroom's own folder
        NotANewsroom                    40  no tamizdat.toml there
        AlreadyExists                   43  would overwrite a newsroom
        NewsroomLocked                  44  another command is at work there
        KeyProblem                      41  a key is missing, locked or too few
        VersionReused                   42  the publication is ahead of this newsroom
        UnreadableSource                45  the importer can't read the source
        SourceBrokeOff                   5  the source failed in the middle of an import
        NoSuchKey                       46  no article of that key to correct or retract
        NoSuchToken                     47  no token of that name to revoke
        NoSuchImport                    48  no import of that name in tamizdat.toml
        NewsroomFull                     5  no space left for the newsroom
      MirrorError                       50  a mirror's folder
        MirrorLocked                    51  another mirror command is at work there
        MirrorReadOnly                  52  may not be written to
        NotAMirror                      53  would overwrite files that are no copy's
        MirrorFull                       5  no space left for the copy
      PackError                          1  a pack can't be written
        PackExists                       2  a file of that name is there
        PackTooLarge                     5  larger than it may be
        PackFull                         5  no space left for the pack

The number is the exit code of the command line. Each error carries fields; its message is one line that says what
happened, what was kept and what to do next. Nothing below `cli` prints or exits.
"""

from typing import ClassVar


class TamizdatError(Exception):
    """Base of every error that tamizdat raises on purpose."""

    code: ClassVar[str] = "error"
    exit_code: ClassVar[int] = 1

    def fields(self) -> dict[str, object]:
        """The error's own values, as `--json` shows them."""
        return {name: value for name, value in vars(self).items() if not name.startswith("_")}


class UsageError(TamizdatError):
    """The command's words are off."""

    code = "usage"
    exit_code = 2


class CannotListen(TamizdatError):
    """The server can't serve at the address and port that it was told."""

    code = "cannot-listen"

    def __init__(self, *, host: str, port: int, reason: str) -> None:
        super().__init__(f"can't serve at port {port} of {host}: {reason}")
        self.host, self.port, self.reason = host, port, reason


# -- transport ---------------------------------------------------------------------------------------------------------


class TransportError(TamizdatError):
    """Bytes did not arrive. `where` names the mirror, `path` the file, if one was asked for."""

    code = "transport"
    exit_code = 3

    def __init__(self, message: str, *, where: str = "", path: str = "") -> None:
        super().__init__(message)
        self.where, self.path = where, path


class Unreachable(TransportError):
    """No connection, a connection lost, or no answer in time."""

    code = "unreachable"

    def __init__(self, *, where: str, path: str = "", reason: str) -> None:
        super().__init__(f"{where} can't be reached: {reason}", where=where, path=path)
        self.reason = reason


class FileMissing(TransportError):
    """The mirror answered that it doesn't have this file (404, 403, or no such file)."""

    code = "missing"

    def __init__(self, *, where: str, path: str) -> None:
        super().__init__(f"{where} doesn't have {path}", where=where, path=path)


class TooLarge(TransportError):
    """The mirror sent more bytes than this file may have."""

    code = "too-large"

    def __init__(self, *, where: str, path: str, limit: int) -> None:
        told = f"{where} sent more than {limit} bytes for {path}; the rest was not read"
        super().__init__(told, where=where, path=path)
        self.limit = limit


class TooSlow(TransportError):
    """The mirror dripped, fell silent, or passed the deadline."""

    code = "too-slow"

    def __init__(self, *, where: str, path: str, reason: str) -> None:
        super().__init__(f"{where} was too slow with {path}: {reason}", where=where, path=path)
        self.reason = reason


class BadRedirect(TransportError):
    """The mirror redirects to another origin."""

    code = "redirect"

    def __init__(self, *, where: str, path: str, target: str) -> None:
        super().__init__(f"{where} redirects {path} to another place, {target}; not followed", where=where, path=path)
        self.target = target


class ForbiddenAddress(TransportError):
    """A mirror address that must not be contacted: not https, or inside a private network."""

    code = "forbidden-address"

    def __init__(self, *, where: str, reason: str) -> None:
        super().__init__(f"{where} is not contacted: {reason}", where=where)
        self.reason = reason


class NothingReachable(TransportError):
    """Every mirror failed. `attempts` says how each did."""

    code = "nothing-reachable"

    def __init__(self, attempts: list[str]) -> None:
        told = "; ".join(attempts) or "no mirror is known"
        super().__init__(f"nothing reachable ({told}). What the library held is kept; try again or add a mirror")
        self.attempts = attempts


class Incomplete(TamizdatError):
    """Stopped early on purpose; what was fetched is kept and the next run goes on from there."""

    code = "incomplete"
    exit_code = 5

    def __init__(self, *, reason: str, missing_bytes: int) -> None:
        super().__init__(
            f"stopped early: {reason}. About {missing_bytes} bytes are still to come; run it again to go on"
        )
        self.reason, self.missing_bytes = reason, missing_bytes


# -- trust -------------------------------------------------------------------------------------------------------------


class TrustError(TamizdatError):
    """The offered state of a publication can't be accepted. What was accepted before is untouched."""

    code = "trust"
    exit_code = 20


class ExpiredError(TrustError):
    """The metadata was signed too long ago: stale, or held back by the mirror."""

    code = "expired"
    exit_code = 4

    def __init__(self, *, role: str, expired: str) -> None:
        super().__init__(
            f"stale: {role} expired {expired}. What the library held is kept; another mirror may be fresher, or this"
            " machine's clock may be ahead"
        )
        self.role, self.expired = role, expired


class FirstContact(TrustError):
    """Nobody said whom to trust. `fingerprint` is what the mirror offers."""

    code = "first-contact"
    exit_code = 2

    def __init__(self, *, fingerprint: str) -> None:
        super().__init__(
            f"first contact: the publication offers the fingerprint {fingerprint}. Compare it with one from the"
            " newsroom and add it to the address after '#', or say --trust-first-use"
        )
        self.fingerprint = fingerprint


class RollbackError(TrustError):
    """The mirror offers an older state than one already accepted."""

    code = "rollback"
    exit_code = 21

    def __init__(self, *, role: str, accepted: int, offered: int) -> None:
        super().__init__(f"{role} version {offered} is older than version {accepted}, which was accepted before")
        self.role, self.accepted, self.offered = role, accepted, offered


class ThresholdError(TrustError):
    """Too few valid signatures by the keys that the root names for this role."""

    code = "threshold"
    exit_code = 22

    def __init__(self, *, role: str) -> None:
        super().__init__(f"{role} metadata isn't signed by enough of the keys that the root names")
        self.role = role


class HashMismatch(TrustError):
    """A file's bytes are not the ones that the signed metadata names."""

    code = "hash"
    exit_code = 23

    def __init__(self, *, path: str) -> None:
        super().__init__(f"{path} is not what was signed for: damaged or changed on the way; it was thrown away")
        self.path = path


class WrongRoot(TrustError):
    """The root of trust isn't the one whose fingerprint the reader was given."""

    code = "wrong-root"
    exit_code = 24

    def __init__(self, *, expected: str, offered: str) -> None:
        super().__init__(
            f"the publication's fingerprint is {offered}, not {expected}: this isn't the publication you asked for"
        )
        self.expected, self.offered = expected, offered


class WrongPublication(TrustError):
    """A catalog or bundle of another publication, signed by keys that both share."""

    code = "wrong-publication"
    exit_code = 25

    def __init__(self, *, expected: str, offered: str) -> None:
        super().__init__(f"this belongs to publication {offered[:16]}…, not to {expected[:16]}…")
        self.expected, self.offered = expected, offered


class ClockError(TrustError):
    """Metadata signed more than a day ahead of this machine's clock."""

    code = "clock"
    exit_code = 26

    def __init__(self, *, signed: str, now: str) -> None:
        super().__init__(f"signed at {signed}, but this machine's clock says {now}: set the clock, then sync again")
        self.signed, self.now = signed, now


class HistoryError(TrustError):
    """The chain of catalogs doesn't lead through what this reader was shown before."""

    code = "history"
    exit_code = 27

    def __init__(self, *, version: int) -> None:
        super().__init__(
            f"version {version} of the publication was shown to you differently before: two histories exist."
            " Nothing was applied; ask the newsroom which is right"
        )
        self.version = version


class MassRetraction(TrustError):
    """A sync that would retract suspiciously much stops and asks."""

    code = "mass-retraction"
    exit_code = 29

    def __init__(self, *, edition: str, retractions: int, held: int) -> None:
        super().__init__(
            f"this update would retract {retractions} of {held} articles of edition {edition}."
            " Nothing of it was applied; if that is right, sync with --accept-retractions"
        )
        self.edition, self.retractions, self.held = edition, retractions, held


# -- format ------------------------------------------------------------------------------------------------------------


class FormatError(TamizdatError):
    """Bytes that are not what docs/format.md allows."""

    code = "format"
    exit_code = 28

    def __init__(self, what: str, *, path: str = "") -> None:
        super().__init__(f"{path}: {what}" if path else what)
        self.what, self.path = what, path


class DamagedPack(FormatError):
    """A pack whose seal doesn't match: cut short or changed."""

    code = "damaged-pack"

    def __init__(self, *, path: str = "pack") -> None:
        super().__init__("cut short or damaged; copy it again", path=path)


# -- library -----------------------------------------------------------------------------------------------------------


class LibraryError(TamizdatError):
    """Something about the reader's own file at `library`."""

    code = "library"
    exit_code = 30

    def __init__(self, message: str, *, library: str = "") -> None:
        super().__init__(message)
        self.library = library


class LibraryLocked(LibraryError):
    """Another process writes to this library."""

    code = "locked"
    exit_code = 31

    def __init__(self, *, library: str) -> None:
        super().__init__(f"another sync is working on {library}; wait for it to end, then try again", library=library)


class DiskFull(LibraryError):
    """No space left; what was committed is kept."""

    code = "disk-full"
    exit_code = 5

    def __init__(self, *, library: str) -> None:
        super().__init__(
            f"no space left for {library}. What was finished is kept; free some space and sync again", library=library
        )


class NewerSchema(LibraryError):
    """The library was written by a newer tamizdat."""

    code = "newer-schema"
    exit_code = 33

    def __init__(self, *, library: str, schema: int, known: int) -> None:
        super().__init__(
            f"{library} was written by a newer tamizdat (schema {schema}, this one knows {known}); update tamizdat",
            library=library,
        )
        self.schema, self.known = schema, known


class NotALibrary(LibraryError):
    """Some other file stands where the library should be."""

    code = "not-a-library"
    exit_code = 34

    def __init__(self, *, library: str, reason: str) -> None:
        super().__init__(f"{library} is not a tamizdat library: {reason}. It was not touched", library=library)
        self.reason = reason


class LibraryReadOnly(LibraryError):
    """The library, or its folder, may not be written to."""

    code = "read-only"
    exit_code = 35

    def __init__(self, *, library: str, but: str = "reading still works") -> None:
        super().__init__(f"{library} can't be written to; {but}", library=library)


class NoSuchArticle(LibraryError):
    """No article of that key is held."""

    code = "no-such-article"
    exit_code = 36

    def __init__(self, *, key: str) -> None:
        super().__init__(f"no article {key!r} in this library; 'tamizdat list' shows what there is")
        self.key = key


class DamagedLibrary(LibraryError):
    """SQLite finds the file damaged."""

    code = "damaged-library"
    exit_code = 37

    def __init__(self, *, library: str, reason: str) -> None:
        super().__init__(
            f"{library} is damaged ({reason}). Keep it, sync into a new file with --library, then compare",
            library=library,
        )
        self.reason = reason


# -- newsroom ----------------------------------------------------------------------------------------------------------


class NewsroomError(TamizdatError):
    """Something about the newsroom's own folder or what it was asked to do."""

    code = "newsroom"
    exit_code = 40


class NotANewsroom(NewsroomError):
    """No newsroom was made there."""

    code = "not-a-newsroom"

    def __init__(self, *, folder: str) -> None:
        super().__init__(
            f"{folder} is not a newsroom (no tamizdat.toml, or no newsroom.db); 'tamizdat init {folder}' makes one"
        )
        self.folder = folder


class KeyProblem(NewsroomError):
    """A key is missing, locked by a passphrase, or too few keys are here."""

    code = "key"
    exit_code = 41

    def __init__(self, message: str, *, role: str = "") -> None:
        super().__init__(message)
        self.role = role


class VersionReused(NewsroomError):
    """The publication is ahead of this newsroom: a restored backup must not reuse its numbers."""

    code = "version-reused"
    exit_code = 42

    def __init__(self, *, ours: int, theirs: int, where: str) -> None:
        super().__init__(
            f"{where} is at version {theirs}, this newsroom at {ours}: was it restored from a backup?"
            f" Nothing was published; 'tamizdat publish DIR --skip-to {theirs + 1}' goes on after it"
        )
        self.ours, self.theirs, self.where = ours, theirs, where


class AlreadyExists(NewsroomError):
    """The folder holds a newsroom already."""

    code = "already-exists"
    exit_code = 43

    def __init__(self, *, folder: str) -> None:
        super().__init__(f"{folder} holds a newsroom already; nothing was changed")
        self.folder = folder


class NewsroomLocked(NewsroomError):
    """Another command is changing this newsroom."""

    code = "newsroom-locked"
    exit_code = 44

    def __init__(self, *, folder: str) -> None:
        super().__init__(f"another command is at work in {folder}; wait for it to end, then try again")
        self.folder = folder


class UnreadableSource(NewsroomError):
    """The importer can't read the source at all."""

    code = "unreadable-source"
    exit_code = 45

    def __init__(self, *, source: str, reason: str) -> None:
        super().__init__(f"{source} can't be imported: {reason}. Nothing was changed")
        self.source, self.reason = source, reason


class SourceBrokeOff(NewsroomError):
    """The source failed in the middle of an import; what came before is kept."""

    code = "source-broke-off"
    exit_code = 5

    def __init__(self, *, source: str, reason: str) -> None:
        super().__init__(f"{source} broke off: {reason}. What was imported is kept; import it again to go on")
        self.source, self.reason = source, reason


class NoSuchKey(NewsroomError):
    """No published article of that key."""

    code = "no-such-key"
    exit_code = 46

    def __init__(self, *, key: str) -> None:
        super().__init__(f"this newsroom has no article {key!r}")
        self.key = key


class NoSuchToken(NewsroomError):
    """No token of that name opens the newsroom API."""

    code = "no-such-token"
    exit_code = 47

    def __init__(self, *, name: str) -> None:
        super().__init__(f"there is no token {name!r}; 'tamizdat tokens list DIR' shows which there are")
        self.name = name


class NoSuchImport(NewsroomError):
    """tamizdat.toml names no import of that name."""

    code = "no-such-import"
    exit_code = 48

    def __init__(self, *, name: str, known: list[str]) -> None:
        told = f"it has {', '.join(known)}" if known else "it has none"
        super().__init__(f"tamizdat.toml has no [imports.{name}]; {told}. Nothing was changed")
        self.name, self.known = name, known


class NewsroomFull(NewsroomError):
    """No space left in the newsroom's folder; what was published before stands whole."""

    code = "newsroom-full"
    exit_code = 5

    def __init__(self, *, folder: str) -> None:
        super().__init__(f"no space left for {folder}. What was published stands; free some space, then try again")
        self.folder = folder


# -- mirror ------------------------------------------------------------------------------------------------------------


class MirrorError(TamizdatError):
    """Something about the folder that a copy is kept in."""

    code = "mirror"
    exit_code = 50

    def __init__(self, message: str, *, folder: str) -> None:
        super().__init__(message)
        self.folder = folder


class MirrorLocked(MirrorError):
    """Another command is changing this copy."""

    code = "mirror-locked"
    exit_code = 51

    def __init__(self, *, folder: str) -> None:
        super().__init__(
            f"another 'tamizdat mirror' is at work in {folder}; wait for it to end, then try again", folder=folder
        )


class MirrorReadOnly(MirrorError):
    """The copy's folder may not be written to."""

    code = "mirror-read-only"
    exit_code = 52

    def __init__(self, *, folder: str, reason: str) -> None:
        super().__init__(f"{folder} can't be written to ({reason}); the copy there stays as it was", folder=folder)
        self.reason = reason


class NotAMirror(MirrorError):
    """Something else lies where a file of the copy should go."""

    code = "not-a-mirror"
    exit_code = 53

    def __init__(self, *, folder: str, reason: str) -> None:
        super().__init__(f"{folder} {reason}. Nothing was changed; choose a folder of its own", folder=folder)
        self.reason = reason


class MirrorFull(MirrorError):
    """No space left for the copy; the version that was live stays live. Sizes in bytes, 0: not known."""

    code = "mirror-full"
    exit_code = 5

    def __init__(self, *, folder: str, needed: int = 0, free: int = 0) -> None:
        lack = f" ({needed} bytes are needed, {free} are free)" if needed else ""
        super().__init__(
            f"no space left for {folder}{lack}. What was live stays live, and what was fetched is kept; free some"
            " space, then run it again",
            folder=folder,
        )
        self.needed, self.free = needed, free


# -- pack --------------------------------------------------------------------------------------------------------------


class PackError(TamizdatError):
    """The pack can't be written to its `file`; what was there before stays."""

    code = "pack"

    def __init__(self, message: str, *, file: str) -> None:
        super().__init__(message)
        self.file = file


class PackExists(PackError):
    """A file of that name is there already, and nobody said to put the pack in its place."""

    code = "pack-exists"
    exit_code = 2

    def __init__(self, *, file: str) -> None:
        super().__init__(f"{file} is there already, and stays as it is; --force puts the pack in its place", file=file)


class PackTooLarge(PackError):
    """The pack would be larger than it may be. `bytes`: what it would have at least."""

    code = "pack-too-large"
    exit_code = 5

    def __init__(self, *, file: str, limit: int, at_least: int) -> None:
        super().__init__(
            f"{file} would have {at_least} bytes or more, where {limit} are allowed; nothing was written. Pack less:"
            " --since VERSION, --edition LANG, --media none, --no-revisions",
            file=file,
        )
        self.limit, self.bytes = limit, at_least


class PackFull(PackError):
    """No space left for the pack."""

    code = "pack-full"
    exit_code = 5

    def __init__(self, *, file: str) -> None:
        super().__init__(f"no space left for {file}; nothing was written. Free some space, or pack less", file=file)
