"""What every answer passes: no cookies in or out, strict headers, and a word to search engines."""

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, Final

from datasette import hookimpl

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Message, Receive, Send], Awaitable[None]]
Headers = list[tuple[bytes, bytes]]

CSP: Final = (
    b"default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; frame-ancestors 'none';"
    b" base-uri 'none'"
)
SECURITY: Final[Headers] = [
    (b"content-security-policy", CSP),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"x-frame-options", b"DENY"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), geolocation=(), microphone=(), interest-cohort=()"),
    # Nothing here depends on who asks, so any page may read it.
    (b"access-control-allow-origin", b"*"),
]
_OURS: Final = frozenset(name for name, _ in SECURITY)
# Who is asking is nobody's business, the templates' included.
_NOT_TAKEN: Final = frozenset({b"authorization", b"cookie", b"referer"})
_NOT_GIVEN: Final = _OURS | {b"server", b"set-cookie", b"vary"}
NOT_LISTED: Final = (b"x-robots-tag", b"noindex, nofollow")
_STATIC_SECONDS: Final = 600


class Front:
    """Stands before everything else of one Datasette."""

    def __init__(self, datasette: Any, app: App) -> None:
        self._app = app
        self._base: str = datasette.setting("base_url")
        config = datasette.plugin_config("tamizdat") or {}
        self._listed = config.get("robots", "pages") == "pages"

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        path = scope["path"].removeprefix(self._base).removeprefix("/")
        only_head = scope["method"] == "HEAD"

        async def pass_on(message: Message) -> None:
            if message["type"] == "http.response.start":
                message = {**message, "headers": self._headers(message, path)}
            elif only_head:
                message = {**message, "body": b""}
            await send(message)

        if path == "robots.txt":
            await _send_text(pass_on, robots(listed=self._listed))
        else:
            taken = [(name, value) for name, value in scope["headers"] if name.lower() not in _NOT_TAKEN]
            method = "GET" if only_head else scope["method"]
            await self._app({**scope, "method": method, "headers": taken}, receive, pass_on)

    def _headers(self, message: Message, path: str) -> Headers:
        given = [(bytes(name).lower(), bytes(value)) for name, value in message.get("headers", [])]
        kept = [self._field(name, value) for name, value in given if name not in _NOT_GIVEN]
        if not any(name == b"cache-control" for name, _ in kept):
            kept.append((b"cache-control", _cache(path, message["status"])))
        if not self._listed or path.partition("/")[0].partition(".")[0] == "library":
            kept.append(NOT_LISTED)
        return [*kept, *SECURITY]

    def _field(self, name: bytes, value: bytes) -> tuple[bytes, bytes]:
        """Datasette leaves the base out of the redirections that take a slash off an address."""
        base = self._base.encode()
        if name == b"location" and value.startswith(b"/") and not value.startswith(base):
            return name, base + value.lstrip(b"/")
        return name, value


def robots(*, listed: bool) -> str:
    """robots.txt: which parts search engines should leave alone."""
    places = ["/library", "/search"] if listed else ["/"]
    return "\n".join(["User-agent: *", *(f"Disallow: {place}" for place in places), ""])


def _cache(path: str, status: int) -> bytes:
    if status != 200:
        return b"no-store"
    return b"max-age=%d" % _STATIC_SECONDS if path.startswith(("static/", "-/static/")) else b"no-cache"


async def _send_text(send: Send, text: str) -> None:
    body = text.encode()
    headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"content-length", b"%d" % len(body))]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})


@hookimpl(trylast=True)
def asgi_wrapper(datasette: Any) -> Callable[[App], App]:
    """Put it before all other wrappers."""
    return lambda app: Front(datasette, app)
