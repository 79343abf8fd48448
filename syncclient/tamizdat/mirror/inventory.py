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
    RevisionsRef,
    SegmentRef,
    Site,
    SnapshotList,
    WithdrawnList,
    decode_list,
)
from tamizdat.format.names import bundle_path, list_path, media_bundle_path
from tamizdat.mirror.selection import EVERYTHING, Selection


class Item(msgspec.Struct, frozen=True):
    """A file of the tree: path, exact size in bytes, SHA-256. `chosen` False: this copy does without it.

    `raw_sha256`: of a bundle, the digest of what it decompresses to, by which a pack may carry it instead.
    """

    path: str
    bytes: int
    sha256: str
    chosen: bool = True
    raw_sha256: str = ""


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


def walk(
    catalog: Catalog,
    site: Site,
    read: Read,
    *,
    failed: Callable[[Item, TamizdatError], None],
    selection: Selection = EVERYTHING,
) -> list[Item]:
    """Every file that the catalog and site.json reach, each once; a list that can't be read goes to `failed`.

    The pictures in media bundles are files as well, which nothing but the bundle names.
    """
    found: dict[str, Item] = {}
    for item in _all(catalog, site, read, failed, selection):
        # The same bytes may be named in two places, of which a copy does without one.
        if item.path not in found or item.chosen:
            found[item.path] = item
    return list(found.values())


def _all(
    catalog: Catalog, site: Site, read: Read, failed: Callable[[Item, TamizdatError], None], selection: Selection
) -> Iterator[Item]:
    for edition in catalog.editions.values():
        yield from map(_bundle, edition.deltas)
    for ref, kind, code in lists(catalog):
        item = list_item(ref)
        yield item
        try:
            listed = list(_listed(decode_list(read(item), ref, kind, edition=code, path=item.path), selection))
        except TamizdatError as error:
            failed(item, error)
            continue
        yield from listed
    for file in site.files:
        yield Item(file.path, file.bytes, file.sha256)


def _bundle(ref: DeltaRef | SegmentRef | RevisionsRef, chosen: bool = True) -> Item:
    return Item(bundle_path(ref.sha256), ref.bytes, ref.sha256, chosen, ref.raw_sha256)


def _listed(value: AnyList, selection: Selection) -> Iterator[Item]:
    match value:
        case HistoryList():
            for delta in value.deltas:
                yield _bundle(delta, selection.takes_delta(delta))
        case SnapshotList():
            for segment, chosen in selection.segments(value):
                yield _bundle(segment, chosen)
            yield from map(_bundle, value.tombstones)
        case RevisionsList():
            for bundle in value.bundles:
                yield _bundle(bundle, selection.takes_version(bundle.to))
        case MediaList():
            for media in value.bundles:
                path = media_bundle_path(media.sha256)
                yield Item(path, media.bytes, media.sha256, selection.takes_version(media.to))
        case _:
            return
