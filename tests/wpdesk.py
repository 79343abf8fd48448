"""A newsroom that imports the WordPress site of tests/wpserver.py, and what it has afterwards."""

from collections.abc import Sequence
from pathlib import Path

from newsrooms import make_newsroom
from tamizdat_server.clock import rfc3339, unix
from tamizdat_server.draft import Draft
from tamizdat_server.drafting import decode_draft
from tamizdat_server.importers.orders import Order, carry_out
from tamizdat_server.importers.report import Progress, Report
from tamizdat_server.newsroom import Newsroom
from wpserver import WordPress

NOW = "2026-11-22T06:00:00Z"


class Desk:
    """The newsroom's side of a site. Each import counts the site's requests anew."""

    def __init__(self, folder: Path, site: WordPress, *, editions: tuple[str, ...] = ("ru",)) -> None:
        self.site = site
        self.now = NOW
        self.newsroom: Newsroom = make_newsroom(folder, editions=editions)

    def bring(
        self,
        *,
        source: str = "",
        pages: bool = False,
        types: Sequence[str] = (),
        pictures: bool = False,
        confirm: bool = False,
        dry_run: bool = False,
        progress: Progress | None = None,
    ) -> Report:
        """Import the site as it is now."""
        self.site.requests.clear()
        order = Order(
            kind="wordpress",
            source=[source or self.site.url],
            allow_private=True,
            pages=pages,
            type=[*types],
            pictures="fetch" if pictures else "none",
        )
        return carry_out(self.newsroom, order, now=self.now, dry_run=dry_run, confirm=confirm, progress=progress)

    def pass_time(self, *, days: int) -> None:
        self.now = rfc3339(unix(self.now) + days * 24 * 3600)

    def drafts(self) -> dict[int, Draft]:
        """What stands, by the number of its post."""
        rows = self.newsroom.db.execute("SELECT source, draft FROM articles WHERE retracted IS NULL ORDER BY source")
        return {int(source.split()[2]): decode_draft(draft) for source, draft in rows}

    def numbers(self) -> list[int]:
        return sorted(self.drafts())

    def text(self, number: int) -> str:
        """The words of an article's paragraphs."""
        return "\n".join(str(block) for block in self.drafts()[number].body)


def counts(report: Report) -> Sequence[int]:
    """added, revised, removed, held."""
    return report.added, report.revised, report.removed, len(report.held)
