"""What may be asked of a public archive, decided purely."""

import json
from collections.abc import Iterator
from typing import Any, Final, NamedTuple

Args = dict[str, list[str]]

QUERY_CHARACTERS: Final = 8_000
PATH_CHARACTERS: Final = 2_000
ARGUMENTS: Final = 60
FACETS: Final = 3
FACET_SIZE: Final = 100

# Of few values each. Counting those of any other column takes as long as reading the whole table.
FACET_COLUMNS: Final = frozenset(
    {"byline", "direction", "edition", "kind", "place", "publication", "revision", "role", "section", "tag", "type"}
)
DATE_COLUMNS: Final = frozenset({"at", "published", "updated"})
_SWITCH: Final = frozenset({"0", "1", "false", "off", "on", "true"})
_OWN: Final = ("-/static/", "-/metadata")


class Refused(NamedTuple):
    """Why something isn't answered, in words for whoever asked."""

    status: int
    title: str
    told: str
    retry_seconds: int = 0


def refusal(method: str, path: str, query: str, args: Args) -> Refused | None:
    """Why a request is refused, or None. `path`: below the base, as it was sent, without its first slash."""
    if method != "GET":
        return Refused(405, "This archive is only for reading", "It answers GET and HEAD requests, and no others.")
    if len(query) > QUERY_CHARACTERS or len(path) > PATH_CHARACTERS or len(args) > ARGUMENTS:
        return Refused(414, "That address is too long", f"At most {QUERY_CHARACTERS:,} characters, please.")
    if not path.isascii() or any("\0" in value for values in args.values() for value in values):
        return Refused(400, "That address is malformed", "It has characters that no address may have.")
    if path == "library.csv" and not any(args.get("sql", [])):
        return NOTHING_THERE
    return _place(path) or (next(_of_tables(args), None) if is_about_tables(path) else None)


def is_about_tables(path: str) -> bool:
    """Whether Datasette's own pages answer for it, and not the archive's."""
    return path.partition("/")[0].partition(".")[0] == "library"


def _place(path: str) -> Refused | None:
    first = path.partition("/")[0]
    if first == "library.db":
        told = (
            "The whole file isn't served here: syncing the publication makes the same one, and checks every word of it."
        )
        return Refused(403, "Sync it instead", told)
    # `~6cibrary` would be another spelling of a database's name. `_memory`, `:memory:` and `_internal` are others.
    hidden = first.startswith(("_", ":", ".")) or "~" in first or "%" in first or "//" in f"/{path}"
    of_datasette = first == "-" and not path.startswith(_OWN)
    return NOTHING_THERE if hidden or of_datasette or path.endswith(".blob") else None


NOTHING_THERE: Final = Refused(404, "There is no such page", "Perhaps it was moved, or the address lost a letter.")


def _of_tables(args: Args) -> Iterator[Refused]:
    """Every reason why arguments of a table's page or a query are refused."""
    if any(mode != "escaped" for mode in args.get("_searchmode", [])):
        yield Refused(400, "Search by words", "Raw search syntax isn't taken here: one word of it can cost minutes.")
    for name in ("_size", "_facet_size", "_timelimit"):
        if any(not _is_number(value) for value in args.get(name, []) if (name, value) != ("_size", "max")):
            yield Refused(400, "That is no number", f"{name} is a number of at most six digits.")
    if any(value.lower() not in _SWITCH for value in args.get("_json_infinity", [])):
        yield Refused(400, "That is no switch", "_json_infinity is on or off.")
    if any(_is_number(size) and int(size) > FACET_SIZE for size in args.get("_facet_size", [])):
        yield Refused(400, "Too many values at once", f"At most {FACET_SIZE} values of a facet are counted.")
    yield from _facets(args)
    if any(not _is_through(value) for value in args.get("_through", [])):
        yield Refused(400, "That address is malformed", "_through is JSON with table, column and value.")


def _facets(args: Args) -> Iterator[Refused]:
    columns = [_column(value) for value in args.get("_facet", [])]
    dates = [_column(value) for value in args.get("_facet_date", [])]
    if "_facet_array" in args or not (FACET_COLUMNS.issuperset(columns) and DATE_COLUMNS.issuperset(dates)):
        told = f"Values can be counted of these columns: {', '.join(sorted(FACET_COLUMNS))}."
        yield Refused(400, "No facets of that column", told)
    if len(columns) + len(dates) > FACETS:
        yield Refused(400, "Too many facets at once", f"At most {FACETS} columns are counted at once.")


def _column(facet: str) -> str:
    """The column of a facet, which is its name, or JSON with more about it."""
    if not facet.startswith("{"):
        return facet
    found = _object(facet).get("simple", "")
    return found if isinstance(found, str) else ""


def _is_through(value: str) -> bool:
    return _object(value).keys() >= {"table", "column", "value"}


def _object(text: str) -> dict[str, Any]:
    try:
        found: Any = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}  # pyright: ignore[reportUnknownVariableType]


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 6
