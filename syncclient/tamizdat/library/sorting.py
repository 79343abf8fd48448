"""What a bundle would change, given what is held: pure decisions, before anything is written."""

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple, cast

import msgspec

from tamizdat.errors import FormatError
from tamizdat.format.article import Article, Entry, Retraction
from tamizdat.format.bundle import Kind, VerifiedBundle, sort_key


class Known(NamedTuple):
    """What is held of a key."""

    id: int
    revision: int
    type: str


class Withdrawal(NamedTuple):
    """Superseded revisions of an article that must go: those up to `cleared`, and those from `current` on."""

    article: int
    cleared: int
    current: int


class Batch(msgspec.Struct):
    """The changes of one bundle, by what has to be done. Numbers are those of `records.id`."""

    articles: list[tuple[int, Entry, Article]] = msgspec.field(default_factory=list[tuple[int, Entry, Article]])
    retractions: list[tuple[int, Entry, Retraction]] = msgspec.field(
        default_factory=list[tuple[int, Entry, Retraction]]
    )
    superseded: list[int] = msgspec.field(default_factory=list[int])  # the held revision is kept as an earlier one
    replaced: list[int] = msgspec.field(default_factory=list[int])  # held articles that are written anew
    retracted: list[int] = msgspec.field(default_factory=list[int])  # held articles that a retraction takes away
    revived: list[int] = msgspec.field(default_factory=list[int])  # held retractions that an article takes the place of
    dropped: list[int] = msgspec.field(default_factory=list[int])  # held records that leave without a trace
    withdrawals: list[Withdrawal] = msgspec.field(default_factory=list[Withdrawal])
    withdraws_text: bool = False  # something leaves that nobody may find in the file afterwards

    def take(self, entry: Entry, number: int, known: Known | None) -> None:
        """Let `entry` become what is held of its key."""
        record = entry.record
        if isinstance(record, Retraction):
            self.retractions.append((number, entry, record))
            if known and known.type == "article":
                self.retracted.append(number)
                self.withdraws_text = True
            return
        self.articles.append((number, entry, record))
        if known and known.type == "article":
            self._replace(record, known)
        elif known:
            self.revived.append(number)

    def _replace(self, record: Article, known: Known) -> None:
        self.replaced.append(known.id)
        if record.cleared < known.revision < record.revision:
            self.superseded.append(known.id)
        else:
            # It was retracted and came back before this reader looked, or another history took this one's place.
            self.withdrawals.append(Withdrawal(known.id, record.cleared, record.revision))
            self.withdraws_text = True


def newer(entries: Iterable[Entry], known: Mapping[str, Known], numbers: Iterator[int], *, since: str) -> Batch:
    """A delta's changes: only what exceeds the held revision, and of what isn't held nothing older than `since`."""
    batch = Batch()
    for entry in entries:
        record, held = entry.record, known.get(entry.record.key)
        if held is None:
            if isinstance(record, Retraction) or record.published >= since:
                batch.take(entry, next(numbers), None)
        elif record.revision > held.revision:
            batch.take(entry, held.id, held)
    return batch


def authoritative(
    entries: Iterable[Entry], known: Mapping[str, Known], numbers: Iterator[int], *, same: frozenset[str]
) -> Batch:
    """A snapshot's changes: every record is what is to be held, whatever was. `same`: keys that stand so already."""
    batch = Batch()
    for entry in entries:
        held = known.get(entry.record.key)
        if entry.record.key not in same:
            batch.take(entry, held.id if held else next(numbers), held)
    return batch


def check_kind(bundle: VerifiedBundle, kind: Kind) -> None:
    """Raises: FormatError where a bundle is of another kind than asked for, or holds what its kind must not."""
    if bundle.header.kind != kind:
        raise FormatError(f"a bundle of kind {bundle.header.kind!r} instead of {kind!r}")
    other = {"segment": "retraction", "revisions": "retraction", "tombstones": "article"}.get(kind)
    if other and any(entry.record.__struct_config__.tag == other for entry in bundle.entries):
        raise FormatError(f"a bundle of kind {kind!r} with a record that doesn't belong there")


def check_bounds(bundle: VerifiedBundle, start: tuple[str, str], end: tuple[str, str] | None) -> None:
    """Raises: FormatError where a segment holds an article outside its bounds, which another segment settles."""
    for entry in bundle.entries:
        place = sort_key(cast("Article", entry.record))
        if place < start or (end is not None and place >= end):
            raise FormatError(f"a segment with {entry.record.key!r}, which is outside its bounds")
