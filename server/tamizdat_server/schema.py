"""newsroom.db: its tables, each with the reason why it is there, and how an older one is brought up to date."""

from typing import Final

from sqlite_utils import Database, Migrations

newsroom_schema: Final = Migrations("newsroom")


@newsroom_schema()
def articles_and_records(db: Database) -> None:
    """What editors want, and what was published of it."""
    db.executescript(
        """
        CREATE TABLE state (name TEXT PRIMARY KEY, value) WITHOUT ROWID;

        -- What the newsroom wants to stand. `published` and `updated` as an article will carry them; `corrections`
        -- are public ones, `notes` wait for the next publish; `held`: retracted by an editor, so that no import brings
        -- it back; `public`: digest of what the newest record was made of; `dirty`: differs from that.
        CREATE TABLE articles (
            edition TEXT NOT NULL, key TEXT NOT NULL, source TEXT NOT NULL, draft BLOB NOT NULL,
            published TEXT NOT NULL, updated TEXT NOT NULL,
            corrections BLOB NOT NULL DEFAULT x'5b5d', notes BLOB NOT NULL DEFAULT x'5b5d',
            retracted TEXT, notice TEXT NOT NULL DEFAULT '', held INTEGER NOT NULL DEFAULT 0,
            public TEXT NOT NULL DEFAULT '', dirty INTEGER NOT NULL DEFAULT 0,
            PRIMARY KEY (edition, key));
        CREATE INDEX articles_by_key ON articles (key);
        CREATE INDEX articles_by_source ON articles (source);
        CREATE INDEX articles_dirty ON articles (edition, key) WHERE dirty;

        -- Every record ever published. `version` brought it, `superseded` replaced it; `withdrawn`: the retraction
        -- that took an article's words back; `bundle`: the revisions bundle that a superseded one went into.
        CREATE TABLE records (
            id INTEGER PRIMARY KEY, edition TEXT NOT NULL, key TEXT NOT NULL, revision INTEGER NOT NULL,
            kind TEXT NOT NULL CHECK (kind IN ('article', 'retraction')), published TEXT NOT NULL,
            version INTEGER NOT NULL, superseded INTEGER, withdrawn INTEGER REFERENCES records (id), bundle INTEGER,
            line BLOB NOT NULL,
            UNIQUE (edition, key, revision));
        CREATE INDEX records_by_version ON records (edition, version);
        CREATE INDEX records_by_end ON records (edition, superseded) WHERE superseded IS NOT NULL;
        -- With everything that says who stood where at an earlier version.
        CREATE INDEX records_newest ON records (edition, published DESC, key, version, superseded)
            WHERE kind = 'article';
        CREATE UNIQUE INDEX records_current ON records (edition, key) WHERE superseded IS NULL;
        CREATE INDEX records_live ON records (edition, published, key) WHERE superseded IS NULL AND kind = 'article';
        CREATE INDEX records_by_bundle ON records (bundle, key, revision) WHERE bundle IS NOT NULL;

        -- What importers remember from one run to the next.
        CREATE TABLE memory (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
        CREATE TABLE audit (
            id INTEGER PRIMARY KEY, at TEXT NOT NULL, action TEXT NOT NULL, subject TEXT NOT NULL,
            detail TEXT NOT NULL);
        """
    )


@newsroom_schema()
def published_files(db: Database) -> None:
    """What lies in the tree, and why."""
    db.executescript(
        """
        CREATE TABLE catalogs (version INTEGER PRIMARY KEY, sha256 TEXT NOT NULL, published INTEGER NOT NULL);

        -- The versions that changed an edition, counted from 0, the empty one.
        CREATE TABLE steps (
            edition TEXT NOT NULL, step INTEGER NOT NULL, version INTEGER NOT NULL, at INTEGER NOT NULL,
            PRIMARY KEY (edition, step)) WITHOUT ROWID;

        CREATE TABLE deltas (
            edition TEXT NOT NULL, start INTEGER NOT NULL, stop INTEGER NOT NULL, plain INTEGER NOT NULL,
            sha256 TEXT NOT NULL, bytes INTEGER NOT NULL, raw_sha256 TEXT NOT NULL, raw_bytes INTEGER NOT NULL,
            prefix TEXT NOT NULL, newest INTEGER NOT NULL, also TEXT NOT NULL,
            PRIMARY KEY (edition, start, stop, plain)) WITHOUT ROWID;

        -- The version at which an edition's snapshot stands; deltas lead on from there.
        CREATE TABLE snapshots (edition TEXT PRIMARY KEY, version INTEGER NOT NULL) WITHOUT ROWID;

        -- `published`, `key`: the first place that belongs to a segment. Tombstones' have only a key. `state`: the
        -- version whose records it holds, the snapshot's or a later one. `rough`: compressed in haste.
        CREATE TABLE segments (
            edition TEXT NOT NULL, kind TEXT NOT NULL, published TEXT NOT NULL, key TEXT NOT NULL,
            sha256 TEXT NOT NULL, bytes INTEGER NOT NULL, raw_sha256 TEXT NOT NULL, raw_bytes INTEGER NOT NULL,
            records INTEGER NOT NULL, state INTEGER NOT NULL, rough INTEGER NOT NULL,
            PRIMARY KEY (edition, kind, published, key)) WITHOUT ROWID;

        -- `closed`: not merged with later ones any more.
        CREATE TABLE revision_bundles (
            id INTEGER PRIMARY KEY, edition TEXT NOT NULL, version INTEGER NOT NULL, closed INTEGER NOT NULL,
            sha256 TEXT NOT NULL, bytes INTEGER NOT NULL, raw_sha256 TEXT NOT NULL, raw_bytes INTEGER NOT NULL);
        CREATE INDEX revision_bundles_by_edition ON revision_bundles (edition, version, id);

        CREATE TABLE media_bundles (
            id INTEGER PRIMARY KEY, edition TEXT NOT NULL, role TEXT NOT NULL, version INTEGER NOT NULL,
            closed INTEGER NOT NULL, sha256 TEXT NOT NULL, bytes INTEGER NOT NULL);
        CREATE INDEX media_bundles_by_edition ON media_bundles (edition, version, id);
        CREATE TABLE media (
            edition TEXT NOT NULL, role TEXT NOT NULL, sha256 TEXT NOT NULL, path TEXT NOT NULL,
            bundle INTEGER NOT NULL REFERENCES media_bundles (id), PRIMARY KEY (edition, role, sha256)) WITHOUT ROWID;
        CREATE INDEX media_by_bundle ON media (bundle);
        CREATE INDEX media_by_path ON media (path);
        -- Which articles show a file, in any revision that isn't withdrawn.
        CREATE TABLE media_uses (
            edition TEXT NOT NULL, key TEXT NOT NULL, role TEXT NOT NULL, sha256 TEXT NOT NULL, path TEXT NOT NULL,
            PRIMARY KEY (edition, key, role, sha256)) WITHOUT ROWID;
        CREATE INDEX media_uses_by_file ON media_uses (edition, role, sha256);

        -- Immutable files of the tree. `dropped`: when the catalog stopped naming it; `low` and `high`: which places
        -- (segments) or versions (deltas) its records are from, to know what to withdraw although nobody names it now.
        CREATE TABLE files (
            path TEXT PRIMARY KEY, edition TEXT NOT NULL, kind TEXT NOT NULL, version INTEGER NOT NULL,
            low TEXT NOT NULL, high TEXT NOT NULL, dropped INTEGER) WITHOUT ROWID;
        CREATE INDEX files_dropped ON files (dropped) WHERE dropped IS NOT NULL;
        -- Named by the live catalog, but not by the next one.
        CREATE TABLE outdated (path TEXT PRIMARY KEY) WITHOUT ROWID;
        CREATE TABLE withdrawn (path TEXT PRIMARY KEY, at INTEGER NOT NULL) WITHOUT ROWID;

        -- Files that are replaced, as they have to stand beside the newest catalog.
        CREATE TABLE site (path TEXT PRIMARY KEY, data BLOB NOT NULL) WITHOUT ROWID;
        """
    )


@newsroom_schema()
def stock(db: Database) -> None:
    """The parts of each edition's stock list."""
    db.executescript(
        """
        -- `published`, `key`: where a part's first record stands; a retraction has no place but its key. `stocked`:
        -- the editions whose parts are all here.
        CREATE TABLE stock (
            edition TEXT NOT NULL, kind TEXT NOT NULL, published TEXT NOT NULL, key TEXT NOT NULL,
            raw_sha256 TEXT NOT NULL, raw_bytes INTEGER NOT NULL, records INTEGER NOT NULL,
            PRIMARY KEY (edition, kind, published, key)) WITHOUT ROWID;
        CREATE TABLE stocked (edition TEXT PRIMARY KEY) WITHOUT ROWID;
        -- As `records_live` does for articles.
        CREATE INDEX records_retracted ON records (edition, key) WHERE superseded IS NULL AND kind = 'retraction';
        """
    )


@newsroom_schema()
def origins(db: Database) -> None:
    """Where each article comes from, and what its source said beside the text."""
    db.executescript(
        """
        -- `origin`: the source that it was imported from, or nothing; `stamp`, `form`: its own word for the version
        -- that was imported last, and how that was written; `noted`: corrections that it has told of; `gone`: why
        -- the source has the article no more, while it still stands here.
        ALTER TABLE articles ADD COLUMN origin TEXT NOT NULL DEFAULT '';
        ALTER TABLE articles ADD COLUMN stamp TEXT NOT NULL DEFAULT '';
        ALTER TABLE articles ADD COLUMN form TEXT NOT NULL DEFAULT '';
        ALTER TABLE articles ADD COLUMN noted BLOB NOT NULL DEFAULT x'5b5d';
        ALTER TABLE articles ADD COLUMN gone TEXT NOT NULL DEFAULT '';
        CREATE INDEX articles_by_origin ON articles (origin, source) WHERE retracted IS NULL;
        """
    )


@newsroom_schema()
def who_did_it(db: Database) -> None:
    """By whose token a change was made; '' for who was at the newsroom's machine."""
    db.executescript("ALTER TABLE audit ADD COLUMN who TEXT NOT NULL DEFAULT ''")


@newsroom_schema()
def articles_by_change(db: Database) -> None:
    """For lists of what changed last, which would read every draft otherwise."""
    db.executescript("CREATE INDEX articles_by_change ON articles (updated DESC, key DESC, edition DESC)")
