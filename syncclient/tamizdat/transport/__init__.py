"""How bytes arrive: over HTTP, from a folder, from a pack carried by hand; and failover between mirrors.

Nothing here verifies: whatever arrives is untrusted until `tamizdat.trust` or a signed digest has said otherwise.
"""

from pathlib import Path

from tamizdat.errors import Unreachable
from tamizdat.transport.base import HeldHead, Meter, Transport, check_path


def open_source(place: str, *, meter: Meter, proxy: str | None = None, allow_private: bool = False) -> Transport:
    """The transport for what the reader named: an http(s) URL, a folder, or a pack file.

    Raises: UsageError where `place` or `proxy` can't be understood; ForbiddenAddress; Unreachable where there is no
    such folder or file; DamagedPack, FormatError, DiskFull on opening a pack.
    """
    if place.startswith(("http://", "https://")):
        return _http(place, meter=meter, proxy=proxy, typed=True, allow_private=allow_private)
    path = Path(place).expanduser()
    if path.is_dir():
        from tamizdat.transport.folder import FolderTransport

        return FolderTransport(path, meter=meter)
    if path.is_file():
        from tamizdat.transport.pack import PackTransport

        return PackTransport(path, meter=meter)
    raise Unreachable(where=place, reason="there is no such folder or pack file")


def open_mirror(url: str, *, meter: Meter, proxy: str | None = None, allow_private: bool = False) -> Transport:
    """The transport for a mirror that a signed catalog lists, under the strict address policy.

    Raises: ForbiddenAddress; UsageError where `proxy` can't be understood.
    """
    return _http(url, meter=meter, proxy=proxy, typed=False, allow_private=allow_private)


def _http(url: str, *, meter: Meter, proxy: str | None, typed: bool, allow_private: bool) -> Transport:
    # Imported when needed: reading offline shouldn't wait for an HTTP client to load.
    from tamizdat.transport.http import HttpTransport

    return HttpTransport(url, meter=meter, proxy=proxy, typed=typed, allow_private=allow_private)


__all__ = ["HeldHead", "Meter", "Transport", "check_path", "open_mirror", "open_source"]
