"""Superseded revisions and pictures: fetched by choice, step 8 of a sync. docs/format.md, section 10."""

from collections.abc import Collection, Sequence
from pathlib import PurePosixPath
from typing import Final, TypeVar

import msgspec

from tamizdat.errors import HashMismatch
from tamizdat.format.bundle import decode_bundle, unpack
from tamizdat.format.catalog import Catalog, ListRef, MediaList, MediaRef, RevisionsList, RevisionsRef, decode_list
from tamizdat.format.limits import LIMITS
from tamizdat.format.names import bundle_path, is_pack_path, list_path, media_bundle_path, sha256
from tamizdat.format.pack import decode_tar
from tamizdat.library import Library, MediaChoice, Role, Standing
from tamizdat.sync.fetch import Fetcher, Wanted
from tamizdat.sync.plan import Available
from tamizdat.sync.tasks import EditionPlan

ROLES: Final[dict[MediaChoice, tuple[Role, ...]]] = {
    "none": (),
    "previews": ("preview",),
    "standard": ("preview", "standard"),
}
AT_ONCE: Final = 32
"""Single pictures that are committed together."""
L = TypeVar("L", RevisionsList, MediaList)
R = TypeVar("R", RevisionsRef, MediaRef)


class Extras:
    """What one edition may have beside its articles. `missing`: paths that can't be had here."""

    def __init__(
        self,
        library: Library,
        catalog: Catalog,
        code: str,
        fetcher: Fetcher,
        available: Available,
        carried: Collection[str] = (),
    ) -> None:
        self.library, self.code, self.fetcher, self.available = library, code, fetcher, available
        self.publication, self.edition = catalog.publication, catalog.editions[code]
        self.missing: list[str] = []
        self._single = {PurePosixPath(path).stem: path for path in carried if _is_picture(path)}
        self._read: dict[str, RevisionsList | MediaList] = {}
        self._anew = False

    def fetch_revisions(self) -> None:
        """Bring the superseded records up to the edition's version. Raises: as a sync."""
        refs = self._revisions()
        if refs is None:
            return
        wanted = [(wanted_bundle(ref), ref) for ref in refs if self._is_available(bundle_path(ref.sha256))]
        for ref, data in self.fetcher.each(wanted):
            path = bundle_path(ref.sha256)
            bundle = decode_bundle(
                unpack(data, ref.encoding, path=path), publication=self.publication, edition=self.code, path=path
            )
            self.library.apply_revisions(bundle, to=self._standing.revisions, taken=ref.sha256)
            self.fetcher.applied(ref.sha256)
        if not self.missing:
            self.library.finish_revisions(self.publication, self.code, version=self.edition.version)

    def fetch_media(self, media: MediaChoice) -> None:
        """Fetch the pictures that held articles show and the library lacks. Raises: as a sync.

        Whole bundles only, so that nobody can see which article's picture is looked at.
        """
        for role in ROLES[media]:
            if mark_of(self._standing, role) >= self.edition.version:
                continue
            before = len(self.missing)
            self._take_single(role)
            for ref in self._media(role) if self._lacks(role) else ():
                if not self._lacks(role):
                    break
                if self._is_available(media_bundle_path(ref.sha256)):
                    self._add_pictures(ref)
            if len(self.missing) == before:
                self.library.finish_media(self.publication, self.code, role=role, version=self.edition.version)

    def planned(self, plan: EditionPlan, *, revisions: bool, media: MediaChoice) -> list[Wanted]:
        """What would be fetched after `plan`, lists included; the pictures of articles to come aren't known yet, and of
        single ones nothing is listed.
        """
        found: list[Wanted] = []
        changing = bool(plan.tasks or plan.later)
        self._anew = plan.settling
        if revisions and (refs := self._revisions()) is not None and self.edition.revisions:
            found += [_list(self.edition.revisions), *map(wanted_bundle, refs)]
        roles: list[Role] = [
            role
            for role in ROLES[media]
            if mark_of(self._standing, role) < self.edition.version and (changing or self._lacks(role))
        ]
        if roles and self.edition.media and not self._single:
            bundles = [wanted_media(ref) for role in roles for ref in self._media(role)]
            found += [_list(self.edition.media), *bundles] if bundles else []
        return found

    def _take_single(self, role: Role) -> None:
        """Pictures that another reader put into a pack one by one, since whole bundles weren't held."""
        wanted = sorted(digest for digest in self._lacking(role) if digest in self._single) if self._single else []
        for start in range(0, len(wanted), AT_ONCE):
            files = [self._fetch_single(self._single[digest]) for digest in wanted[start : start + AT_ONCE]]
            mark = mark_of(self._standing, role)
            self.library.add_media(self.publication, self.code, files, role=role, to=mark)

    def _fetch_single(self, path: str) -> tuple[str, bytes]:
        def check(data: bytes) -> bytes:
            if sha256(data) != PurePosixPath(path).stem:
                raise HashMismatch(path=path)
            return data

        data = self.fetcher.source.fetch(path, max_bytes=LIMITS.media_bytes, check=check)
        self.fetcher.progress.advance(len(data))
        return path, data

    # -- what is still to come -----------------------------------------------------------------------------------------

    @property
    def _standing(self) -> Standing:
        standing = self.library.standing(self.publication, self.code)
        if self._anew:  # as it will be once more is held: everything is asked for again
            return msgspec.structs.replace(standing, revisions=0, previews=0, standards=0, taken=frozenset())
        return standing

    def _lacks(self, role: Role) -> bool:
        return bool(self._lacking(role))

    def _lacking(self, role: Role) -> set[str]:
        known = self.library.publication(self.publication)
        return self.library.wanted_media(self.publication, self.code, role=role) if known else set()

    def _revisions(self) -> list[RevisionsRef] | None:
        """The bundles that were not taken yet; None where there is nothing to do."""
        standing, listed = self._standing, self.edition.revisions
        if listed is None or standing.revisions >= self.edition.version:
            return None
        found = self._list(listed, RevisionsList)
        return _left(found.bundles, standing.revisions, standing) if found else []

    def _media(self, role: Role) -> list[MediaRef]:
        """The bundles of this role that were not taken yet, oldest first, or newest first for who holds only those."""
        standing = self._standing
        found = self._list(self.edition.media, MediaList) if self.edition.media else None
        bundles = [ref for ref in found.bundles if ref.role == role] if found else []
        left = _left(bundles, mark_of(standing, role), standing)
        return left[::-1] if standing.complete_since else left

    def _list(self, ref: ListRef, kind: type[L]) -> L | None:
        path, known = list_path(ref.sha256), self._read.get(ref.sha256)
        if isinstance(known, kind):
            return known
        if not self._is_available(path):
            return None
        data = self.fetcher.one(_list(ref))
        found = decode_list(data, ref, kind, edition=self.code, path=path)
        self._read[ref.sha256] = found
        return found

    def _is_available(self, path: str) -> bool:
        if not self.available(path):
            self.missing.append(path)
            return False
        return True

    def _add_pictures(self, ref: MediaRef) -> None:
        wanted = wanted_media(ref)
        data = self.fetcher.one(wanted)
        files = decode_tar(data, allowed=is_pack_path, path=wanted.path)
        mark = mark_of(self._standing, ref.role)
        self.library.add_media(self.publication, self.code, files, role=ref.role, to=mark, taken=ref.sha256)
        self.fetcher.applied(ref.sha256)


def _is_picture(path: str) -> bool:
    return path.startswith("media/") and not path.endswith(".tar")


def mark_of(standing: Standing, role: Role) -> int:
    """Up to which version pictures of this role are held."""
    return standing.previews if role == "preview" else standing.standards


def wanted_bundle(ref: RevisionsRef) -> Wanted:
    return Wanted(bundle_path(ref.sha256), ref.bytes, ref.sha256)


def wanted_media(ref: MediaRef) -> Wanted:
    return Wanted(media_bundle_path(ref.sha256), ref.bytes, ref.sha256)


def _list(ref: ListRef) -> Wanted:
    return Wanted(list_path(ref.sha256), ref.bytes, ref.sha256)


def _left(bundles: Sequence[R], mark: int, standing: Standing) -> list[R]:
    # Several bundles may lead to one version, so those after the mark are told apart by their digests.
    return [ref for ref in bundles if ref.to > mark and ref.sha256 not in standing.taken]
