"""Looking what lies in a folder: by size, or by reading every byte."""

from collections.abc import Sequence

from tamizdat.format.names import sha256
from tamizdat.mirror.folder import Folder
from tamizdat.mirror.inventory import Item
from tamizdat.mirror.options import Progress
from tamizdat.mirror.pictures import Inside
from tamizdat.mirror.plan import Standing


def look(folder: Folder, wanted: Sequence[Item], inside: Inside, *, deep: bool, progress: Progress) -> Standing:
    """What of `wanted` lies in `folder`; `deep`: all of it is read, and damage told."""
    sizes = folder.files()
    here = [item for item in wanted if sizes.get(item.path) == item.bytes]
    damaged: set[str] = set()
    if deep:
        progress.say("reading what is here")
        damaged = {item.path for item in here if sha256(folder.read(item.path)) != item.sha256}
    for path in damaged:
        inside.forget(path)
    bundles = [item.path for item in here if item.path.endswith(".tar") and item.path not in damaged]
    pictures = {path: found for path in bundles if (found := inside.of(path)) is not None}
    if deep:
        shown = {path for found in pictures.values() for path in found} & sizes.keys()
        damaged |= {path for path in shown if sha256(folder.read(path)) not in path}
    return Standing(sizes, pictures, frozenset(damaged))
