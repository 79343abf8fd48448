"""`tamizdat serve`: thin; the server starts in tamizdat_server.serve."""

from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal

import click

if TYPE_CHECKING:
    from tamizdat_server.place import Role

_ROLES: Final[dict[str, "Role"]] = {"here": "all", "only": "newsroom", "off": "readers"}


@click.command()
@click.argument("folder", metavar="DIR", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to serve at; 0.0.0.0 for every one.")
@click.option("--port", default=8000, show_default=True, type=click.IntRange(0, 65535), help="Port; 0 for any free.")
@click.option("--workers", default=1, show_default=True, type=click.IntRange(1, 64), help="Processes that answer.")
@click.option(
    "--robots",
    type=click.Choice(["pages", "none"]),
    default="pages",
    show_default=True,
    help="What search engines may list below /data/: the archive's pages, or nothing.",
)
@click.option(
    "--newsroom-api",
    type=click.Choice(["here", "only", "off"]),
    default="here",
    show_default=True,
    help="Answer at /api/newsroom/ whoever has a token, too; nobody else; or not at all.",
)
@click.option("--public-url", metavar="URL", default="", help="Scheme and host for the archive's feeds and permalinks.")
def serve(
    folder: Path,
    host: str,
    port: int,
    workers: int,
    robots: Literal["pages", "none"],
    newsroom_api: Literal["here", "only", "off"],
    public_url: str,
) -> None:
    """Serve the publication in DIR, and a read API of it.

    DIR is a newsroom's folder, or a copy of a publication. A newsroom's is re-signed daily, with the keys that need
    no passphrase. Where the extra `datasette` is installed, /data/ shows it as an archive to browse, search and query.
    While a newsroom has tokens ('tamizdat tokens'), its own programs reach it at /api/newsroom/. Runs until Ctrl-C.
    """
    from tamizdat_server.data import DataOptions
    from tamizdat_server.listen import find_listen
    from tamizdat_server.place import Place
    from tamizdat_server.serve import serve as run

    place = Place.of(folder)
    if newsroom_api == "only" and place.newsroom is None:
        raise click.UsageError(f"{folder} has no newsroom.db, so there is no newsroom to answer for")
    run(
        place,
        find_listen(host, port),
        workers=workers,
        shown=DataOptions(robots, public_url),
        role=_ROLES[newsroom_api],
        ready=lambda url: click.echo(f"serving {folder} at {url}"),
    )
