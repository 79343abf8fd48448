"""Every file that a catalog reaches, with its size and digest. docs/format.md, section 3."""

from collections.abc import Callable, Iterator

import msgspec

from tamizdat.errors import TamizdatError
from tamizdat.format.catalog import (
    AnyList,
    Catalog,
    DeltaRef,
    HistoryList,
    ListRef,
    MediaList,
    MirrorsList,
    RevisionsList,
    Site,
    SnapshotList,
    WithdrawnList,
    decode_list,
)
from tamizdat.format.names import bundle_path, list_path, media_bundle_path


class Item(msgspec.Struct, frozen=True):
    """A file of the tree: path, exact size in bytes, SHA-256."""

    path: str
    bytes: int
    sha256: str


Read = Callable[[Item], bytes]
"""Returns a file's bytes, checked against its item."""


def lists(catalog: Catalog) -> Iterator[tuple[ListRef, type[AnyList], str]]:
    """Every list that the catalog refers to: its reference, type, and edition (empty: of the whole publication)."""
    for code, edition in catalog.editions.items():
        for ref, kind in (
            (edition.history, HistoryList),
            (edition.snapshot, SnapshotList),
            (edition.revisions, RevisionsList),
            (edition.media, MediaList),
        ):
            if ref:
                yield ref, kind, code
    if catalog.withdrawn:
        yield catalog.withdrawn, WithdrawnList, ""
    if catalog.more_mirrors:
        yield catalog.more_mirrors, MirrorsList, ""


def list_item(ref: ListRef) -> Item:
    """The file of a list."""
    return Item(list_path(ref.sha256), ref.bytes, ref.sha256)


def walk(catalog: Catalog, site: Site, read: Read, *, failed: Callable[[Item, TamizdatError], None]) -> Iterator[Item]:
    """Every file that the catalog and site.json reach, each once; a list that can't be read goes to `failed`."""
    seen: set[str] = set()
    for item in _all(catalog, site, read, failed):
        if item.path not in seen:
            seen.add(item.path)
            yield item


def _all(catalog: Catalog, site: Site, read: Read, failed: Callable[[Item, TamizdatError], None]) -> Iterator[Item]:
    for edition in catalog.editions.values():
        yield from map(_delta, edition.deltas)
    for ref, kind, code in lists(catalog):
        item = list_item(ref)
        yield item
        try:
            listed = list(_listed(decode_list(read(item), ref, kind, edition=code, path=item.path)))
        except TamizdatError as error:
            failed(item, error)
            continue
        yield from listed
    for file in site.files:
        yield Item(file.path, file.bytes, file.sha256)


def _delta(ref: DeltaRef) -> Item:
    return Item(bundle_path(ref.sha256), ref.bytes, ref.sha256)


def _listed(value: AnyList) -> Iterator[Item]:
    match value:
        case HistoryList():
            yield from map(_delta, value.deltas)
        case SnapshotList():
            for ref in (*value.segments, *value.tombstones):
                yield Item(bundle_path(ref.sha256), ref.bytes, ref.sha256)
        case RevisionsList():
            for bundle in value.bundles:
                yield Item(bundle_path(bundle.sha256), bundle.bytes, bundle.sha256)
        case MediaList():
            for media in value.bundles:
                yield Item(media_bundle_path(media.sha256), media.bytes, media.sha256)
        case _:
            return
