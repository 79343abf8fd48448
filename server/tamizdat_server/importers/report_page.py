"""An import's report as one page: what came, what didn't and why, what can be mended, and what to do next.

A report gets passed on, to whoever mends the site, say. So nothing stands in it that its source keeps private: no
title, no text, and of what is kept private neither a path nor an address, which tell titles, too; only a number that
WordPress gave, which says nothing to anybody who can't log in there.
"""

import base64
import hashlib
from collections.abc import Iterable, Sequence
from html import escape
from pathlib import Path
from typing import Final

from tamizdat.errors import UsageError
from tamizdat_server.durable import write_whole
from tamizdat_server.importers.items import Skipped
from tamizdat_server.importers.report import Held, Report, Undescribed, Warned, by_reason, is_mostly_in_future
from tamizdat_server.importers.report_sources import Named, name_origin, name_source
from tamizdat_server.importers.report_style import STYLE
from tamizdat_server.importers.text import clean

_LISTED: Final = 200  # of each group: a page that names thousands is read by nobody
_UNFOLDED: Final = 8


def report_page(report: Report, *, title: str, at: str, following: Sequence[tuple[str, str]] = ()) -> str:
    """The report as a self-contained HTML document, without a script and with nothing from elsewhere.

    `title`: the newsroom's; `at`: when the import was made, RFC 3339; `following`: why, and the command that comes
    next.
    """
    parts = [
        _clock(report, at),
        _held(report.held),
        _skipped([skipped for skipped in report.skipped if not skipped.hidden], report.origin),
        _undescribed(report.undescribed),
        _warnings(report.warnings),
        _private([skipped for skipped in report.skipped if skipped.hidden]),
        _next(following),
    ]
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{_policy()}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<meta name="robots" content="noindex">
<title>Import into {_text(title)}, {_text(at[:10])}</title>
<style>{STYLE}</style>
</head>
<body>
<header>
<h1>{_text(title)}</h1>
<p>{"What an import would do" if report.dry_run else "What an import did"}, {_moment(at)}{_from(report.origin)}</p>
</header>
<main>
{_counts(report)}
{"".join(part for part in parts if part)}
</main>
<footer><p>Nothing stands here that isn’t public, but for the numbers of posts: this page may be passed on.</p></footer>
</body>
</html>
"""


def write_report(path: Path, report: Report, *, title: str, at: str, following: Sequence[tuple[str, str]] = ()) -> None:
    """Put the page of a report at `path`, for its owner to read. Raises: UsageError; what was there stands then."""
    html = report_page(report, title=title, at=at, following=following)
    try:
        write_whole(path, html.encode(), mode=0o600)
    except OSError as error:
        raise UsageError(f"the report can't be written to {path}: {error.strerror or error}") from error


def _policy() -> str:
    digest = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
    return f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"


def _moment(at: str) -> str:
    return f'<time datetime="{_text(at)}">{_text(at[:16].replace("T", " "))} UTC</time>'


def _from(origin: str) -> str:
    return f", from <bdi>{_text(name_origin(origin))}</bdi>" if origin else ""


# -- figures -----------------------------------------------------------------------------------------------------------


def _counts(report: Report) -> str:
    hidden = sum(1 for skipped in report.skipped if skipped.hidden)
    figures = (
        ("added", report.added, ""),
        ("revised", report.revised, ""),
        ("unchanged", report.unchanged, ""),
        ("removed", report.removed, ""),
        ("held", len(report.held), "ask"),
        ("skipped", len(report.skipped) - hidden, "ask"),
        ("kept private", hidden, ""),
        ("pictures shown", report.pictures, ""),
    )
    cells = "".join(
        f"<div{f' class={mark}' if mark and number else ''}><dt>{what}</dt><dd>{number:,}</dd></div>"
        for what, number, mark in figures
    )
    return (
        f'<section aria-labelledby="counts"><h2 id="counts">In figures</h2><dl class="counts">{cells}</dl></section>\n'
    )


# -- what asks for a decision, or for mending --------------------------------------------------------------------------


def _clock(report: Report, at: str) -> str:
    if not is_mostly_in_future(report):
        return ""
    words = (
        f"<p>The clock of the machine that imported it said {_moment(at)}. If that was wrong, set the clock, then"
        " import again.</p>"
    )
    return _section("clock", "Most of it is dated in the future", words)


def _held(held: Sequence[Held]) -> str:
    if not held:
        return ""
    items = _list(f"<bdi>{_text(one.key)}</bdi> ({_text(one.edition)}): {_text(one.reason)}" for one in held)
    words = (
        f"<p>The source has {_count(len(held), 'article')} no more that it had before, or hides them now. That is much"
        " at once, as when a site is broken, so they still stand. Where it is right, the same import with"
        " <code>--confirm</code> takes them away.</p>"
    )
    return _section("held", "Still standing, though the source has them no more", words + items)


def _skipped(skipped: Sequence[Skipped], origin: str) -> str:
    if not skipped:
        return ""
    # Of a WordPress item that can't be read nobody knows whether it is a draft: its address, then, isn't shown either.
    cautious = origin.startswith("wordpress ")
    groups = "".join(_sources(reason, sources, cautious=cautious) for reason, sources in by_reason(skipped))
    words = "<p>Each with the reason. What should have come can be mended at the source; then import again.</p>"
    return _section("skipped", "Not imported", words + groups)


def _private(skipped: Sequence[Skipped]) -> str:
    if not skipped:
        return ""
    groups = "".join(_sources(reason, sources, cautious=True) for reason, sources in by_reason(skipped))
    words = (
        "<p>Drafts, private, protected and future articles, and the like. Nothing of them was imported. Names tell what"
        " an article is about, so none stands here, but for posts’ numbers. The import with <code>--json</code>"
        " names them all.</p>"
    )
    return _section("private", "Kept private on purpose", words + groups)


def _sources(reason: str, sources: Sequence[str], *, cautious: bool) -> str:
    """`cautious`: name only those whose name is a number."""
    named = [named for named in map(name_source, sources) if named.says_nothing or not cautious]
    return _group(reason, [_link(one) for one in named], number=len(sources))


def _undescribed(found: Undescribed) -> str:
    if not found.pictures:
        return ""
    items = _list(_link(name_source(source)) for source in found.first)
    words = (
        f"<p>Without alternative text: {_count(found.pictures, 'picture')} in {_count(found.articles, 'article')}. Who"
        " can’t see, or leaves pictures out to save data, learns nothing of them. In WordPress, open the picture in the"
        " article and fill in “Alternative text”; then import again.</p>"
    )
    return _section("undescribed", "Pictures that nobody described", words + items)


def _warnings(warnings: Sequence[Warned]) -> str:
    if not warnings:
        return ""
    items = "".join(
        f"<li><p>{_text(warned.warning)}</p>\n"
        f"<p class=where>{_count(warned.articles, 'article')}{', such as' if warned.articles > 1 else ':'} "
        f"{_link(name_source(warned.first))}</p></li>"
        for warned in warnings[:_LISTED]
    )
    words = "<p>These articles came, but something in them couldn’t be taken as it was.</p>"
    return _section("warnings", "Warnings", f"{words}<ul class=warnings>{items}</ul>{_more(len(warnings))}")


def _next(following: Sequence[tuple[str, str]]) -> str:
    if not following:
        return ""
    items = "".join(
        f"<li><p>{_text(why)}</p><pre><code>{_text(command)}</code></pre></li>" for why, command in following
    )
    return _section("next", "What to do next", f"<ol>{items}</ol>")


# -- pieces ------------------------------------------------------------------------------------------------------------


def _section(name: str, title: str, content: str) -> str:
    return f'<section aria-labelledby="{name}"><h2 id="{name}">{title}</h2>{content}</section>\n'


def _group(reason: str, items: Sequence[str], *, number: int) -> str:
    told = f"<b>{number:,}</b> {_text(reason)}"
    if not items:
        return f"<p class=group>{told}</p>"
    unfolded = " open" if len(items) <= _UNFOLDED else ""
    return f"<details{unfolded}><summary>{told}</summary>{_list(items)}</details>"


def _list(items: Iterable[str]) -> str:
    items = [*items]
    shown = "".join(f"<li>{item}</li>" for item in items[:_LISTED])
    return f"<ul>{shown}</ul>{_more(len(items))}"


def _more(number: int) -> str:
    return f"<p>… and {number - _LISTED:,} more; <code>--json</code> names them all.</p>" if number > _LISTED else ""


def _link(named: Named) -> str:
    label = f"<bdi>{_text(named.label)}</bdi>"
    return f'<a href="{_text(named.href)}" rel="noreferrer noopener">{label}</a>' if named.href else label


def _text(text: str) -> str:
    """Any text, as text."""
    return escape(" ".join(clean(text).split()))


def _count(number: int, what: str) -> str:
    return f"{number:,} {what if number == 1 else f'{what}s'}"
