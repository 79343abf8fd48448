"""desk.db: its tables, and how an older one is brought up to date."""

import sqlite3
from typing import Final

from sqlite_utils import Database, Migrations

desk_schema: Final = Migrations("desk")


@desk_schema()
def tokens_jobs_and_log(db: Database) -> None:
    """Times are RFC 3339 UTC with Z, but `not_before`, in Unix seconds."""
    db.executescript(
        """
        -- `digest`: SHA-256 of the token, empty once it is revoked. `used`: the day on which it was used last.
        CREATE TABLE tokens (
            id INTEGER PRIMARY KEY, name TEXT NOT NULL, digest TEXT NOT NULL, may TEXT NOT NULL,
            made TEXT NOT NULL, expires TEXT NOT NULL, used TEXT NOT NULL DEFAULT '',
            revoked TEXT NOT NULL DEFAULT '');
        CREATE UNIQUE INDEX tokens_by_name ON tokens (name) WHERE revoked = '';

        -- Done in the order of their ids, one at a time. `attempts`: how often it was begun.
        CREATE TABLE jobs (
            id INTEGER PRIMARY KEY AUTOINCREMENT, kind TEXT NOT NULL CHECK (kind IN ('import', 'publish')),
            name TEXT NOT NULL, confirm INTEGER NOT NULL DEFAULT 0, who TEXT NOT NULL,
            state TEXT NOT NULL DEFAULT 'queued' CHECK (state IN ('queued', 'running', 'done', 'failed')),
            asked TEXT NOT NULL, started TEXT NOT NULL DEFAULT '', ended TEXT NOT NULL DEFAULT '',
            attempts INTEGER NOT NULL DEFAULT 0, not_before REAL NOT NULL DEFAULT 0, report BLOB, error BLOB);
        CREATE INDEX jobs_open ON jobs (id) WHERE state IN ('queued', 'running');

        -- Pictures that were handed in, by the path of one of their files, so that a text can name them.
        CREATE TABLE pictures (path TEXT PRIMARY KEY, image BLOB NOT NULL) WITHOUT ROWID;

        CREATE TABLE log (
            id INTEGER PRIMARY KEY, at TEXT NOT NULL, who TEXT NOT NULL, action TEXT NOT NULL, subject TEXT NOT NULL,
            detail TEXT NOT NULL DEFAULT '');
        """
    )


def bring_up_to_date(db: sqlite3.Connection) -> None:
    """Make the tables that aren't there yet."""
    desk_schema.apply(Database(db, execute_plugins=False))
