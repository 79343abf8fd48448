"""A WordPress post as an article, or the reason why it is none."""

from collections.abc import Sequence

from tamizdat_server.importers.items import Imported, Skipped
from tamizdat_server.importers.source import Options
from tamizdat_server.importers.wordpress.posts import Post, Site, source_of, unpublished


class PostReader:
    """Reads the posts of one site, whichever way they came."""

    def __init__(self, site: Site, options: Options) -> None:
        self._site, self._options = site, options

    def read(self, post: Post) -> Sequence[Imported | Skipped]:
        """What a post comes to: one item, or one for each language where it holds its text in several."""
        source = source_of(self._site.home, post.id)
        if found := unpublished(post, pages=self._options.pages):
            return [Skipped(source, found[0], hidden=found[1])]
        return [Skipped(source, "its text is not read yet")]
