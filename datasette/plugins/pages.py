"""The archive's pages: their addresses, and the frame that they share with Datasette's own.

What is on them is made in `tamizdat_server.archive`; this file ties it to Datasette, by hooks that 0.65 and 1.0 share.
"""

import hashlib
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any
from weakref import WeakKeyDictionary, finalize, ref

from datasette import Response, hookimpl

from tamizdat_server.archive.reply import Reply, reply
from tamizdat_server.archive.routes import HEAVY, ROUTES
from tamizdat_server.archive.site import Asked, Options, Site
from tamizdat_server.archive.visit import Work

DATABASE = "library"
FOLDER = Path(__file__).resolve().parent.parent

_sites: WeakKeyDictionary[Any, Site] = WeakKeyDictionary()


@hookimpl
def register_routes() -> list[tuple[str, Callable[..., Awaitable[Response]]]]:
    """Every page of the archive."""
    return [(pattern, _view(work)) for pattern, work in ROUTES]


@hookimpl
def extra_template_vars(datasette: Any, request: Any, template: str | None) -> Any:
    """What the frame around Datasette's own pages needs. The archive's own bring it along."""

    async def frame() -> dict[str, Any]:
        told = {"build": site_of(datasette).build}
        if request is None or (template or "").startswith("archive/"):
            return told
        return {**await site_of(datasette).frame(_asked(request)), **told}

    return frame


def site_of(datasette: Any) -> Site:
    """The archive of this Datasette. Plugins are loaded once for all Datasettes of a process."""
    if datasette not in _sites:
        configured = datasette.plugin_config("tamizdat") or {}
        options = Options(**{name: configured[name] for name in Options.__struct_fields__ if name in configured})
        library = Path(datasette.get_database(DATABASE).path)
        site = Site(library, link=_link(ref(datasette)), options=options, heavy=HEAVY, build=_build())
        finalize(datasette, site.close)
        _sites[datasette] = site
    return _sites[datasette]


def _link(datasette: Callable[[], Any]) -> Callable[[str], str]:
    """What makes addresses. It holds its Datasette weakly: a site that held it would keep both for ever."""

    def link(path: str) -> str:
        return datasette().urls.path(path)

    return link


def _view(work: Work) -> Callable[..., Awaitable[Response]]:
    async def view(datasette: Any, request: Any) -> Response:
        async def render(template: str, context: dict[str, Any]) -> str:
            return await datasette.render_template(template, context, request=request, view_name="archive")

        return _response(await reply(site_of(datasette), _asked(request), work, render))

    return view


def _response(made: Reply) -> Response:
    return Response(made.body, status=made.status, headers=made.headers, content_type=made.type)


def _asked(request: Any) -> Asked:
    return Asked(
        origin=f"{request.scheme}://{request.host}",
        path=request.full_path,
        vars={name: value for name, value in request.url_vars.items() if value is not None},
        args={name: request.args.get(name) for name in request.args},
        held=request.headers.get("if-none-match", ""),
    )


def _build() -> str:
    """A name for what pages are made of: their address and their tag change with it."""
    files = sorted(path for part in ("templates", "static") for path in (FOLDER / part).rglob("*") if path.is_file())
    return hashlib.sha256(b"\0".join(path.read_bytes() for path in files)).hexdigest()[:12]
