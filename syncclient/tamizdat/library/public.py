"""What strangers may read of a library by SQL, and how much of this machine a query may take.

A library holds articles, which are public, and a reader's own doings, which are nobody's business: what was saved and
chosen, when and from where it was synced. A table is private until it is listed here.
"""

import re
import sqlite3
import weakref
from collections.abc import Callable
from typing import Any, Final

_INDEX: Final = ("config", "content", "data", "docsize", "idx")
_EVERYTHING: Final[frozenset[str]] = frozenset()

PUBLIC: Final[dict[str, frozenset[str]]] = {
    "articles": _EVERYTHING,
    "changes": _EVERYTHING,
    "corrections": _EVERYTHING,
    "images": _EVERYTHING,
    "records": _EVERYTHING,
    "retractions": _EVERYTHING,
    "revisions": _EVERYTHING,
    "spans": _EVERYTHING,
    "tags": _EVERYTHING,
    "versions": _EVERYTHING,
    "editions": frozenset({"wants_older"}),
    # Pictures are served as such; in rows they would be megabytes each.
    "media": frozenset({"data"}),
    "publications": frozenset({"place", "last_good", "head_path", "head_sha256", "head_bytes"}),
    "articles_fts": _EVERYTHING,
    "articles_folded": _EVERYTHING,
    "articles_places": _EVERYTHING,
    "articles_words": _EVERYTHING,
    # Where the index keeps its words: asking the index reads them on the way.
    **{f"articles_fts_{part}": _EVERYTHING for part in _INDEX},
}
"""Table → its columns that read as NULL."""

_SCHEMA: Final = frozenset({"sqlite_master", "sqlite_schema"})
_FUNCTIONS_AS_TABLES: Final = frozenset({"json_each", "json_tree"})
# Whoever looks at tables asks these. They tell of the schema, which is in public anyway, and never of the machine.
_PRAGMAS: Final = frozenset(
    {
        "data_version",
        "foreign_key_list",
        "index_info",
        "index_list",
        "index_xinfo",
        "page_count",
        "page_size",
        "schema_version",
        "table_info",
        "table_xinfo",
    }
)
# Its answer has the file's path in it, so it may be asked as a statement, which strangers can't, but not as a table.
# Datasette 1.0 wraps connections with sqlite-utils, which sets `recursive_triggers`; nothing is written, so none runs.
_PRAGMAS_OF_HOSTS: Final = frozenset({"database_list", "recursive_triggers"})
_FORBIDDEN_FUNCTIONS: Final = frozenset({"load_extension", "fts3_tokenizer", "fts5"})
_STATEMENTS: Final = frozenset({sqlite3.SQLITE_SELECT, sqlite3.SQLITE_RECURSIVE})

_EXPLAIN: Final = re.compile(r"[ \t\r\n]*explain\b", re.IGNORECASE | re.ASCII)

ROW_BYTES: Final = 4 * 1024 * 1024
"""What a value or a row may have: more than a record of format 1, so that every article can be read."""
RESULT_BYTES: Final = 8 * 1024 * 1024
"""What all rows of one answer may have."""
HEAP_BYTES: Final = 128 * 1024 * 1024
"""What SQLite may take in a process, unless it is told otherwise."""
_LIMITS: Final = {
    sqlite3.SQLITE_LIMIT_LENGTH: ROW_BYTES,
    sqlite3.SQLITE_LIMIT_SQL_LENGTH: 32_768,
    sqlite3.SQLITE_LIMIT_COLUMN: 200,
    sqlite3.SQLITE_LIMIT_EXPR_DEPTH: 100,
    sqlite3.SQLITE_LIMIT_COMPOUND_SELECT: 20,
    sqlite3.SQLITE_LIMIT_VDBE_OP: 50_000,
    sqlite3.SQLITE_LIMIT_FUNCTION_ARG: 50,
    sqlite3.SQLITE_LIMIT_ATTACHED: 0,
    sqlite3.SQLITE_LIMIT_LIKE_PATTERN_LENGTH: 200,
    sqlite3.SQLITE_LIMIT_VARIABLE_NUMBER: 1_000,
    sqlite3.SQLITE_LIMIT_TRIGGER_DEPTH: 1,
    sqlite3.SQLITE_LIMIT_WORKER_THREADS: 0,
}


def guard(connection: sqlite3.Connection, *, heap_bytes: int = HEAP_BYTES) -> None:
    """Make a connection safe to run a stranger's queries on: nothing private, nothing written, nothing boundless.

    `heap_bytes` holds for all of SQLite in this process. How long a query may take is for whoever runs it. Call this
    last: it can't be undone by statements.
    """
    connection.execute(f"PRAGMA hard_heap_limit = {heap_bytes}").fetchall()
    connection.execute("PRAGMA query_only = ON")
    held = {
        str(name).lower() for (name, *_) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
    }
    for limit, value in _LIMITS.items():
        connection.setlimit(limit, value)
    connection.row_factory = Budget(RESULT_BYTES)
    connection.set_authorizer(_Authorizer(held))


class Forbidden(sqlite3.DatabaseError):
    """A query would read what isn't public."""

    sqlite_errorname = "SQLITE_AUTH"


class Inspector:
    """Looks into a query's program before it is run, at everything that it opens.

    SQLite doesn't ask its authorizer for the columns that NATURAL and USING compare, so a private table could be read
    by joining it. What a program opens, it has to name by its place in the file.
    """

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._db = connection
        self._version = self._count = -1
        self._tables: dict[int, str] = {1: "sqlite_schema"}
        self._indexes: set[int] = set()
        self._hidden: dict[str, set[int]] = {}

    def check(self, sql: str, parameters: Any = ()) -> None:
        """Raises: Forbidden; sqlite3.Error where the query is wrong."""
        if _EXPLAIN.match(sql):
            return  # shows the program, and doesn't run it
        while True:
            version = self._schema()
            # Another text each time: what was prepared before VACUUM moved the tables would be shown as it was.
            self._count += 1
            program = self._db.execute(f"EXPLAIN {sql}\n-- {self._count}", parameters).fetchall()
            if version == self._schema():  # else tables may have moved in between
                break
        self._inspect([(str(step[1]), int(step[2]), int(step[3]), int(step[4])) for step in program])

    def _inspect(self, program: list[tuple[str, int, int, int]]) -> None:
        opened: dict[int, str] = {}
        for operation, cursor, page, database in program:
            if operation in ("OpenRead", "ReopenIdx", "OpenWrite"):
                if database or page not in self._tables:
                    raise Forbidden("access to a private table is prohibited")
                if page not in self._indexes:
                    opened[cursor] = self._tables[page]
            elif operation == "Column" and page in self._hidden.get(opened.get(cursor, ""), ()):
                raise Forbidden(f"access to a private column of {opened[cursor]} is prohibited")

    def _schema(self) -> int:
        """Learn where tables and indexes lie, if that changed; returns the schema's version."""
        version = int(self._db.execute("PRAGMA schema_version").fetchone()[0])
        if version != self._version:
            places = self._db.execute("SELECT rootpage, type, lower(tbl_name) FROM sqlite_master WHERE rootpage > 1")
            found = [(int(page), str(kind), str(table)) for page, kind, table in places if table in PUBLIC]
            self._tables = {1: "sqlite_schema"} | {page: table for page, _, table in found}
            self._indexes = {page for page, kind, _ in found if kind == "index"}
            self._hidden = {table: self._numbers(table) for table, hidden in PUBLIC.items() if hidden}
            self._version = version
        return version

    def _numbers(self, table: str) -> set[int]:
        return {row[0] for row in self._db.execute(f"PRAGMA table_info({table})") if row[1] in PUBLIC[table]}


class Budget:
    """Makes rows, and ends a query that hands out more than so many bytes."""

    def __init__(self, limit_bytes: int) -> None:
        self._limit = limit_bytes
        self._left = limit_bytes
        self._cursor: Callable[[], sqlite3.Cursor | None] = lambda: None

    def __call__(self, cursor: sqlite3.Cursor, values: tuple[Any, ...]) -> sqlite3.Row:
        if self._cursor() is not cursor:
            # Held weakly: a cursor that is kept keeps its read transaction, too.
            self._cursor, self._left = weakref.ref(cursor), self._limit
        self._left -= sum(len(value) if isinstance(value, str | bytes) else 8 for value in values)
        if self._left < 0:
            raise sqlite3.OperationalError(f"the result is larger than {self._limit:,} bytes; ask for less of it")
        return sqlite3.Row(cursor, values)


class _Authorizer:
    """Asked by SQLite for everything that a statement would do, while it is prepared."""

    def __init__(self, tables: set[str]) -> None:
        self._private = tables - PUBLIC.keys()

    def __call__(
        self, action: int, first: str | None, second: str | None, _database: str | None, _by: str | None
    ) -> int:
        if action in _STATEMENTS:
            return sqlite3.SQLITE_OK
        if action == sqlite3.SQLITE_READ:
            return self._read((first or "").lower(), (second or "").lower())
        if action == sqlite3.SQLITE_FUNCTION:
            return _when((second or "").lower() not in _FORBIDDEN_FUNCTIONS)
        if action == sqlite3.SQLITE_PRAGMA:
            return self._pragma((first or "").lower(), (second or "").lower())
        # SQLite itself does this, in memory alone, to declare a function that reads like a table.
        return _when(action == sqlite3.SQLITE_UPDATE and first == "sqlite_master")

    def _read(self, table: str, column: str) -> int:
        if table in PUBLIC:
            return sqlite3.SQLITE_IGNORE if column in PUBLIC[table] else sqlite3.SQLITE_OK
        if table in _SCHEMA or table in _FUNCTIONS_AS_TABLES or table.removeprefix("pragma_") in _PRAGMAS:
            return sqlite3.SQLITE_OK
        # Without a column it may be a name that the query itself gave (WITH name AS …), of which only rows are counted.
        return _when(not column and not self._is_private(table))

    def _pragma(self, name: str, of: str) -> int:
        if name == "foreign_key_list" and self._is_private(of):
            # Says nothing: Datasette would count the rows that lead from there to whatever row it shows.
            return sqlite3.SQLITE_IGNORE
        return _when(name in _PRAGMAS | _PRAGMAS_OF_HOSTS)

    def _is_private(self, table: str) -> bool:
        return table in self._private or table.startswith(("sqlite_", "pragma_", "dbstat", "fts5"))


def _when(allowed: bool) -> int:
    return sqlite3.SQLITE_OK if allowed else sqlite3.SQLITE_DENY
