"""The steps of a publish, in the order that `tamizdat_server.publish` gives."""

import sqlite3
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

import msgspec

from tamizdat.errors import UsageError, VersionReused
from tamizdat.format.catalog import Catalog, encode
from tamizdat.format.names import sha256
from tamizdat_server.clock import rfc3339, unix
from tamizdat_server.heads import build_heads
from tamizdat_server.keys import Signer
from tamizdat_server.live import Live, read_live, root_versions
from tamizdat_server.newsroom import Newsroom
from tamizdat_server.publish import changes, deltas, media, revisions, segments, stock, taint
from tamizdat_server.publish.catalogs import build_catalog
from tamizdat_server.publish.elsewhere import Connect, connect_mirror, newest_elsewhere, take_numbers
from tamizdat_server.publish.files import Tree
from tamizdat_server.publish.settings import SETTINGS, Settings
from tamizdat_server.publish.work import Work
from tamizdat_server.shell import Shell, installed_shell
from tamizdat_server.site import EditionNews, build_site, encode_site
from tamizdat_server.wrapping import newsroom_errors, transaction

MARK: Final = "publishing"
"""A file in the newsroom's folder while a publish is under way; found at the beginning of one, the last didn't end."""


class EditionReport(msgspec.Struct, frozen=True):
    """What a publish did to one edition. `delta_bytes`: what a reader of the version before fetches for it."""

    articles: int
    new: int = 0
    revised: int = 0
    retracted: int = 0
    delta_bytes: int = 0


class PublishReport(msgspec.Struct, frozen=True):
    """What a publish did. `changed` False: nothing to publish, `version` is the one that stands.

    `app`: the version of the reader app that browsers get with it; empty where none was built, and they get a page.
    """

    version: int
    published: str
    changed: bool
    editions: dict[str, EditionReport]
    written_bytes: int = 0
    warnings: list[str] = []
    app: str = ""


def publish(
    newsroom: Newsroom,
    *,
    now: int,
    skip_to: int | None = None,
    passphrase: Callable[[], str] | None = None,
    settings: Settings = SETTINGS,
    connect: Connect = connect_mirror,
    app: Callable[[], Shell | None] = installed_shell,
) -> PublishReport:
    """Make the next version of what differs from the last one, or none.

    `skip_to`: begin anew with this version number, after a backup was restored. `connect`: how listed mirrors are
    asked whether they are ahead. `app`: where the reader app is got from that goes into the tree.
    Raises: VersionReused, KeyProblem, NewsroomLocked, NewsroomFull, NewsroomError; what was live stays so.
    """
    with newsroom.lock(), newsroom_errors(newsroom.folder):
        newsroom.check_clock(now)
        return _Publishing(newsroom, now, passphrase, settings, connect, app()).run(skip_to)


class _Publishing:
    """One run."""

    def __init__(
        self,
        newsroom: Newsroom,
        now: int,
        passphrase: Callable[[], str] | None,
        settings: Settings,
        connect: Connect,
        shell: Shell | None,
    ) -> None:
        self.newsroom, self.now, self.settings, self.connect = newsroom, now, settings, connect
        self.shell = shell
        self.config = newsroom.config
        self.db: sqlite3.Connection = newsroom.db
        self.tree = Tree(newsroom.public, self.db, now=now, settings=settings)
        self.signer = Signer(newsroom.public, newsroom.keys, passphrase=passphrase)
        self.mark: Path = newsroom.folder / MARK

    def run(self, skip_to: int | None) -> PublishReport:
        interrupted = self.mark.exists()
        self.mark.touch()
        live = read_live(self.newsroom.public)
        self._check_version(live, skip_to)
        if skip_to is None:
            live = self._heal(live, interrupted=interrupted)
        report = self._next_version(live, skip_to)
        self._tidy(strays=interrupted or skip_to is not None)
        self.mark.unlink()
        return report

    # -- 1. what an earlier run left -----------------------------------------------------------------------------------

    def _check_version(self, live: Live | None, skip_to: int | None) -> None:
        ours = self.newsroom.version
        theirs = live.catalog.version if live else 0
        if skip_to is not None:
            if skip_to <= max(ours, theirs):
                raise UsageError(f"version {max(ours, theirs)} exists already; --skip-to needs a higher number")
            return
        is_another = live is not None and theirs == ours and live.sha256 != self._catalog_sha256(ours)
        if theirs > ours or is_another:
            raise VersionReused(ours=ours, theirs=theirs, where=str(self.newsroom.public))

    def _check_mirrors(self, skip_to: int | None) -> str:
        """The digest of the newest catalog elsewhere, where that is ahead and to be skipped; else empty."""
        ours = self.newsroom.version
        found = newest_elsewhere(self.config.mirrors, self.newsroom.fingerprint, now=self.now, connect=self.connect)
        if found is None or found[1].catalog.version < ours or found[1].catalog_sha256 == self._catalog_sha256(ours):
            return ""
        where, state = found
        if skip_to is None or skip_to <= state.catalog.version:
            raise VersionReused(ours=ours, theirs=state.catalog.version, where=where)
        take_numbers(self.tree, state)
        live = read_live(self.newsroom.public)
        return state.catalog_sha256 if live is None or live.catalog.version < state.catalog.version else ""

    def _catalog_sha256(self, version: int) -> str:
        row = self.db.execute("SELECT sha256 FROM catalogs WHERE version = ?", (version,)).fetchone()
        return row[0] if row else ""

    def _heal(self, live: Live | None, *, interrupted: bool) -> Live | None:
        """Finish what a run that was killed left: a version that is committed but not live, old heads, stray files."""
        ours = self.newsroom.version
        if ours and (live is None or live.sha256 != self._catalog_sha256(ours)):
            catalog = self.db.execute("SELECT value FROM state WHERE name = 'catalog'").fetchone()[0]
            leap = live is not None and ours > live.catalog.version + 1
            self._go_live(self.signer.publish(catalog, encode_site(self._site()), now=self.now, leap=leap))
        elif ours and interrupted:
            self._write_site_and_heads()
        return read_live(self.newsroom.public)

    # -- 2. and 3. the next version ------------------------------------------------------------------------------------

    def _next_version(self, live: Live | None, skip_to: int | None) -> PublishReport:
        if skip_to is None and not changes.pending(self.db) and not self._is_config_changed():
            return self._unchanged(live)
        ahead = self._check_mirrors(skip_to)
        with transaction(self.db):
            work = self._work(skip_to or self.newsroom.version + 1, live)
            self.tree.drop_outdated()
            codes = self.newsroom.editions() if skip_to else []
            codes = sorted({*codes, *changes.dirty_editions(self.db)})
            made = {code: self._edition(work, code, anew=skip_to is not None) for code in codes}
            catalog = self._catalog(work, ahead or (live.sha256 if live else ""))
            signed = self._sign(catalog, leap=skip_to is not None)
            self._note(catalog)
            self.tree.sync()
        self._go_live(signed)
        return self._report(work, catalog, made)

    def _edition(self, work: Work, code: str, *, anew: bool) -> list[changes.Change]:
        """Everything of one edition but its lists."""
        if anew:
            deltas.drop_all(work, code)
        made = changes.make_records(work, code)
        withdrawn = list(changes.withdrawn_articles(work, code, made))
        step = deltas.add_step(work, code)
        deltas.rebuild(work, code, withdrawn)
        deltas.drop_old(work, code, step)
        deltas.make_single(work, code, step)
        segments.update(work, code, made, withdrawn)
        revisions.update(work, code, made, withdrawn)
        media.update(work, code, made, self.newsroom.media)
        stock.update(work, code, made)
        taint.withdraw_unnamed(work, code, withdrawn)
        return made

    def _catalog(self, work: Work, previous: str) -> Catalog:
        root = root_versions(self.newsroom.public)[-1]
        return build_catalog(work, self.config, self.newsroom.editions(), root=root, previous=previous)

    def _sign(self, catalog: Catalog, *, leap: bool) -> list[tuple[str, bytes]]:
        data = encode(catalog)
        fingerprint = str(self.newsroom.fingerprint)
        site = build_site(catalog, self._news(catalog), fingerprint=fingerprint, shell=self.shell)
        self._keep_site(site)
        self.db.execute("INSERT OR REPLACE INTO state VALUES ('catalog', ?)", (data,))
        return list(self.signer.publish(data, encode_site(site), now=self.now, leap=leap))

    def _keep_site(self, site: dict[str, bytes]) -> None:
        """Note what is to stand beside the catalog; only what differs is written, as the app is the same each time."""
        gone = self._site().keys() - site.keys()
        self.db.executemany("DELETE FROM site WHERE path = ?", [(path,) for path in gone])
        self.db.executemany(
            "INSERT INTO site VALUES (?1, ?2)"
            " ON CONFLICT (path) DO UPDATE SET data = excluded.data WHERE data != excluded.data",
            site.items(),
        )

    def _news(self, catalog: Catalog) -> list[EditionNews]:
        return [EditionNews(code, self._newest(code)) for code in catalog.editions]

    def _newest(self, code: str) -> list[changes.Article]:
        rows = self.db.execute(
            "SELECT line FROM records WHERE edition = ? AND superseded IS NULL AND kind = 'article'"
            " ORDER BY published DESC, key DESC LIMIT ?",
            (code, self.settings.feed_entries),
        )
        return [changes.decode_article(line) for (line,) in rows]

    def _note(self, catalog: Catalog) -> None:
        digest = sha256(encode(catalog))
        self.db.execute("INSERT INTO catalogs VALUES (?, ?, ?)", (catalog.version, digest, unix(catalog.published)))
        self.db.execute("INSERT OR REPLACE INTO state VALUES ('config', ?)", (self._config_digest(),))
        self.db.execute(
            "INSERT INTO audit (at, action, subject, detail) VALUES (?, 'publish', ?, '')",
            (catalog.published, str(catalog.version)),
        )

    # -- 4. going live -------------------------------------------------------------------------------------------------

    def _go_live(self, signed: Sequence[tuple[str, bytes]]) -> None:
        for path, data in signed:
            if path == "metadata/timestamp.json":
                self.tree.sync()
            self.tree.replace(path, data)
        self.tree.sync()
        self._write_site_and_heads()

    def _write_site_and_heads(self) -> None:
        live = read_live(self.newsroom.public)
        for path, data in self._site().items():
            self.tree.replace_changed(path, data)
        heads = build_heads(self.newsroom.public)
        for path, data in heads:
            self.tree.replace(path, data, modified=live.signed if live else None)
        self._delete_other_heads({path for path, _ in heads})
        self.tree.sync()

    def _delete_other_heads(self, heads: set[str]) -> None:
        for path in self.newsroom.public.glob("head-*.tar.zst"):
            if path.name not in heads:
                path.unlink()

    def _site(self) -> dict[str, bytes]:
        return {row["path"]: row["data"] for row in self.db.execute("SELECT path, data FROM site")}

    # -- 5. afterwards -------------------------------------------------------------------------------------------------

    def _tidy(self, *, strays: bool) -> None:
        """`strays`: files may lie there that nobody noted, as a run was killed or a backup restored."""
        with transaction(self.db):
            self.tree.clear()
            self.tree.clear_app(self._site().keys())
            if strays:
                self.tree.clear_strays()
            work = self._work(self.newsroom.version, None)
            for code in self.newsroom.editions():
                deltas.make_merged(work, code)
                segments.refresh_if_due(work, code)
            self.tree.sync()

    # -- inside --------------------------------------------------------------------------------------------------------

    def _work(self, version: int, live: Live | None) -> Work:
        # A clock that was set back must not make a catalog seem older than the one before.
        now = max(self.now, unix(live.catalog.published) if live else 0)
        return Work(self.db, self.tree, self.newsroom.publication, version, now, self.settings)

    def _is_config_changed(self) -> bool:
        row = self.db.execute("SELECT value FROM state WHERE name = 'config'").fetchone()
        return row is None or row[0] != self._config_digest()

    def _config_digest(self) -> str:
        """Of what a version shows beside its articles: the newsroom's settings, and the reader app."""
        return sha256(self.config.shown + (self.shell.hash.encode() if self.shell else b""))

    def _unchanged(self, live: Live | None) -> PublishReport:
        editions = live.catalog.editions if live else {}
        return PublishReport(
            version=self.newsroom.version,
            published=live.catalog.published if live else rfc3339(self.now),
            changed=False,
            editions={code: EditionReport(edition.articles) for code, edition in editions.items()},
            app=self._app(),
        )

    def _report(self, work: Work, catalog: Catalog, made: dict[str, list[changes.Change]]) -> PublishReport:
        return PublishReport(
            version=catalog.version,
            published=catalog.published,
            changed=True,
            editions={code: _edition_report(catalog, code, made.get(code, [])) for code in catalog.editions},
            written_bytes=self.tree.written,
            warnings=work.warnings,
            app=self._app(),
        )

    def _app(self) -> str:
        return self.shell.version if self.shell else ""


def _edition_report(catalog: Catalog, code: str, made: list[changes.Change]) -> EditionReport:
    edition = catalog.editions[code]
    return EditionReport(
        articles=edition.articles,
        new=sum(1 for change in made if change.after and not change.before),
        revised=sum(1 for change in made if change.after and change.before),
        retracted=sum(1 for change in made if change.is_retraction),
        delta_bytes=next((delta.bytes for delta in edition.deltas if delta.to == catalog.version), 0),
    )
