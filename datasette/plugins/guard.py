"""Connections: strangers' queries read what is public, and take what they may. The rules lie beside the schema."""

import sqlite3

from datasette import hookimpl

from tamizdat.library.public import guard


@hookimpl(trylast=True)
def prepare_connection(conn: sqlite3.Connection, database: str) -> None:
    """Guard every connection but those to Datasette's own tables in memory, which hold what the schema says."""
    if not database.startswith("_"):
        guard(conn)
