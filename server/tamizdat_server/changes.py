"""Which records changed since which version, as far as this server saw: noted after each sync, beside the records.

A library keeps no history of its own. Where the server slept through some versions, what changed in them counts as
changed in the one it saw next; so an asker may be told of a record once more than needed, never once too few.
"""

from typing import Final, NamedTuple

from tamizdat.library import Library

_TABLES: Final = (
    """
    CREATE TABLE IF NOT EXISTS server_changes (
        publication INTEGER NOT NULL,
        edition TEXT NOT NULL,
        key TEXT NOT NULL,
        revision INTEGER NOT NULL,
        version INTEGER NOT NULL,
        PRIMARY KEY (publication, edition, key)
    ) WITHOUT ROWID
    """,
    "CREATE INDEX IF NOT EXISTS server_changes_version ON server_changes(publication, version, edition, key)",
    "CREATE TABLE IF NOT EXISTS server_changes_noted (publication INTEGER PRIMARY KEY, version INTEGER NOT NULL)",
)
_NOTE: Final = """
    INSERT INTO server_changes (publication, edition, key, revision, version)
    SELECT r.publication, r.edition, r.key, r.revision, :version
    FROM records r LEFT JOIN server_changes c USING (publication, edition, key)
    WHERE r.publication = :publication AND r.revision IS NOT c.revision
    ON CONFLICT DO UPDATE SET revision = excluded.revision, version = excluded.version
"""
_FORGET: Final = """
    DELETE FROM server_changes AS c WHERE publication = :publication AND NOT EXISTS (
        SELECT 1 FROM records r WHERE r.publication = c.publication AND r.edition = c.edition AND r.key = c.key
    )
"""
_PAGE: Final = """
    SELECT c.version, c.edition, c.key, r.revision, r.type
    FROM server_changes c JOIN records r USING (publication, edition, key)
    WHERE c.publication = (SELECT id FROM publications WHERE identity = :identity)
      AND c.version > :since AND (c.version, c.edition, c.key) > (:version, :edition_after, :key)
      AND :edition IN ('', c.edition)
    ORDER BY c.version, c.edition, c.key LIMIT :limit
"""


class Change(NamedTuple):
    """A record that changed. `version`: of the publication; `type`: "article" or "retraction"."""

    version: int
    edition: str
    key: str
    revision: int
    type: str


def note_changes(library: Library, publication: str) -> None:
    """Note what changed since the last time. Call when every edition was applied whole. Raises: LibraryError."""
    known = library.row("SELECT id, version FROM publications WHERE identity = ?", (publication,))
    if known is None:
        return
    values = {"publication": known[0], "version": known[1]}
    with library.writing() as db:
        for table in _TABLES:
            db.execute(table)
        db.execute(_NOTE, values)
        db.execute(_FORGET, values)
        db.execute("INSERT OR REPLACE INTO server_changes_noted VALUES (:publication, :version)", values)


def noted_version(library: Library, publication: str) -> int:
    """Up to which version changes are noted; 0 for none yet."""
    if not library.row("SELECT 1 FROM sqlite_master WHERE name = 'server_changes_noted'"):
        return 0
    found = library.row(
        "SELECT n.version FROM server_changes_noted n JOIN publications p ON p.id = n.publication WHERE identity = ?",
        (publication,),
    )
    return int(found[0]) if found else 0


def changes_since(
    library: Library, publication: str, *, since: int, edition: str, after: tuple[int, str, str], limit: int
) -> list[Change]:
    """Changes in versions above `since`, oldest first, behind `after` (version, edition, key)."""
    version, edition_after, key = after
    values = {
        "identity": publication,
        "since": since,
        "edition": edition,
        "version": version,
        "edition_after": edition_after,
        "key": key,
        "limit": limit,
    }
    return [Change(*row) for row in library.db.execute(_PAGE, values)]
