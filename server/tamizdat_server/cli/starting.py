"""The conversation of `tamizdat start`: each step finds out by itself whether it was done before."""

import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

import click
import msgspec

from tamizdat.errors import UsageError
from tamizdat.format.limits import LIMITS
from tamizdat_server.cli.asking import Asking
from tamizdat_server.cli.documents import one_line
from tamizdat_server.cli.import_progress import watched
from tamizdat_server.cli.passphrase import VARIABLE, ask_passphrase, new_passphrase
from tamizdat_server.cli.showing import show_page
from tamizdat_server.cli.start_answers import (
    ANY,
    NONE,
    folder_for,
    likely_types,
    name_of,
    read_languages,
    read_title,
    usable_folder,
    with_pictures,
    with_types,
)
from tamizdat_server.clock import rfc3339
from tamizdat_server.importers.orders import Order, carry_out
from tamizdat_server.importers.report import Report
from tamizdat_server.importers.report_page import write_report
from tamizdat_server.importers.web.fetching import Web
from tamizdat_server.newsroom import Newsroom
from tamizdat_server.publish import PublishReport, publish
from tamizdat_server.publish.changes import pending
from tamizdat_server.starting import Answers, Found, begin, begun_here, is_newsroom, look, recall, remember
from tamizdat_server.starting.following import command_line, following

REPORT_NAME: Final = "report.html"
_KINDS: Final = {"wordpress": "WordPress", "feed": "a feed", "markdown": "a folder of Markdown files"}


class Start:
    """One run. `place`, `folder`: as they were typed."""

    def __init__(
        self,
        place: str,
        folder: Path | None,
        *,
        asking: Asking,
        browser: bool,
        allow_private: bool,
        proxy: str | None,
    ) -> None:
        self.place, self.said_folder, self.asking, self.browser = place, folder, asking, browser
        self.allow_private, self.proxy = allow_private, proxy
        self.passphrase: Callable[[], str] = ask_passphrase
        self.newsroom: Path | None = None
        self.articles = 0

    def run(self) -> None:
        folder = self.said_folder or begun_here(self.place, Path())
        if folder is None or not is_newsroom(folder):
            folder = self._make(folder)
        else:
            click.echo(f"{folder} is there already: going on.")
        self.newsroom = folder
        with Newsroom.open(folder) as newsroom:
            answers = self._answers(newsroom)
            report, at = self._import(newsroom, answers)
            page = self._write_report(newsroom, answers, report, at)
            opened = self.browser and show_page(page)
            click.echo(f"The report {'opens in your browser' if opened else 'is a page for your browser'}: {page}")
            self._publish(newsroom, report)
            self._write_report(newsroom, answers, report, at)  # with what comes next by now
            click.echo(_ending(newsroom, answers))

    def kept(self) -> str:
        """What stays of a run that ends early, and how to go on."""
        to = ("--to", str(self.said_folder)) if self.said_folder else ()
        again = command_line("start", self.place, *to)
        if self.newsroom is None:
            return f"Nothing was made yet; begin again with '{again}'."
        articles = f", and {_articles(self.articles)} of this import" if self.articles else ""
        return f"Kept: {self.newsroom}{articles}. '{again}' goes on from there."

    # -- the newsroom --------------------------------------------------------------------------------------------------

    def _make(self, folder: Path | None) -> Path:
        found = self._look()
        folder = self._ask_folder(folder)
        if is_newsroom(folder):
            return folder
        answers = self._ask(found)
        passphrase = self._ask_passphrase()
        begin(folder, answers, passphrase=passphrase, now=int(time.time()))
        click.echo(f"\n{folder} is your newsroom now: its keys, its settings, and soon its articles.")
        return folder

    def _look(self) -> Found:
        click.echo(f"Looking at {one_line(self.place)} …")
        web = Web(allow_private=self.allow_private, proxy=self.proxy)
        try:
            found = look(self.place, fetcher=web)
        finally:
            web.close()
        click.echo(_described(found))
        self._check_clock(found.clock)
        return found

    def _check_clock(self, theirs: int | None) -> None:
        """By a clock that is behind, articles are of the future; what one signs that is ahead, no reader ever takes."""
        now = int(time.time())
        if theirs is None or abs(theirs - now) <= LIMITS.clock_ahead_seconds:
            return
        click.echo(f"  This machine's clock says {rfc3339(now)}, the site's {rfc3339(theirs)}.")
        if not self.asking.confirm("  Is this machine's right?", default=False):
            raise UsageError("nothing was changed: set this machine's clock, then begin again")

    def _ask_folder(self, said: Path | None) -> Path:
        if said is not None:
            return usable_folder(str(said))
        return self.asking.ask(
            "\nFolder for the newsroom (keys, articles, what gets published)", default=folder_for(self.place),
            read=usable_folder,
        )  # fmt: skip

    def _ask(self, found: Found) -> Answers:
        title = self.asking.ask("Name of the publication", default=found.title or name_of(self.place), read=read_title)
        proposed = " ".join(found.languages) or ANY
        editions = self.asking.ask(
            f"Languages to publish in ('{ANY}' takes all)", default=proposed, read=read_languages
        )
        return Answers(self.place, title, self._order(found), editions, found.site)

    def _order(self, found: Found) -> Order:
        order = Order(
            kind=found.kind,
            source=[found.source],
            fetch=found.kind == "feed",  # else of many feeds only the beginnings of articles come
            allow_private=self.allow_private,
            proxy=self.proxy,
        )
        if found.kind == "markdown":
            return order
        if found.types:
            order = self.asking.ask(
                f"Which of its other types of posts are articles, too (or '{NONE}')",
                default=likely_types(found), read=lambda said: with_types(order, said, found),
            )  # fmt: skip
        question = "Pictures: 'fetch' them, 'none', or a folder with a copy of wp-content/uploads"
        return self.asking.ask(question, default="fetch", read=lambda said: with_pictures(order, said))

    def _ask_passphrase(self) -> str | None:
        """Without anybody to ask, none, unless the file is named that has one."""
        ask = not os.environ.get(VARIABLE) and self.asking.confirm(
            "Lock the keys by a passphrase, so that a stolen disk is no stolen publication?", unasked=False
        )
        passphrase = new_passphrase(ask=ask)
        if passphrase is not None:
            self.passphrase = lambda: passphrase
        return passphrase

    def _answers(self, newsroom: Newsroom) -> Answers:
        """What was answered the first time; where this newsroom began otherwise, what is needed to import now."""
        before = recall(newsroom)
        if before and before.place == self.place:
            # Whether private addresses are fine, and which way the network lies, is said each time anew.
            order = msgspec.structs.replace(before.order, allow_private=self.allow_private, proxy=self.proxy)
            return msgspec.structs.replace(before, order=order)
        self._say_where(newsroom)
        found = self._look()
        answers = Answers(
            self.place, newsroom.config.title, self._order(found), [*newsroom.config.editions], found.site
        )
        remember(newsroom, answers)
        return answers

    def _say_where(self, newsroom: Newsroom) -> None:
        title = one_line(newsroom.config.title)
        if not self.asking.confirm(f"{newsroom.folder} is a newsroom already, {title}. Import {self.place} into it?"):
            raise UsageError("nothing was changed; --to names another folder")

    # -- its articles --------------------------------------------------------------------------------------------------

    def _import(self, newsroom: Newsroom, answers: Answers) -> tuple[Report, str]:
        """The report, and when the import was made."""
        click.echo(f"Importing from {one_line(self.place)} …")
        now = rfc3339(int(time.time()))
        with watched(quiet=False) as progress:
            try:
                report = carry_out(newsroom, answers.order, now=now, progress=progress)
            finally:
                self.articles = progress.articles
        click.echo(_counts(report))
        return report, now

    def _write_report(self, newsroom: Newsroom, answers: Answers, report: Report, at: str) -> Path:
        page = newsroom.folder / REPORT_NAME
        steps = [(step.why, step.command) for step in following(newsroom, answers)]
        write_report(page, report, title=newsroom.config.title, at=at, following=steps)
        return page

    def _publish(self, newsroom: Newsroom, report: Report) -> None:
        if not pending(newsroom.db) and newsroom.version:
            click.echo(f"Nothing new to publish: version {newsroom.version} stands.")
            return
        if not any(True for _ in newsroom.standing_sources()):
            click.echo("No article came, so there is nothing to publish. The report says why.")
            return
        if report.held:
            click.echo(f"{_articles(len(report.held))} that the site has no more will still stand; see the report.")
        if not self.asking.confirm("\nPublish? Who gets the address can read it then"):
            return
        with newsroom.lock():
            published = publish(newsroom, now=int(time.time()), passphrase=self.passphrase)
        click.echo(_published(published))


def _articles(number: int) -> str:
    return "1 article" if number == 1 else f"{number:,} articles"


def _described(found: Found) -> str:
    articles = (
        f", {found.articles:,} {'post' if found.articles == 1 else 'posts'}" if found.articles is not None else ""
    )
    title = f": {one_line(found.title)}" if found.title else ""
    lines = [f"It is {_KINDS[found.kind]}{title}{articles}.", *found.told]
    if found.types:
        types = ", ".join(f"{number:,} of '{name}'" for name, number in found.types.items())
        lines.append(f"It has other types of posts, too: {types}.")
    return "\n".join(f"  {line}" for line in lines)


def _counts(report: Report) -> str:
    hidden = sum(1 for skipped in report.skipped if skipped.hidden)
    counts = {
        "added": report.added,
        "revised": report.revised,
        "unchanged": report.unchanged,
        "removed": report.removed,
        "held": len(report.held),
        "kept private": hidden,
        "skipped": len(report.skipped) - hidden,
    }
    return f"  {', '.join(f'{number} {what}' for what, number in counts.items() if number) or 'nothing new'}"


def _published(report: PublishReport) -> str:
    editions = ", ".join(f"{code} with {_articles(edition.articles)}" for code, edition in report.editions.items())
    lines = [f"Version {report.version} is published: {editions}."]
    if not report.app:
        lines.append("  No reader app was built: browsers get a plain page.")
    lines += [f"  warning: {one_line(warning)}" for warning in report.warnings]
    return "\n".join(lines)


def _ending(newsroom: Newsroom, answers: Answers) -> str:
    lines = [
        "",
        "The address that readers need ends with the publication's fingerprint. Spread both widely:",
        "",
        f"    https://WHERE-YOU-SERVE-IT/#{newsroom.fingerprint}",
        "",
        f"The keys are in {newsroom.keys}.",
    ]
    if (newsroom.keys / "root.pem").exists():
        lines[-1] += " root.pem is the one that nothing replaces: who has it owns the publication."
    lines.append(
        f"Back up the folder {newsroom.folder} as a whole, encrypted, while no command runs: it isn't all public."
    )
    if answers.order.kind == "wordpress" and Path(answers.order.source[0]).exists():
        lines.append(
            f"Drafts, e-mail addresses and comments are still in {answers.order.source[0]}: keep it safe, or delete it."
        )
    lines += ["", "Next:"]
    for number, step in enumerate(following(newsroom, answers), 1):
        lines += ["", f"{number}. {step.why}", "", f"    {step.command}"]
    return "\n".join(lines)
