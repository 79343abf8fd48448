"""What a reader packed, among the files of a copy: whole editions, proven by their stock lists. docs/format.md, 8.8."""

from collections.abc import Callable, Collection

import msgspec

from tamizdat.errors import TamizdatError
from tamizdat.format.catalog import Catalog
from tamizdat.format.names import list_path, raw_bundle_path, stock_path
from tamizdat.format.stock import decode_stock
from tamizdat.mirror.inventory import Item, Read


def stocked(
    catalog: Catalog, paths: Collection[str], read: Read, failed: Callable[[Item, TamizdatError], None]
) -> tuple[Catalog, list[Item]]:
    """What of the catalog a pack of these `paths` must have as it was published, and the parts that it has instead.

    A stock list that can't be read goes to `failed`.
    """
    items: list[Item] = []
    others = dict(catalog.editions)
    for code, edition in catalog.editions.items():
        ref = edition.stock
        if ref and (path := stock_path(ref.sha256)) in paths and list_path(edition.snapshot.sha256) not in paths:
            del others[code]
            item = Item(path, ref.bytes, ref.sha256)
            try:
                stock = decode_stock(read(item), ref, edition=code, version=edition.version, path=path)
            except TamizdatError as error:
                failed(item, error)
                continue
            found = (*stock.parts, *stock.tombstones)
            items += [Item(raw_bundle_path(p.raw_sha256), p.raw_bytes, p.raw_sha256) for p in found]
    if len(others) == len(catalog.editions):
        return catalog, []
    return msgspec.structs.replace(catalog, editions=others, withdrawn=None, more_mirrors=None), items
