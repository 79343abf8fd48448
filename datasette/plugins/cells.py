"""What the pages of tables and queries add to Datasette's: links to articles, JSON spelled out, local addresses."""

import json
from typing import Any
from urllib.parse import urlsplit

from datasette import hookimpl
from markupsafe import Markup

from tamizdat_server.archive.links import encode

KEYS = ("key", "other_key")
FIRST = 1
"""The publication whose pages lie at the root: the one that was added first."""


@hookimpl
def render_cell(row: Any, value: object, column: str, datasette: Any) -> Markup | None:
    """The HTML of a cell; None where Datasette's own will do."""
    if column not in KEYS or not isinstance(value, str) or not value or _publication(row) != FIRST:
        return None
    return Markup('<a href="{}">{}</a>').format(datasette.urls.path(f"/article/{encode(value)}"), value)


def _publication(row: Any) -> int:
    """The number of the publication that a row is of, where it says so; a foreign key may come with its label."""
    told = row["publication"] if "publication" in row.keys() else FIRST  # noqa: SIM118 - sqlite3.Row has values in it
    return told["value"] if isinstance(told, dict) else told


@hookimpl
def prepare_jinja2_environment(env: Any) -> None:
    env.filters["readable_json"] = readable_json
    env.filters["local"] = local


def readable_json(value: object) -> str:
    """An object or a list in JSON, indented; "" for anything else."""
    if not isinstance(value, str) or value[:1] not in ("{", "["):
        return ""
    try:
        return json.dumps(json.loads(value), ensure_ascii=False, indent=2)
    except (ValueError, RecursionError):
        return ""


def local(url: str) -> str:
    """A link without scheme and host. Datasette takes both from the request, and behind a proxy they are wrong."""
    return urlsplit(url)._replace(scheme="", netloc="").geturl()
