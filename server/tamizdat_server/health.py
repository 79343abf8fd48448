"""How the served tree stands: read from its own metadata, so that it can be said before anything was synced."""

from pathlib import Path
from typing import Any

import msgspec

from tamizdat.errors import LibraryError
from tamizdat.library import Library, Publication
from tamizdat.trust import freshness
from tamizdat_server.api.shapes import Health
from tamizdat_server.changes import noted_version
from tamizdat_server.clock import rfc3339
from tamizdat_server.live import Live, read_live, root_versions
from tamizdat_server.place import RESIGN_SECONDS, Place


def health(place: Place, now: int) -> Health:
    """Version, freshness, and what is due when."""
    live = read_live(place.public)
    held, version = _held(place, live)
    return Health(
        version=version,
        published=held.published if held and version else "",
        signed=rfc3339(live.signed) if live else "",
        fresh=freshness(live.signed, now) if live else None,
        in_step=bool(live and held and version == live.catalog.version and held.signed == live.signed),
        resigns=place.keys is not None,
        resign_due=rfc3339(live.signed + RESIGN_SECONDS) if live else None,
        expires=_expiries(place.public, live) if live else {},
    )


def _held(place: Place, live: Live | None) -> tuple[Publication | None, int]:
    """What the server's library holds of the publication, and the version that was applied whole."""
    if live is None:
        return None, 0
    identity = live.catalog.publication
    try:
        with Library.open(place.library, readonly=True) as library:
            return library.publication(identity), noted_version(library, identity)
    except LibraryError:
        return None, 0


def _expiries(public: Path, live: Live) -> dict[str, str]:
    paths = {name: live.paths[name] for name in ("timestamp", "snapshot", "targets")}
    paths["root"] = f"metadata/{max(root_versions(public), default=1)}.root.json"
    return {role: when for role, path in paths.items() if (when := _expiry(public / path))}


def _expiry(file: Path) -> str:
    try:
        signed: Any = msgspec.json.decode(file.read_bytes())["signed"]
        return str(signed["expires"])
    except (OSError, KeyError, TypeError, msgspec.MsgspecError):
        return ""
