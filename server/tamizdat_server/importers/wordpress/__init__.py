"""Articles of a WordPress site: from its export (WXR), or through its REST API."""

import re
from pathlib import Path
from typing import Final

from tamizdat.errors import UnreadableSource
from tamizdat_server.importers.source import Options, Source

_host: Final = re.compile(r"(?!.*\.(?:xml|gz|zip)$)[\w-]+(?:\.[\w-]+)+(?:/.*)?", re.IGNORECASE)


def open_wordpress(source: str, options: Options) -> Source:
    """A site's address, or its export: a file, or a folder of the files that a large one was split into.

    Raises: UnreadableSource; TransportError for a site.
    """
    # Each only where it is needed: a file takes no network, a site no XML.
    if source.lower().startswith(("http://", "https://")):
        from tamizdat_server.importers.wordpress.rest import open_site

        return open_site(source, options)
    if _host.fullmatch(source) and not Path(source).exists():
        raise UnreadableSource(source=source, reason="there is no such file, and a site's address begins with https://")
    from tamizdat_server.importers.wordpress.wxr import open_export

    return open_export(source, options)
