"""The archive for tests: the application that Datasette is, asked without a network."""

import asyncio
from pathlib import Path
from typing import Any

import httpx
import pytest

pytest.importorskip("datasette.app", reason="Datasette is not installed (extra: datasette)")

from datasette.utils import parse_metadata

from tamizdat_server.data import create_data

FOLDER = Path(__file__).resolve().parent.parent / "datasette"
METADATA: dict[str, Any] = parse_metadata((FOLDER / "metadata.yaml").read_text("utf-8"))["databases"]["library"]
"""What is said of the library's tables, and the queries."""


class Archive:
    """Answers requests for pages of the library at `path`, under `base`. Redirections are followed."""

    def __init__(self, library: Path, *, base: str = "/") -> None:
        self.base = base
        self._app = create_data(library, base_url=base)

    def get(self, place: str, **parameters: str) -> httpx.Response:
        """What stands at `place`, which begins with a slash and lies below the base."""
        return asyncio.run(self._get(self.base.rstrip("/") + place, parameters))

    async def _get(self, place: str, parameters: dict[str, str]) -> httpx.Response:
        transport = httpx.ASGITransport(app=self._app)
        async with httpx.AsyncClient(transport=transport, base_url="http://archive", follow_redirects=True) as client:
            return await client.get(place, params=parameters or None)

    def rows(self, place: str, **parameters: str) -> list[dict[str, Any]]:
        """The rows of a table or a query."""
        answer = self.get(f"{place}.json", _shape="array", **parameters)
        assert answer.status_code == 200, answer.text
        return answer.json()
