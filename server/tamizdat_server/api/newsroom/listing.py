"""From the newsroom's tables to the API's shapes."""

import sqlite3
from typing import Any, Final, NamedTuple

import msgspec

from tamizdat.errors import NoSuchKey
from tamizdat.format.article import Correction as PublicCorrection
from tamizdat.format.names import sha256
from tamizdat_server.api.newsroom import shapes
from tamizdat_server.api.queries import read_cursor, write_cursor
from tamizdat_server.desk.store import DATABASE_NAME
from tamizdat_server.drafting import Note, decode_draft
from tamizdat_server.newsroom import Newsroom
from tamizdat_server.wrapping import newsroom_errors

_STATE: Final = """CASE WHEN retracted IS NOT NULL THEN 'retracted' WHEN gone <> '' THEN 'held'
    WHEN NOT dirty THEN 'published' WHEN public = '' THEN 'new' ELSE 'changed' END"""
_REVISION: Final = """coalesce((SELECT revision FROM records
    WHERE records.edition = articles.edition AND records.key = articles.key AND superseded IS NULL), 0)"""
_SUMMARY: Final = f"""SELECT edition, key, {_STATE} AS state, dirty, {_REVISION} AS revision, published, updated,
    source, json_extract(draft, '$.title') AS title FROM articles"""  # noqa: S608 - our own words
_ORDER: Final = "ORDER BY updated DESC, key DESC, edition DESC"
# What was withdrawn before anybody saw it is nothing that an editor has to know of.
_KNOWN: Final = "NOT (retracted IS NOT NULL AND public = '' AND NOT held)"


class Wanted(NamedTuple):
    """Which articles a list is of; empty: any."""

    edition: str
    state: str


def articles(newsroom: Newsroom, wanted: Wanted, *, cursor: str | None, limit: int) -> shapes.Articles:
    """A page of articles."""
    conditions, values = [_KNOWN], list[object]()
    for condition, value in (("edition = ?", wanted.edition), (f"{_STATE} = ?", wanted.state)):
        if value:
            conditions.append(condition)
            values.append(value)
    if cursor is not None:
        conditions.append("(updated, key, edition) < (?, ?, ?)")
        values += read_cursor(cursor, tuple[str, str, str])
    # The page first, then its titles and revisions: the articles of an archive are many, and each is long.
    page = f"SELECT rowid FROM articles WHERE {' AND '.join(conditions)} {_ORDER} LIMIT ?"  # noqa: S608
    query = f"{_SUMMARY} WHERE rowid IN ({page}) {_ORDER}"
    with newsroom_errors(newsroom.folder):
        rows = newsroom.db.execute(query, (*values, limit + 1)).fetchall()
    last = rows[limit - 1] if len(rows) > limit else None
    more = write_cursor((last["updated"], last["key"], last["edition"])) if last else None
    return shapes.Articles([_summary(row) for row in rows[:limit]], more)


def summary(newsroom: Newsroom, key: str) -> tuple[shapes.Summary, str]:
    """An article as a list shows it, and its entity tag. Raises: NoSuchKey."""
    row = row_of(newsroom, key)
    found = newsroom.db.execute(f"{_SUMMARY} WHERE key = ? AND edition = ?", (key, row["edition"])).fetchone()
    return _summary(found), tag_of(row)


def article(newsroom: Newsroom, key: str) -> tuple[shapes.Article, str]:
    """A whole article and its entity tag. Raises: NoSuchKey."""
    row = row_of(newsroom, key)
    short, tag = summary(newsroom, key)
    draft = decode_draft(row["draft"])
    whole = shapes.Article(
        **msgspec.structs.asdict(short),
        byline=draft.byline,
        place=draft.place,
        section=draft.section,
        tags=draft.tags,
        summary=draft.summary,
        source_url=draft.source_url,
        translation_group=draft.translation_group,
        image=draft.image,
        body=draft.body,
        footnotes=draft.footnotes,
        corrections=_corrections(row),
        retracted=row["retracted"] or "",
        notice=row["notice"],
        hold=bool(row["held"]),
    )
    return whole, tag


def row_of(newsroom: Newsroom, key: str) -> sqlite3.Row:
    """The article of this key that stands; else the one that was retracted last. Raises: NoSuchKey."""
    row = newsroom.db.execute(
        "SELECT * FROM articles WHERE key = ? ORDER BY retracted IS NOT NULL, retracted DESC LIMIT 1", (key,)
    ).fetchone()
    if row is None:
        raise NoSuchKey(key=key)
    return row


def tag_of(row: sqlite3.Row) -> str:
    """Names all of an article that a change of it would change."""
    said: list[Any] = [row[name] for name in ("edition", "published", "updated", "retracted", "notice", "held", "gone")]
    content = [sha256(row["draft"]), sha256(row["notes"]), sha256(row["corrections"])]
    return f'"{sha256(msgspec.json.encode([*said, *content]))[:32]}"'


def audit(newsroom: Newsroom, *, cursor: str | None, limit: int) -> shapes.Audit:
    """What was done at the newsroom's machine and through its API: two logs, told as one."""
    with newsroom_errors(newsroom.folder):
        newsroom.db.execute("ATTACH ? AS desk", (str(newsroom.folder / DATABASE_NAME),))
        before = read_cursor(cursor, tuple[str, int, int]) if cursor is not None else ("9999", 0, 0)
        rows = newsroom.db.execute(
            "SELECT * FROM (SELECT at, 0 AS log, id, who, action, subject, detail FROM main.audit"
            " UNION ALL SELECT at, 1, id, who, action, subject, detail FROM desk.log)"
            " WHERE (at, log, id) < (?, ?, ?) ORDER BY at DESC, log DESC, id DESC LIMIT ?",
            (*before, limit + 1),
        ).fetchall()
    last = rows[limit - 1] if len(rows) > limit else None
    more = write_cursor((last["at"], last["log"], last["id"])) if last else None
    return shapes.Audit([shapes.Entry(*(row[name] for name in _ENTRY)) for row in rows[:limit]], more)


def imports(newsroom: Newsroom) -> shapes.Imports:
    """What tamizdat.toml names."""
    return shapes.Imports([shapes.Import(name, said.kind) for name, said in newsroom.config.imports.items()])


_ENTRY: Final = ("at", "who", "action", "subject", "detail")


def _summary(row: sqlite3.Row) -> shapes.Summary:
    return shapes.Summary(
        key=row["key"],
        edition=row["edition"],
        title=row["title"],
        state=row["state"],
        waits=bool(row["dirty"]),
        revision=row["revision"],
        published=row["published"],
        updated=row["updated"],
        source=row["source"],
    )


def _corrections(row: sqlite3.Row) -> list[shapes.Correction]:
    public = msgspec.json.decode(row["corrections"], type=list[PublicCorrection])
    waiting = msgspec.json.decode(row["notes"], type=list[Note])
    told = [shapes.Correction(one.revision, one.at, one.note) for one in public]
    return told + [shapes.Correction(0, one.at, one.note) for one in waiting]
