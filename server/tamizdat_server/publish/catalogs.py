"""The catalog of a version and the lists that it names, from what the newsroom's database says is in the tree."""

from collections.abc import Sequence

from tamizdat.format.catalog import (
    AnyList,
    Catalog,
    Edition,
    HistoryList,
    ListRef,
    MediaList,
    MirrorsList,
    RevisionsList,
    SnapshotList,
    WithdrawnList,
    encode_list,
)
from tamizdat.format.limits import LIMITS
from tamizdat.format.names import list_path
from tamizdat_server.clock import rfc3339
from tamizdat_server.config import Config
from tamizdat_server.publish import deltas, media, revisions, segments, stock
from tamizdat_server.publish.work import Work


def build_catalog(work: Work, config: Config, editions: Sequence[str], *, root: int, previous: str) -> Catalog:
    """The catalog of this version; the lists are written to the tree, and those that it no longer names dropped."""
    work.db.execute("CREATE TEMP TABLE IF NOT EXISTS listed (path TEXT PRIMARY KEY)")
    work.db.execute("DELETE FROM listed")
    catalog = Catalog(
        format="tamizdat.catalog.1",
        publication=work.publication,
        root=root,
        title=config.title,
        version=work.version,
        published=rfc3339(work.now),
        previous=previous,
        editions={code: _edition(work, config, code) for code in editions},
        mirrors=config.mirrors[: LIMITS.mirrors_inline],
        more_mirrors=_more_mirrors(work, config),
        withdrawn=_withdrawn(work),
    )
    for (path,) in work.rows("SELECT path FROM files WHERE kind = 'list' AND dropped IS NULL AND path NOT IN listed"):
        work.tree.drop(path)
    return catalog


def _edition(work: Work, config: Config, code: str) -> Edition:
    said = config.edition(code)
    inline, older = deltas.references(work, code)
    bundles, pictures = revisions.references(work, code), media.references(work, code)
    snapshot = SnapshotList(
        "tamizdat.snapshot.1",
        code,
        segments.snapshot_version(work, code),
        segments.references(work, code, "segment"),
        segments.references(work, code, "tombstones"),
    )
    return Edition(
        title=said.title,
        direction="rtl" if said.direction == "rtl" else "ltr",
        articles=_articles(work, code),
        version=deltas.edition_version(work, code),
        deltas=inline,
        snapshot=_list(work, snapshot),
        history=_list(work, HistoryList("tamizdat.history.1", code, older)) if older else None,
        revisions=_list(work, RevisionsList("tamizdat.revisions.1", code, bundles)) if bundles else None,
        media=_list(work, MediaList("tamizdat.media.1", code, pictures)) if pictures else None,
        stock=stock.reference(work, code),
    )


def _articles(work: Work, code: str) -> int:
    query = "SELECT count(*) FROM records WHERE edition = ? AND superseded IS NULL AND kind = 'article'"
    return work.one(query, code)


def _more_mirrors(work: Work, config: Config) -> ListRef | None:
    more = config.mirrors[LIMITS.mirrors_inline :]
    return _list(work, MirrorsList("tamizdat.mirrors.1", more)) if more else None


def _withdrawn(work: Work) -> ListRef | None:
    oldest = work.now - work.settings.withdrawn_seconds
    paths = [row["path"] for row in work.rows("SELECT path FROM withdrawn WHERE at >= ? ORDER BY path", oldest)]
    return _list(work, WithdrawnList("tamizdat.withdrawn.1", paths)) if paths else None


def _list(work: Work, value: AnyList) -> ListRef:
    data, ref = encode_list(value)
    work.tree.add(list_path(ref.sha256), data, version=work.version)
    work.db.execute("INSERT OR IGNORE INTO listed VALUES (?)", (list_path(ref.sha256),))
    return ref
