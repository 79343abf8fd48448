"""The tables of a library, made and brought up to date by numbered migrations.

The file is meant to be opened with sqlite-utils or Datasette, too: plain columns, times in RFC 3339, and foreign keys.
`records.id` is the one number of a key in this file; `articles.id` or `retractions.id` is the same, and stays the same.
"""

import sqlite3
from typing import Final

from sqlite_utils import Database, Migrations

from tamizdat.library.store import APPLICATION_ID, SCHEMA

migrations: Final = Migrations("tamizdat")

# Trust and reader's choices.
_PUBLICATIONS: Final = """
CREATE TABLE publications (
    id INTEGER PRIMARY KEY,
    identity TEXT NOT NULL UNIQUE,              -- SHA-256 of its 1.root.json
    title TEXT NOT NULL,
    place TEXT NOT NULL,                        -- where it was synced from first: an https address, a folder, a pack
    fingerprint TEXT NOT NULL,
    version INTEGER NOT NULL,                   -- of the newest verified catalog
    published TEXT NOT NULL,
    signed TEXT NOT NULL,                       -- when the newest accepted timestamp was signed
    mirrors TEXT NOT NULL DEFAULT '[]',         -- JSON list, from the catalog
    last_good TEXT NOT NULL DEFAULT '',         -- the mirror that answered last
    head_path TEXT NOT NULL DEFAULT '',
    head_sha256 TEXT NOT NULL DEFAULT ''
);
CREATE TABLE roots (
    publication INTEGER NOT NULL REFERENCES publications(id),
    version INTEGER NOT NULL,
    data BLOB NOT NULL,
    PRIMARY KEY (publication, version)
);
CREATE TABLE trust (
    publication INTEGER PRIMARY KEY REFERENCES publications(id),
    timestamp BLOB NOT NULL,
    snapshot BLOB NOT NULL,
    targets BLOB NOT NULL,
    catalog BLOB NOT NULL,
    site_sha256 TEXT NOT NULL,
    site_bytes INTEGER NOT NULL
);
CREATE TABLE catalogs (
    publication INTEGER NOT NULL REFERENCES publications(id),
    version INTEGER NOT NULL,
    sha256 TEXT NOT NULL,
    PRIMARY KEY (publication, version)
) WITHOUT ROWID;
CREATE TABLE editions (
    publication INTEGER NOT NULL REFERENCES publications(id),
    edition TEXT NOT NULL,
    title TEXT NOT NULL,
    direction TEXT NOT NULL,
    version INTEGER NOT NULL DEFAULT 0,         -- applied whole; 0: not yet
    complete_since TEXT NOT NULL DEFAULT '',    -- everything published from then on is held; '': everything
    revisions_version INTEGER NOT NULL DEFAULT 0,
    previews_version INTEGER NOT NULL DEFAULT 0,
    standards_version INTEGER NOT NULL DEFAULT 0,
    wants_older INTEGER NOT NULL DEFAULT 0,     -- the reader chose to keep more than is held
    PRIMARY KEY (publication, edition)
);
CREATE TABLE segments (                         -- applied ones of a snapshot that isn't finished
    publication INTEGER NOT NULL REFERENCES publications(id),
    edition TEXT NOT NULL,
    raw_sha256 TEXT NOT NULL,
    PRIMARY KEY (publication, edition, raw_sha256)
) WITHOUT ROWID;
CREATE TABLE taken (                            -- applied bundles of a kind of which others are still to come
    publication INTEGER NOT NULL REFERENCES publications(id),
    edition TEXT NOT NULL,
    kind TEXT NOT NULL,                         -- 'revisions', or a role of pictures
    sha256 TEXT NOT NULL,
    PRIMARY KEY (publication, edition, kind, sha256)
) WITHOUT ROWID;
CREATE TABLE choices (
    publication INTEGER PRIMARY KEY REFERENCES publications(id),
    editions TEXT NOT NULL,                     -- JSON list; empty: all
    keep_days INTEGER,
    keep_megabytes INTEGER,
    media TEXT NOT NULL,
    revisions INTEGER NOT NULL
);
CREATE TABLE syncs (
    id INTEGER PRIMARY KEY,
    publication INTEGER NOT NULL REFERENCES publications(id),
    at TEXT NOT NULL,
    mirror TEXT NOT NULL,
    from_version INTEGER NOT NULL,
    to_version INTEGER NOT NULL,
    articles INTEGER NOT NULL,
    bytes INTEGER NOT NULL,
    requests INTEGER NOT NULL,
    seconds REAL NOT NULL,
    outcome TEXT NOT NULL                       -- 'done', or the code of the error that ended it
);
CREATE TABLE chores (                           -- what must be done before the file may be called clean
    name TEXT PRIMARY KEY
) WITHOUT ROWID
"""

_ARTICLES: Final = """
CREATE TABLE records (
    id INTEGER PRIMARY KEY,
    publication INTEGER NOT NULL REFERENCES publications(id),
    edition TEXT NOT NULL,
    key TEXT NOT NULL,
    revision INTEGER NOT NULL,
    type TEXT NOT NULL,                         -- 'article' or 'retraction'
    line TEXT NOT NULL                          -- the exact bytes that were signed for
);
CREATE TABLE articles (
    id INTEGER PRIMARY KEY REFERENCES records(id),
    publication INTEGER NOT NULL REFERENCES publications(id),
    edition TEXT NOT NULL,
    key TEXT NOT NULL,
    revision INTEGER NOT NULL,
    title TEXT NOT NULL,
    byline TEXT NOT NULL,
    place TEXT NOT NULL,
    section TEXT NOT NULL,
    summary TEXT NOT NULL,
    published TEXT NOT NULL,
    updated TEXT NOT NULL,
    source_url TEXT NOT NULL,
    translation_group TEXT NOT NULL,
    cleared INTEGER NOT NULL,                   -- revisions up to this one are withdrawn
    text TEXT NOT NULL,
    FOREIGN KEY (publication, edition) REFERENCES editions(publication, edition)
);
CREATE TABLE retractions (
    id INTEGER PRIMARY KEY REFERENCES records(id),
    publication INTEGER NOT NULL REFERENCES publications(id),
    edition TEXT NOT NULL,
    key TEXT NOT NULL,
    revision INTEGER NOT NULL,
    at TEXT NOT NULL,
    notice TEXT NOT NULL,
    FOREIGN KEY (publication, edition) REFERENCES editions(publication, edition)
);
CREATE TABLE revisions (                        -- superseded ones
    article INTEGER NOT NULL REFERENCES articles(id),
    revision INTEGER NOT NULL,
    title TEXT NOT NULL,
    updated TEXT NOT NULL,
    text TEXT NOT NULL,
    line TEXT NOT NULL,
    PRIMARY KEY (article, revision)
);
CREATE TABLE tags (
    article INTEGER NOT NULL REFERENCES articles(id),
    tag TEXT NOT NULL,
    PRIMARY KEY (article, tag)
) WITHOUT ROWID;
CREATE TABLE corrections (
    article INTEGER NOT NULL REFERENCES articles(id),
    position INTEGER NOT NULL,
    revision INTEGER NOT NULL,
    at TEXT NOT NULL,
    note TEXT NOT NULL,
    PRIMARY KEY (article, position)
);
CREATE TABLE images (                           -- one row for each file of each picture
    article INTEGER NOT NULL REFERENCES articles(id),
    position INTEGER NOT NULL,
    role TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    type TEXT NOT NULL,
    width INTEGER NOT NULL,
    height INTEGER NOT NULL,
    bytes INTEGER NOT NULL,
    alt TEXT NOT NULL,
    PRIMARY KEY (article, position)
);
CREATE TABLE media (
    sha256 TEXT PRIMARY KEY,
    type TEXT NOT NULL,
    data BLOB NOT NULL
);
CREATE TABLE saved (
    publication INTEGER NOT NULL REFERENCES publications(id),
    edition TEXT NOT NULL,
    key TEXT NOT NULL,
    PRIMARY KEY (publication, edition, key)
) WITHOUT ROWID;
CREATE UNIQUE INDEX records_key ON records(publication, edition, key);
CREATE INDEX articles_key ON articles(key);
CREATE INDEX articles_edition ON articles(publication, edition, published DESC, key);
CREATE INDEX articles_published ON articles(published DESC, key);
CREATE INDEX articles_section ON articles(section, published DESC);
CREATE INDEX articles_translations ON articles(translation_group) WHERE translation_group <> '';
CREATE INDEX tags_tag ON tags(tag);
CREATE INDEX images_sha256 ON images(sha256);
CREATE VIRTUAL TABLE articles_fts USING fts5(
    title, byline, summary, text, content="articles", content_rowid="id", tokenize='unicode61 remove_diacritics 2'
);
-- So much memory gathers words before they are written: a whole segment's, once, instead of merging them over again.
INSERT INTO articles_fts (articles_fts, rank) VALUES ('hashsize', 16777216);
-- Merging bit by bit takes a fifth of a first sync's time. Sixteen parts of a size are merged in one go all the same.
INSERT INTO articles_fts (articles_fts, rank) VALUES ('automerge', 0)
"""

# What is known of each mirror, so that the next sync asks the right one first, and asks it well.
_MIRRORS: Final = """
ALTER TABLE publications ADD COLUMN head_bytes INTEGER NOT NULL DEFAULT 0;
-- A JSON list, like `mirrors`: of the catalog's file of further ones, which has this digest.
ALTER TABLE publications ADD COLUMN more_mirrors TEXT NOT NULL DEFAULT '[]';
ALTER TABLE publications ADD COLUMN more_mirrors_sha256 TEXT NOT NULL DEFAULT '';
CREATE TABLE mirrors (
    publication INTEGER NOT NULL REFERENCES publications(id),
    place TEXT NOT NULL,
    asked TEXT NOT NULL,                        -- when a sync last asked it
    problem TEXT NOT NULL DEFAULT '',           -- the code of the error for which it was passed over; '': it answered
    sends_held INTEGER NOT NULL DEFAULT 0,      -- it sent a head that is held: it knows none of our conditions
    PRIMARY KEY (publication, place)
) WITHOUT ROWID
"""

# What came when: for looking back, and no part of the state that all readers share.
_CHANGES: Final = """
CREATE TABLE versions (                         -- those that were accepted here; others came and went between two syncs
    publication INTEGER NOT NULL REFERENCES publications(id),
    version INTEGER NOT NULL,
    published TEXT NOT NULL,
    PRIMARY KEY (publication, version)
) WITHOUT ROWID;
INSERT INTO versions SELECT id, version, published FROM publications;
CREATE TABLE spans (                            -- the steps by which an edition was brought up to date
    id INTEGER PRIMARY KEY,
    publication INTEGER NOT NULL REFERENCES publications(id),
    edition TEXT NOT NULL,
    from_version INTEGER NOT NULL,              -- not included; 0: nothing was held whole before
    to_version INTEGER NOT NULL,
    kind TEXT NOT NULL,                         -- 'delta'; 'snapshot': settled as a whole, its changes aren't listed
    at TEXT NOT NULL,                           -- when it was applied here
    FOREIGN KEY (publication, edition) REFERENCES editions(publication, edition)
);
CREATE TABLE changes (                          -- what a delta changed here: keys, and never a word of a text
    span INTEGER NOT NULL REFERENCES spans(id),
    key TEXT NOT NULL,
    kind TEXT NOT NULL,                         -- 'added', 'revised', 'retracted', 'restored' after a retraction
    revision INTEGER NOT NULL,
    PRIMARY KEY (span, key)
) WITHOUT ROWID;
CREATE UNIQUE INDEX spans_version ON spans(publication, to_version, edition, from_version);
CREATE INDEX changes_key ON changes(key);
-- By section of an edition, in the order of a list; of all editions it is found by its first column as before.
DROP INDEX articles_section;
CREATE INDEX articles_section ON articles(section, publication, edition, published DESC, key);
CREATE INDEX retractions_at ON retractions(publication, at DESC, key);
CREATE INDEX corrections_at ON corrections(at DESC)
"""

# What it takes to hand on what is held, and to be handed what came since some version.
_HANDING_ON: Final = """
-- The version of the edition whose snapshot was taken last: what came up to then isn't told apart by versions.
ALTER TABLE editions ADD COLUMN settled INTEGER NOT NULL DEFAULT 0;
UPDATE editions SET settled = (SELECT version FROM publications WHERE id = publication);
CREATE TABLE stocks (                           -- stock lists that came in a pack, of editions that aren't held whole
    publication INTEGER NOT NULL REFERENCES publications(id),
    edition TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    data BLOB NOT NULL,
    PRIMARY KEY (publication, edition)
) WITHOUT ROWID
"""

_COLUMNS: Final = ("title", "byline", "summary", "text")
# What format.words.index_text does, in the same order; a test holds them together. SQLite's tokenizer does the rest.
_REPLACED: Final = (
    *((f"char({point})", "''") for point in (0xAD, *range(0x200B, 0x2010), 0x2060, 0xFE0E, 0xFE0F, 0xFEFF)),
    *((f"'{letter}' || char({mark})", f"'{to}'") for letter, mark, to in (
        ("и", 0x306, "й"), ("И", 0x306, "Й"), ("у", 0x306, "ў"), ("У", 0x306, "Ў"),
        ("і", 0x308, "ї"), ("І", 0x308, "Ї"),
    )),
    ("'ё'", "'е'"), ("'Ё'", "'Е'"),
)  # fmt: skip


def _replaced(column: str) -> str:
    for old, new in _REPLACED:
        column = f"replace({column}, {old}, {new})"
    return column


_SEARCH: Final = f"""
DROP TABLE articles_fts;
CREATE VIEW articles_folded AS SELECT id,
    {", ".join(f"{_replaced(name)} AS {name}" for name in _COLUMNS)}
    FROM articles;
CREATE VIRTUAL TABLE articles_fts USING fts5(
    {", ".join(_COLUMNS)}, content="articles_folded", content_rowid="id",
    tokenize="unicode61 remove_diacritics 2 categories 'L* N* M* Co' separators 'ʻʼ'"
);
INSERT INTO articles_fts (articles_fts, rank) VALUES ('hashsize', 16777216);
INSERT INTO articles_fts (articles_fts, rank) VALUES ('automerge', 0);
INSERT INTO articles_fts (articles_fts) VALUES ('rebuild');
-- The index's words, and where they stand: a search looks in here for other forms of a word.
CREATE VIRTUAL TABLE articles_words USING fts5vocab(articles_fts, 'row');
CREATE VIRTUAL TABLE articles_places USING fts5vocab(articles_fts, 'instance')
"""  # noqa: S608


def _run(db: Database, script: str) -> None:
    # Not executescript: it would commit the migration's transaction halfway.
    for statement in script.split(";\n"):
        db.conn.execute(statement)


@migrations()
def tables(db: Database) -> None:
    """The first schema."""
    _run(db, _PUBLICATIONS)
    _run(db, _ARTICLES)


@migrations()
def mirrors_and_changes(db: Database) -> None:
    """The second schema."""
    _run(db, _MIRRORS)
    _run(db, _CHANGES)


@migrations()
def handing_on(db: Database) -> None:
    """The third schema."""
    _run(db, _HANDING_ON)


@migrations()
def search(db: Database) -> None:
    """The fourth schema: the index holds folded words."""
    _run(db, _SEARCH)


def migrate(db: sqlite3.Connection) -> None:
    """Bring the schema up to date; each migration is a transaction of its own, the number in the header comes last."""
    database = Database(db)
    migrations.apply(database)
    assert len(migrations.applied(database)) == SCHEMA
    db.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    db.execute(f"PRAGMA user_version = {SCHEMA}")
