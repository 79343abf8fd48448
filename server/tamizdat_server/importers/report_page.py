"""An import's report as one page: what came, what didn't and why, and what to do next.

A report gets passed on, so nothing that its source keeps private stands in it: of what is hidden it tells the number.
"""

from collections.abc import Sequence
from html import escape

from tamizdat_server.importers.loop import Report


def report_page(report: Report, *, title: str, at: str, following: Sequence[str] = ()) -> str:
    """The report as a self-contained HTML document, without a script and with nothing from elsewhere.

    `title`: the newsroom's; `at`: when the import ended, RFC 3339; `following`: commands that come next.
    """
    items = "".join(f"<li><code>{escape(command)}</code></li>" for command in following)
    counts = f"{report.added} added, {report.revised} revised, {report.unchanged} unchanged, {report.removed} removed"
    return f"""<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>{escape(title)}: import of {escape(at)}</title>
<h1>{escape(title)}</h1>
<p>{escape(counts)}</p>
<ul>{items}</ul>
</html>
"""
