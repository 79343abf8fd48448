"""What a run has to do: decided from what the catalog names and what lies in the folder. Pure."""

from collections.abc import Collection, Mapping, Sequence
from typing import Final

import msgspec

from tamizdat.format.names import HEAD_PATH, METADATA_PATH, is_pack_path
from tamizdat.mirror.inventory import Item

KEPT_SECONDS: Final = 14 * 86_400
"""How long a file stays that no catalog names any more, for readers who are in the middle of a sync."""


class Standing(msgspec.Struct, frozen=True):
    """What lies in the folder: sizes by path, the pictures in each media bundle that is here, and what is `damaged`."""

    sizes: Mapping[str, int]
    pictures: Mapping[str, Mapping[str, int]]
    damaged: Collection[str] = frozenset()

    def has(self, path: str, size: int) -> bool:
        """Whether the file is here and, as far as was looked, sound."""
        return self.sizes.get(path) == size and path not in self.damaged


class Work(msgspec.Struct, frozen=True):
    """What has to come: files to `fetch`, and media bundles here of which pictures are missing, to `extract`."""

    fetch: Sequence[Item]
    extract: Sequence[Item]


def missing(items: Sequence[Item], standing: Standing) -> Work:
    """What of the immutable files that are wanted isn't here."""
    fetch: list[Item] = []
    extract: list[Item] = []
    for item in items:
        inside = standing.pictures.get(item.path)
        is_bundle = item.path.endswith(".tar")
        if not standing.has(item.path, item.bytes) or (is_bundle and inside is None):
            fetch.append(item)
        elif inside and not all(standing.has(path, size) for path, size in inside.items()):
            extract.append(item)
    return Work(fetch, extract)


class Clearing(msgspec.Struct, frozen=True):
    """Which files go now, which stay though `unnamed` (and since when), and which are `foreign`, so left alone."""

    delete: Sequence[str]
    unnamed: Mapping[str, int]
    foreign: Sequence[str]


class Rules(msgspec.Struct, frozen=True):
    """What decides which files stay.

    `named`: what the new catalog reaches. `pages`: files for browsers that came from here at some time. `at_once`: what
    is withdrawn, or left out by choice. `unnamed`: since when files were found that no catalog names; they stay for
    `kept_seconds`. `signed`: when the new timestamp was signed. The newsroom's time is the measure, so that no wrong
    clock of ours deletes anything.
    """

    named: Collection[str]
    pages: Collection[str]
    at_once: Collection[str]
    unnamed: Mapping[str, int]
    signed: int
    kept_seconds: int = KEPT_SECONDS


def clear(sizes: Mapping[str, int], rules: Rules) -> Clearing:
    """Sort everything that lies in the folder."""
    delete: list[str] = []
    foreign: list[str] = []
    unnamed: dict[str, int] = {}
    for path in sizes:
        if path in rules.named:
            continue
        if not (is_pack_path(path) or HEAD_PATH.fullmatch(path) or path in rules.pages):
            foreign.append(path)
            continue
        since = rules.unnamed.get(path, rules.signed)
        if _goes_at_once(path, rules) or rules.signed - since >= rules.kept_seconds:
            delete.append(path)
        else:
            unnamed[path] = since
    return Clearing(sorted(delete), unnamed, sorted(foreign))


def _goes_at_once(path: str, rules: Rules) -> bool:
    # A head that isn't the newest would hide news, and a root that nobody accepted would end every reader's walk.
    stray = HEAD_PATH.fullmatch(path) or (METADATA_PATH.fullmatch(path) and path.endswith(".root.json"))
    return bool(stray) or path in rules.at_once
