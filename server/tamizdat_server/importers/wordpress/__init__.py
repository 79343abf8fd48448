"""Articles of a WordPress site: from its export (WXR), or through its REST API."""

from tamizdat_server.importers.source import Options, Source
from tamizdat_server.importers.wordpress.types import check_types


def open_wordpress(source: str, options: Options) -> Source:
    """A site's address, or its export: a file, or a folder of the files that a large one was split into.

    Raises: UnreadableSource; UsageError for a type that can't be one of articles; TransportError for a site.
    """
    check_types(options.types)
    # Each only where it is needed: a file takes no network, a site no XML.
    if source.lower().startswith(("http://", "https://")):
        from tamizdat_server.importers.wordpress.rest import open_site

        return open_site(source, options)
    from tamizdat_server.importers.wordpress.wxr import open_export

    return open_export(source, options)
