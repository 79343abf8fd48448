"""Answering under a path."""

from typing import Any, Final


class Under:
    """Hands requests on without the path that the application answers under.

    Datasette puts its `base_url` in front of the path of each request that it turns into a link or a redirection. Asked
    with the whole path, as a server without a proxy would, it sends people to /data/data/….
    """

    def __init__(self, base_url: str, app: Any) -> None:
        self._app: Final = app
        self._base: Final = base_url.rstrip("/")

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http":
            whole: bytes = scope.get("raw_path") or scope["path"].encode()
            scope = {
                **scope,
                "path": self._rest(scope["path"]),
                "raw_path": self._rest(whole.decode("latin-1")).encode("latin-1"),
            }
        await self._app(scope, receive, send)

    def _rest(self, path: str) -> str:
        return path[len(self._base) :] if path.startswith(self._base + "/") else path
