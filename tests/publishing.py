"""A newsroom at work for tests, and a reader that is nothing but format.md: dicts, and the rules of sections 4 to 8."""

import random
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path

import msgspec

from tamizdat.format import zstd
from tamizdat.format.article import Article, Entry, Paragraph, Retraction
from tamizdat.format.bundle import VerifiedBundle, decode_bundle, prefix_name, prefix_of, unpack
from tamizdat.format.catalog import (
    Catalog,
    DeltaRef,
    HistoryList,
    MediaList,
    RevisionsList,
    SnapshotList,
    WithdrawnList,
    decode_catalog,
    decode_list,
)
from tamizdat.format.names import bundle_path, list_path
from tamizdat.format.pack import decode_pack, decode_tar
from tamizdat.transport import Meter, Transport
from tamizdat.transport.folder import FolderTransport
from tamizdat_server.clock import rfc3339
from tamizdat_server.draft import Draft
from tamizdat_server.live import read_live
from tamizdat_server.newsroom import Newsroom
from tamizdat_server.publish import PublishReport, Settings, publish
from tamizdat_server.shell import Shell

NOW = 1_795_000_000
HOUR, DAY = 3600, 86_400
QUICK = Settings(
    durable=False, delta_level=3, segment_level=3, newest_segment_level=3, rebuild_level=3, revisions_level=3
)
"""As newsrooms publish, but for what only takes time: the best compression, and waiting for the disk."""

SMALL = msgspec.structs.replace(
    QUICK,
    single_newest_bytes=3_000, merged_newest_bytes=6_000, segment_raw_bytes=4_000, newest_raw_bytes=2_000,
    tombstones_raw_bytes=1_000, revisions_bytes=2_000, revisions_raw_bytes=8_000, media_bytes=3_000,
)  # fmt: skip
"""Everything a thousand times smaller, so that a few short articles go through every case."""


class Desk:
    """A newsroom and its clock. Sizes are small, so that little text makes many segments.

    `shell`: the reader app that it publishes; none, so that a tree doesn't depend on whether one was built.
    """

    shell: Shell | None = None

    def __init__(
        self, folder: Path, *, editions: tuple[str, ...] = ("en",), settings: Settings = SMALL, now: int = NOW
    ) -> None:
        self.now = now
        self.settings = settings
        self.mirrors: dict[str, Transport] = defaultdict(lambda: FolderTransport(folder / "nowhere", meter=Meter()))
        self.newsroom = Newsroom.init(folder, title="The Desk", editions=editions, passphrase=None, now=self.now)
        self.public = self.newsroom.public

    @property
    def at(self) -> str:
        return rfc3339(self.now)

    def put(self, key: str, text: str = "words", *, edition: str = "en", **fields: object) -> str:
        draft = Draft(key=key, edition=edition, title=f"On {key}", body=[Paragraph([text])])
        return self.newsroom.put(msgspec.structs.replace(draft, **fields), source=f"{key}.md", at=self.at)

    def retract(self, key: str, notice: str = "") -> bool:
        return self.newsroom.retract(key, notice, at=self.at)

    def publish(self, *, after: int = HOUR, skip_to: int | None = None) -> PublishReport:
        self.now += after
        return publish(
            self.newsroom,
            now=self.now,
            skip_to=skip_to,
            settings=self.settings,
            connect=lambda url: self.mirrors[url],
            app=lambda: self.shell,
        )

    def lines(self, edition: str = "en") -> list[bytes]:
        return list(self.newsroom.lines(edition))

    def catalog(self) -> Catalog:
        live = read_live(self.public)
        assert live is not None
        return live.catalog

    def files(self) -> dict[str, bytes]:
        return files_of(self.public)


def files_of(public: Path) -> dict[str, bytes]:
    """Every file of a tree, by its path there."""
    return {str(path.relative_to(public)): path.read_bytes() for path in public.rglob("*") if path.is_file()}


class Tree:
    """Reads a tree as any client would: by the catalog, checking every digest."""

    def __init__(self, public: Path) -> None:
        self.public = public
        live = read_live(public)
        assert live is not None
        self.catalog = decode_catalog(live.catalog_bytes)

    def read(self, path: str) -> bytes:
        return (self.public / path).read_bytes()

    def list_of(self, edition: str, name: str, kind: type) -> object | None:
        ref = getattr(self.catalog.editions[edition], name)
        if ref is None:
            return None
        return decode_list(self.read(list_path(ref.sha256)), ref, kind, edition=edition)

    def deltas(self, edition: str) -> list[DeltaRef]:
        history = self.list_of(edition, "history", HistoryList)
        return [*self.catalog.editions[edition].deltas, *(history.deltas if history else [])]

    def snapshot(self, edition: str) -> SnapshotList:
        return self.list_of(edition, "snapshot", SnapshotList)

    def revisions(self, edition: str) -> RevisionsList | None:
        return self.list_of(edition, "revisions", RevisionsList)

    def media(self, edition: str) -> MediaList | None:
        return self.list_of(edition, "media", MediaList)

    def withdrawn(self) -> list[str]:
        ref = self.catalog.withdrawn
        return decode_list(self.read(list_path(ref.sha256)), ref, WithdrawnList).files if ref else []

    def bundle(self, ref: object, edition: str, prefix: bytes = b"") -> VerifiedBundle:
        raw = unpack(self.read(bundle_path(ref.sha256)), ref.encoding, prefix=prefix)
        return decode_bundle(raw, publication=self.catalog.publication, edition=edition)


class Reader:
    """One edition's library as dicts. `version`: where it stands; `fetched`: paths of bundles, in order."""

    def __init__(self, edition: str = "en") -> None:
        self.edition, self.version = edition, 0
        self.current: dict[str, Entry] = {}
        self.superseded: dict[tuple[str, int], bytes] = {}
        self.fetched: list[str] = []

    def copy(self) -> "Reader":
        other = Reader(self.edition)
        other.version, other.current, other.superseded = self.version, dict(self.current), dict(self.superseded)
        return other

    def lines(self) -> list[bytes]:
        return [self.current[key].line for key in sorted(self.current, key=str.encode)]

    def old_lines(self) -> list[bytes]:
        return [self.superseded[place] for place in sorted(self.superseded, key=lambda p: (p[0].encode(), p[1]))]

    # -- syncing -------------------------------------------------------------------------------------------------------

    def sync(self, public: Path, *, by_deltas: bool = True) -> "Reader":
        """Come up to date, by deltas where they lead on, else by segments and the plain deltas after them."""
        tree = Tree(public)
        goal = tree.catalog.editions[self.edition].version
        self.fetched = []
        if self.version == goal or (by_deltas and self.version and self._follow(tree, goal)):
            return self
        self.settle(tree)
        assert self.version == goal or self._follow(tree, goal), "no plain deltas lead on from the snapshot"
        return self

    def _follow(self, tree: Tree, goal: int) -> bool:
        deltas = tree.deltas(self.edition)
        plain_only = False
        while self.version != goal:
            step = next_delta(deltas, self.version, goal, plain_only=plain_only)
            if step is None:
                return False
            prefix = self.prefix(step) if step.prefix else b""
            if prefix_name(prefix) != step.prefix:
                plain_only = True
                continue
            self.fetched.append(bundle_path(step.sha256))
            for entry in tree.bundle(step, self.edition, prefix).entries:
                self.apply(entry)
            self.version = step.to
        return True

    def prefix(self, ref: DeltaRef) -> bytes:
        """format.md 4.4."""
        articles = [entry for entry in self.current.values() if isinstance(entry.record, Article)]
        articles.sort(key=lambda entry: entry.record.key)
        articles.sort(key=lambda entry: entry.record.published, reverse=True)
        lines = [entry.line for entry in articles]
        if any(position >= len(lines) for position in ref.also):
            return b""
        return prefix_of(lines, newest=ref.newest, also=[lines[position] for position in ref.also])

    def settle(self, tree: Tree, *, newest_first: bool = True) -> None:
        """Apply every segment and all tombstones; each is authoritative for its range."""
        snapshot = tree.snapshot(self.edition)
        ends = [segment.start for segment in snapshot.segments[1:]] + [("~", "")]
        pairs = list(zip(snapshot.segments, ends, strict=False))
        for ref in snapshot.tombstones:
            for entry in tree.bundle(ref, self.edition).entries:
                self.current[entry.record.key] = entry
                self.forget(entry.record.key, up_to=1 << 40)
        for ref, end in reversed(pairs) if newest_first else pairs:
            bundle = tree.bundle(ref, self.edition)
            self.fetched.append(bundle_path(ref.sha256))
            for key in [k for k, e in self.current.items() if ref.start <= place(e) < end]:
                del self.current[key]
            self.current |= {entry.record.key: entry for entry in bundle.entries}
        self.version = snapshot.version

    def apply(self, entry: Entry) -> None:
        """format.md 6."""
        record = entry.record
        held = self.current.get(record.key)
        if held and held.record.revision >= record.revision:
            return
        if held and isinstance(held.record, Article):
            self.superseded[record.key, held.record.revision] = held.line
        self.current[record.key] = entry
        self.forget(record.key, up_to=1 << 40 if isinstance(record, Retraction) else record.cleared)

    def forget(self, key: str, *, up_to: int) -> None:
        for old in [old for old in self.superseded if old[0] == key and old[1] <= up_to]:
            del self.superseded[old]

    def take_revisions(self, public: Path) -> "Reader":
        """format.md 6 and 8.3: every superseded record that the tree has."""
        tree = Tree(public)
        found = tree.revisions(self.edition)
        for ref in found.bundles if found else []:
            for entry in tree.bundle(ref, self.edition).entries:
                held = self.current[entry.record.key].record
                if isinstance(held, Article) and held.cleared < entry.record.revision < held.revision:
                    self.superseded[entry.record.key, entry.record.revision] = entry.line
        return self


def place(entry: Entry) -> tuple[str, str]:
    """Where an article stands; a tombstone stands nowhere."""
    return (entry.record.published, entry.record.key) if isinstance(entry.record, Article) else ("~~", "")


def next_delta(deltas: list[DeltaRef], at: int, goal: int, *, plain_only: bool) -> DeltaRef | None:
    """The first delta of the chain with the fewest files that leads from `at` to `goal`."""
    first: dict[int, DeltaRef | None] = {at: None}
    queue = [at]
    for version in queue:
        for delta in sorted(deltas, key=lambda d: (-d.to, not d.prefix, d.bytes)):
            usable = (
                delta.from_ <= version < delta.to if not delta.prefix else delta.from_ == version and not plain_only
            )
            if usable and delta.to <= goal and delta.to not in first:
                first[delta.to] = first[version] or delta
                queue.append(delta.to)
    return first.get(goal)


# -- looking into everything -------------------------------------------------------------------------------------------


def texts(public: Path, readers: Mapping[int, Mapping[str, Reader]]) -> Iterator[tuple[str, bytes]]:
    """(path, plain bytes) of every bundle that the catalog reaches, prefix deltas included; `readers` by version."""
    tree = Tree(public)
    for edition in tree.catalog.editions:
        for delta in tree.deltas(edition):
            reader = readers[delta.from_][edition]
            prefix = reader.prefix(delta) if delta.prefix else b""
            yield delta.sha256, unpack(tree.read(bundle_path(delta.sha256)), delta.encoding, prefix=prefix)
        snapshot, revisions = tree.snapshot(edition), tree.revisions(edition)
        refs = [*snapshot.segments, *snapshot.tombstones, *(revisions.bundles if revisions else [])]
        for ref in refs:
            yield ref.sha256, unpack(tree.read(bundle_path(ref.sha256)), ref.encoding)


def everything(public: Path, readers: Mapping[int, Mapping[str, Reader]]) -> list[bytes]:
    """The plain content of everything in the tree: decoded as the catalog says, and whatever else can be decoded."""
    found = [raw for _, raw in texts(public, readers)]
    reached = {name for name, _ in texts(public, readers)}
    for path, data in files_of(public).items():
        if path.startswith("head"):
            found += [content for name, content in decode_pack(data).items() if not name.startswith("bundles/")]
        elif path.endswith(".tar"):
            found += [content for _, content in decode_tar(data, allowed=lambda name: True)]
        elif path.endswith(".json.zst") or (path.startswith("bundles/") and path[8:72] in reached):
            found.append(data)
        elif path.endswith(".zst"):
            found.append(_unreached(data))
        else:
            found.append(data)
    return found


def _unreached(data: bytes) -> bytes:
    """A bundle that no catalog names now: decoded without a prefix, which shows at least every literal of it."""
    size = zstd.content_size(data, limit=1 << 24)
    try:
        return zstd.decompress(data, raw_bytes=size)
    except Exception:
        return data


def words(rng: random.Random, count: int) -> str:
    """Text that hardly compresses, so that sizes are what they look like."""
    return " ".join(f"{rng.getrandbits(32):08x}" for _ in range(count))
