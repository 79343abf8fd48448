"""Bringing a copy to the state that was offered: steps 3 to 6 of a run."""

from collections.abc import Sequence
from typing import Final

from tamizdat.errors import FileMissing, FormatError, MirrorFull, NotAMirror, TamizdatError
from tamizdat.format.catalog import decode_site
from tamizdat.format.names import HOST_PATHS, sha256, target_path
from tamizdat.format.state import Accepted
from tamizdat.mirror.fetching import HOLES, Fetcher
from tamizdat.mirror.folder import Folder
from tamizdat.mirror.gathering import Gathering
from tamizdat.mirror.inventory import Item
from tamizdat.mirror.live import Live, Page
from tamizdat.mirror.options import MirrorOptions, MirrorReport, Planned
from tamizdat.mirror.pictures import Inside
from tamizdat.mirror.plan import missing
from tamizdat.mirror.source import Offer
from tamizdat.mirror.standing import find_damage, look
from tamizdat.mirror.state import State

BLOCK: Final = 4096
"""What a file takes on disk, beyond its size, at most."""


class Taking:
    """One offer on its way into the folder. What comes of it is told in `report`."""

    def __init__(
        self,
        offer: Offer,
        fetcher: Fetcher,
        folder: Folder,
        state: State,
        report: MirrorReport,
        options: MirrorOptions,
    ) -> None:
        self.offer, self.fetcher, self.folder = offer, fetcher, folder
        self.state, self.report, self.options = state, report, options
        self.holes: dict[str, TamizdatError] = {}
        self.fresh: list[Page] = []

    # -- 3. what there is to do ----------------------------------------------------------------------------------------

    def gather(self, copy: Accepted | None, *, packed: bool, last: bool) -> None:
        """Find out what is wanted, and what of it is here, where `copy` is shown. Raises: SourceMoved, NotAMirror, …"""
        if self.offer.accepted.restart:
            self.state.versions = {}
        self.state.packed = packed
        damaged = self._find_damage()
        gathering = Gathering(self.offer, self.fetcher, self.folder, self.state, packed=packed)
        self.gathered = gathering.run(self.options.newest, last=last)
        self.holes |= self.gathered.holes
        self.own_pages = {*self.state.pages, *(self._pages_of(copy) if copy else [])}
        self._refuse_foreign()
        inside = Inside(self.folder)
        self.standing = look(self.folder, self.gathered.bundles, inside, damaged)
        self.work = missing(self.gathered.bundles, self.standing)
        # A pack holds no pages.
        self.pages = [] if packed else [page for page in self.gathered.pages if not self._stands(page)]
        self.live = Live(self.folder, self.gathered, inside, self.state, damaged=damaged)

    def _find_damage(self) -> frozenset[str]:
        if not self.options.check:
            return frozenset()
        self.fetcher.progress.say("reading what is here")
        return find_damage(self.folder, self.offer.accepted.roots)

    def _stands(self, page: Item) -> bool:
        return page.path in self.standing.sizes and sha256(self.folder.read(page.path)) == page.sha256

    def _pages_of(self, copy: Accepted) -> list[str]:
        """The pages of the version that lies here, which may have been copied by other means."""
        try:
            site = decode_site(self.folder.read(target_path("site.json", copy.site[0])))
        except FormatError:
            return []
        return [file.path for file in site.files]

    def _refuse_foreign(self) -> None:
        """A page must not take the place of a file that didn't come from here. Raises: NotAMirror."""
        for page in self.gathered.pages:
            place = self.folder.root / page.path
            there = place.exists() or place.is_symlink()
            if there and page.path not in self.own_pages and sha256(self.folder.read(page.path)) != page.sha256:
                reason = f"has a {page.path} that is none of this publication's"
                raise NotAMirror(folder=str(self.folder.root), reason=reason)

    def plan(self) -> Planned:
        """What will be done. Raises: MirrorFull where there is no room for it."""
        wanted = [*self.work.fetch, *self.pages]
        at_hand = self.fetcher.at_hand
        come = sum(item.bytes for item in wanted if item.path not in at_hand)
        pictures = sum(item.bytes for item in (*self.work.fetch, *self.work.extract) if item.path.endswith(".tar"))
        writes = sum(item.bytes for item in wanted) + pictures + self.live.size
        cleared = self.live.clearing(self.standing.sizes)
        plan = Planned(
            files=sum(item.path not in at_hand for item in wanted),
            bytes=come,
            writes=writes,
            deletes=len(cleared.delete),
            deleted_bytes=sum(self.standing.sizes[path] for path in cleared.delete),
        )
        self.report.newest, self.report.repaired = self.gathered.selection.days, sorted(self.standing.damaged)
        if self.options.dry_run:
            self.report.plan, self.report.foreign = plan, list(cleared.foreign)
            self._tell_holes()
        else:
            self._check_room(writes + BLOCK * (len(wanted) + len(self.live.optional)))
        self.fetcher.budget.wanted = come
        self.fetcher.progress.total(come)
        return plan

    def _check_room(self, needed: int) -> None:
        free = self.folder.free()
        if free < needed:
            raise MirrorFull(folder=str(self.folder.root), needed=needed, free=free)

    # -- 4. fetching ---------------------------------------------------------------------------------------------------

    def fetch(self) -> dict[str, TamizdatError]:
        """Fetch what is wanted; returns what the source has no good copy of. Raises: Incomplete, TransportError, …"""
        self._begin()
        self.fetcher.progress.say("fetching")
        self.holes |= self.fetcher.place_all(self.work.fetch)
        self._extract(self.work.extract)
        for page in self.pages:
            try:
                self.fresh.append(Page(page.path, self.fetcher.get(page)))
            except HOLES as error:
                if not (isinstance(error, FileMissing) and page.path in HOST_PATHS):
                    self.holes[page.path] = error
        self.report.fetched = len(self.fetcher.fetched)
        self.report.problems = [f"{path} came from another mirror" for path in self.fetcher.helped]
        self._tell_holes()
        return self.holes

    def _begin(self) -> None:
        """From now on something may be half done, and pages may come that are ours to replace."""
        state = self.state
        state.complete, state.publication = False, self.offer.accepted.publication
        state.selection = self.gathered.selection
        state.pages = sorted(self.own_pages.union(page.path for page in self.gathered.pages))
        self.folder.remember(state)
        self.folder.forget_partials(item.sha256 for item in (*self.work.fetch, *self.pages))

    def _extract(self, items: Sequence[Item]) -> None:
        """Pictures that are missing beside the media bundle that holds them."""
        for item in items:
            data = self.folder.read(item.path)
            if sha256(data) == item.sha256:
                self.fetcher.extract(item, data, damaged=self.standing.damaged)
            else:
                self.holes |= self.fetcher.place_all([item])

    def _tell_holes(self) -> None:
        self.report.missing = sorted(path for path, error in self.holes.items() if isinstance(error, FileMissing))
        self.report.broken = sorted(set(self.holes) - set(self.report.missing))

    # -- 5. and 6. -----------------------------------------------------------------------------------------------------

    def go_live(self) -> None:
        """Show the new version, where all is here that readers' programs ask for, and delete what has to go."""
        if not set(self.holes) <= self.live.optional:
            return
        cleared = self.live.go(self.fresh, complete=not self.holes)
        self.folder.forget_partials(())
        self.report.live, self.report.foreign = True, list(cleared.foreign)
        self.report.deleted, self.report.deleted_bytes = len(cleared.delete), cleared.bytes
