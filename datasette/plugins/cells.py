"""What the pages of tables and queries add to Datasette's: links to articles, JSON spelled out, local addresses."""

import json
from typing import Any
from urllib.parse import quote, urlsplit

from datasette import hookimpl
from markupsafe import Markup

KEYS = ("key", "other_key")


@hookimpl
def render_cell(value: object, column: str, datasette: Any) -> Markup | None:
    """The HTML of a cell; None where Datasette's own will do."""
    if column not in KEYS or not isinstance(value, str) or not value:
        return None
    place = datasette.urls.path("/article/" + quote(value))
    return Markup('<a href="{}">{}</a>').format(place, value)


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
