"""Deltas: made for the spans of `spans`, rebuilt where they held what was retracted, named in catalog and history."""

import sqlite3
from collections.abc import Iterable

import msgspec

from tamizdat.format.catalog import DeltaRef
from tamizdat.format.names import bundle_path
from tamizdat_server.publish.prefixes import NO_PREFIX, Prefix, prefix_at
from tamizdat_server.publish.spans import Inline, Span, cheapest, has_plain, inline, merged, singles
from tamizdat_server.publish.work import ENCODING_COLUMNS, Packed, Work, encoding_of, fits, pack, plain_bundle, total


def add_step(work: Work, edition: str) -> int:
    """Count this version as the edition's next step, and say which."""
    last = newest_step(work, edition)
    if last is None:
        work.db.execute("INSERT INTO steps VALUES (?, 0, 0, 0)", (edition,))
    step = (last or 0) + 1
    work.db.execute("INSERT INTO steps VALUES (?, ?, ?, ?)", (edition, step, work.version, work.now))
    return step


def newest_step(work: Work, edition: str) -> int | None:
    return work.one("SELECT max(step) FROM steps WHERE edition = ?", edition)


def edition_version(work: Work, edition: str) -> int:
    """The last publication version that changed the edition; 0: none yet."""
    return work.one("SELECT version FROM steps WHERE edition = ? ORDER BY step DESC LIMIT 1", edition) or 0


# -- making ------------------------------------------------------------------------------------------------------------


def make_single(work: Work, edition: str, step: int) -> None:
    """The delta from the step before."""
    if step > 1:
        _make(work, edition, Span(step - 1, step))


def make_merged(work: Work, edition: str) -> int:
    """Make the merged spans that are still missing; the next publish lists them. Returns how many."""
    step = newest_step(work, edition) or 0
    there = {item.span for item in _made(work, edition)}
    return sum(_make(work, edition, span) for span in merged(step, work.settings) if span not in there)


def drop_old(work: Work, edition: str, step: int) -> None:
    """Forget the spans that are not kept any more, now that `step` is the newest."""
    kept = singles(step, work.settings) | set(merged(step - 1, work.settings))
    for span in {item.span for item in _made(work, edition)} - kept:
        _drop(work, edition, span, tainted=False)


def drop_all(work: Work, edition: str) -> None:
    """Begin a new chain: nothing leads from earlier steps to later ones."""
    for span in {item.span for item in _made(work, edition)}:
        _drop(work, edition, span, tainted=False)
    work.db.execute("DELETE FROM steps WHERE edition = ?", (edition,))


def rebuild(work: Work, edition: str, withdrawn: Iterable[sqlite3.Row]) -> None:
    """Make every delta anew that holds one of these article records, and withdraw the old files."""
    spans: set[Span] = set()
    for record in withdrawn:
        rows = work.rows(
            "SELECT DISTINCT d.start, d.stop FROM deltas d"
            " JOIN steps a ON a.edition = d.edition AND a.step = d.start"
            " JOIN steps b ON b.edition = d.edition AND b.step = d.stop"
            " WHERE d.edition = ? AND a.version < ? AND b.version >= ? AND b.version < coalesce(?, b.version + 1)",
            edition, record["version"], record["version"], record["superseded"],
        )  # fmt: skip
        spans |= {Span(row["start"], row["stop"]) for row in rows}
    for span in spans:
        _drop(work, edition, span, tainted=True)
        _make(work, edition, span)


def _make(work: Work, edition: str, span: Span) -> bool:
    """Write a span's encodings, unless it is so large that segments serve as well."""
    start, stop = version_of(work, edition, span.start), version_of(work, edition, span.stop)
    lines = _touched(work, edition, start, stop)
    if total(lines) > max(work.settings.delta_raw_bytes, _snapshot_bytes(work, edition) // 4):
        return False
    raw = plain_bundle(work, edition, "delta", lines, from_=start, to=stop)
    prefix = prefix_at(work, edition, start, stop, single=span.stop - span.start == 1)
    packed = pack(raw, level=work.settings.delta_level, prefix=prefix.data)
    if not fits(packed):
        return False
    _note(work, edition, span, packed, prefix, versions=(start, stop))
    if prefix.data and has_plain(span, work.settings):
        _note(work, edition, span, pack(raw, level=work.settings.delta_level), NO_PREFIX, versions=(start, stop))
    return True


def _touched(work: Work, edition: str, start: int, stop: int) -> list[bytes]:
    """The record of each key touched in (start, stop] that was final at `stop`, or its tombstone if withdrawn since."""
    rows = work.rows(
        "SELECT coalesce(t.line, r.line) FROM records r LEFT JOIN records t ON t.id = r.withdrawn"
        " WHERE r.edition = ? AND r.version > ? AND r.version <= ? AND (r.superseded IS NULL OR r.superseded > ?)"
        " ORDER BY r.key",
        edition, start, stop, stop,
    )  # fmt: skip
    return [row[0] for row in rows]


def _snapshot_bytes(work: Work, edition: str) -> int:
    return work.one("SELECT sum(raw_bytes) FROM segments WHERE edition = ?", edition) or 0


def version_of(work: Work, edition: str, step: int) -> int:
    return int(work.one("SELECT version FROM steps WHERE edition = ? AND step = ?", edition, step))


def _note(work: Work, edition: str, span: Span, packed: Packed, prefix: Prefix, *, versions: tuple[int, int]) -> None:
    low, high = (f"{version:016}" for version in versions)
    work.tree.add(packed.path, packed.data, edition=edition, kind="delta", version=work.version, low=low, high=high)
    work.db.execute(
        f"INSERT INTO deltas (edition, start, stop, plain, prefix, newest, also, {ENCODING_COLUMNS})"  # noqa: S608 - our own words
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (edition, *span, int(not prefix.data), prefix.name, prefix.newest, prefix.also_json, *packed.row),
    )


def _drop(work: Work, edition: str, span: Span, *, tainted: bool) -> None:
    where = "edition = ? AND start = ? AND stop = ?"
    rows = work.rows(f"SELECT sha256 FROM deltas WHERE {where}", edition, *span)  # noqa: S608 - our own words
    work.db.execute(f"DELETE FROM deltas WHERE {where}", (edition, *span))  # noqa: S608
    for row in rows:
        # Against another prefix the same frame may be another delta.
        if work.one("SELECT 1 FROM deltas WHERE sha256 = ?", row["sha256"]) is None:
            work.tree.leave(bundle_path(row["sha256"]), tainted=tainted)


def plain_cost(work: Work, edition: str, version: int) -> int | None:
    """The bytes of the plain deltas that lead from `version` to the edition's newest; None where none do."""
    start = work.one("SELECT step FROM steps WHERE edition = ? AND version = ?", edition, version)
    if start is None:
        return None
    rows = work.rows("SELECT start, stop, bytes FROM deltas WHERE edition = ? AND plain", edition)
    plain = {Span(row["start"], row["stop"]): row["bytes"] for row in rows}
    return cheapest(start, newest_step(work, edition) or 0, plain)


# -- naming ------------------------------------------------------------------------------------------------------------


def references(work: Work, edition: str) -> tuple[list[DeltaRef], list[DeltaRef]]:
    """(those for the catalog, newest first; those for the history)."""
    refs = dict(_references(work, edition))
    chosen = inline(newest_step(work, edition) or 0, _since(work, edition), made=refs, settings=work.settings)
    return [refs[item] for item in chosen], [ref for item, ref in refs.items() if item not in chosen]


def _since(work: Work, edition: str) -> int:
    """The step from which on the catalog's own deltas should lead: where a reader stood a day ago."""
    query = "SELECT max(step) FROM steps WHERE edition = ? AND at <= ?"
    since, almost = (
        work.one(query, edition, work.now - seconds) or 0
        for seconds in (work.settings.day_seconds, work.settings.almost_a_day_seconds)
    )
    newest = newest_step(work, edition) or 0
    return almost if (since, almost) == (newest - 2, newest - 1) else since


def _references(work: Work, edition: str) -> list[tuple[Inline, DeltaRef]]:
    rows = work.rows(
        "SELECT d.*, a.version AS from_version, b.version AS to_version, coalesce(c.sha256, '') AS at_from"
        " FROM deltas d"
        " JOIN steps a ON a.edition = d.edition AND a.step = d.start"
        " JOIN steps b ON b.edition = d.edition AND b.step = d.stop"
        " LEFT JOIN catalogs c ON c.version = a.version WHERE d.edition = ? ORDER BY d.stop, d.start, d.plain",
        edition,
    )
    return [(Inline(Span(row["start"], row["stop"]), bool(row["plain"])), _reference(row)) for row in rows]


def _reference(row: sqlite3.Row) -> DeltaRef:
    encoding = encoding_of(row)
    return DeltaRef(
        from_=row["from_version"],
        to=row["to_version"],
        at_from=row["at_from"],
        sha256=encoding.sha256,
        bytes=encoding.bytes,
        raw_sha256=encoding.raw_sha256,
        raw_bytes=encoding.raw_bytes,
        prefix=row["prefix"],
        newest=row["newest"],
        also=msgspec.json.decode(row["also"], type=list[int]),
    )


def _made(work: Work, edition: str) -> list[Inline]:
    rows = work.rows("SELECT start, stop, plain FROM deltas WHERE edition = ?", edition)
    return [Inline(Span(row["start"], row["stop"]), bool(row["plain"])) for row in rows]
