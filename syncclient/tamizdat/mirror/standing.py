"""Looking what lies in a folder: by size, or by reading every byte."""

from collections.abc import Mapping, Sequence

from tamizdat.errors import TamizdatError
from tamizdat.format.names import METADATA_PATH, is_pack_path, sha256
from tamizdat.mirror.folder import Folder
from tamizdat.mirror.heads import TIMESTAMP
from tamizdat.mirror.inventory import Item
from tamizdat.mirror.pictures import Inside
from tamizdat.mirror.plan import Standing
from tamizdat.trust.past import check_past


def look(folder: Folder, wanted: Sequence[Item], inside: Inside, damaged: frozenset[str]) -> Standing:
    """What lies in `folder`, and which pictures are in those of the `wanted` media bundles that are here."""
    sizes = folder.files()
    here = [item.path for item in wanted if item.path.endswith(".tar") and sizes.get(item.path) == item.bytes]
    pictures = {path: found for path in here if path not in damaged and (found := inside.of(path)) is not None}
    return Standing(sizes, pictures, damaged)


def find_damage(folder: Folder, roots: Mapping[int, bytes]) -> frozenset[str]:
    """Every file that isn't what its name says, of this version or an earlier one; all are read.

    Metadata must be signed as some of the `roots` demand. Pages and heads bear no digest in their names: they are
    looked at anyway.
    """
    return frozenset(path for path in folder.files() if is_pack_path(path) and not _is_sound(folder, path, roots))


def _is_sound(folder: Folder, path: str, roots: Mapping[int, bytes]) -> bool:
    data = folder.read(path)
    if not METADATA_PATH.fullmatch(path):
        return sha256(data) in path
    if path == TIMESTAMP:
        return True  # it is written anew in any case
    try:
        check_past(path, data, roots)
    except TamizdatError:
        return False
    return True
