"""`tamizdat datasette`: thin; what is served is in tamizdat_server.data."""

import re
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Final, Literal

import click

from tamizdat.errors import UsageError
from tamizdat.library import Library
from tamizdat.library.default import default_library

_SPAN: Final = re.compile(r"([1-9]\d{0,5})([smhd])")
_SECONDS: Final = {"s": 1, "m": 60, "h": 3600, "d": 86_400}


def _tell(message: str) -> None:
    click.echo(f"tamizdat: {message} …", err=True)


@click.command()
@click.argument(
    "path",
    metavar="[LIBRARY]",
    type=click.Path(dir_okay=False, path_type=Path),
    envvar="TAMIZDAT_LIBRARY",
    default=default_library,
)
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to serve at; 0.0.0.0 for every one.")
@click.option("--port", default=8001, show_default=True, type=click.IntRange(0, 65535), help="Port; 0 for any free.")
@click.option("--sync", "address", metavar="ADDRESS", help="Keep the library fresh from there; make it if need be.")
@click.option("--every", metavar="TIME", default="10m", show_default=True, help="How often to sync: 90s, 10m, 6h, 1d.")
@click.option(
    "--media",
    type=click.Choice(["none", "previews", "standard"]),
    help="Which pictures --sync fetches.  [default: as chosen before, else standard]",
)
@click.option("--proxy", metavar="URL", help="Sync through this proxy, such as socks5h://127.0.0.1:9050.")
@click.option("--accept-retractions", is_flag=True, help="Follow also where suspiciously much is retracted at once.")
@click.option("--allow-private", is_flag=True, help="Let mirrors lie inside private networks.")
@click.option(
    "--robots",
    type=click.Choice(["pages", "none"]),
    default="pages",
    show_default=True,
    help="What search engines may list: the archive's pages, or nothing.",
)
@click.option("--public-url", metavar="URL", default="", help="Scheme and host for feeds and permalinks.")
def datasette(
    path: Path,
    host: str,
    port: int,
    address: str | None,
    every: str,
    robots: Literal["pages", "none"],
    public_url: str,
    **how: Any,
) -> None:
    """Show LIBRARY as an archive that anyone may query.

    Without LIBRARY, the one that your other commands use ($TAMIZDAT_LIBRARY). With --sync it is kept fresh while
    people read. Runs until Ctrl-C.
    """
    from tamizdat_server.data import DataOptions, create_data
    from tamizdat_server.data.following import Following
    from tamizdat_server.data.running import run
    from tamizdat_server.listen import bind

    if not address and any(how.values()):
        raise UsageError(
            "--media, --proxy, --accept-retractions and --allow-private say how to sync: give --sync ADDRESS"
        )
    path = path.absolute()
    app = create_data(path, options=DataOptions(robots, public_url))
    following = Following(str(path), address, seconds(every), **how) if address else None
    if following:
        following.check(_tell)
    else:
        Library.open(path, create=False, say=_tell).close()  # brings an older one up to date, and says what is wrong
    listen, bound = bind(host, port)
    with ExitStack() as stack:
        if following:
            helper = following.helper()
            helper.start()
            stack.callback(helper.stop)
        run(app, bound, ready=lambda: click.echo(f"serving {path} at {listen.url}"))


def seconds(span: str) -> int:
    """Seconds in `90s`, `10m`, `6h` or `1d`. Raises: UsageError."""
    found = _SPAN.fullmatch(span.strip().lower())
    if not found:
        raise UsageError(f"--every {span}: say a number of seconds, minutes, hours or days, like 90s, 10m, 6h or 1d")
    return int(found[1]) * _SECONDS[found[2]]
