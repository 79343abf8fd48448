"""What a mirror remembers beside its copy, in FOLDER/.tamizdat/: nothing that it couldn't do without."""

import msgspec

from tamizdat.mirror.selection import Selection

NAME = "state.json"
VERSIONS_KEPT = 1000


class Seen(msgspec.Struct, frozen=True):
    """A catalog that was accepted, or that an accepted one names: SHA-256, and when it was published."""

    sha256: str
    published: str


class State(msgspec.Struct, omit_defaults=True):
    """`publication` is what lies here; `signed` when its newest timestamp was signed; `versions` its catalogs.

    `complete`: nothing of the last run is left to do. `pages`: files for browsers, which may be replaced and deleted
    since they came from here. `unnamed`: when a file was first found that no catalog names any more, in the time of the
    newsroom's signatures. `packed`: it came from a pack, which holds neither pages nor heads.
    """

    publication: str = ""
    signed: int = 0
    complete: bool = False
    packed: bool = False
    selection: Selection = Selection()
    versions: dict[int, Seen] = {}
    pages: list[str] = []
    unnamed: dict[str, int] = {}

    @classmethod
    def decode(cls, data: bytes) -> "State":
        """The state in these bytes; one that can't be read is as good as none."""
        try:
            return msgspec.json.decode(data, type=cls)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            return cls()

    def encode(self) -> bytes:
        """JSON that people can read."""
        return msgspec.json.format(msgspec.json.encode(self), indent=1)

    def note_version(self, version: int, seen: Seen) -> None:
        """Remember a catalog; the oldest are forgotten."""
        self.versions[version] = seen
        for old in sorted(self.versions)[:-VERSIONS_KEPT]:
            del self.versions[old]
