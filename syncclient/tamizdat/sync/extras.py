"""Superseded revisions and pictures: fetched by choice, step 8 of a sync. docs/format.md, section 10."""

from typing import Final

from tamizdat.format.bundle import decode_bundle, unpack
from tamizdat.format.catalog import Catalog, ListRef, MediaList, MediaRef, RevisionsList, decode_list
from tamizdat.format.names import bundle_path, is_pack_path, list_path, media_bundle_path
from tamizdat.format.pack import decode_tar
from tamizdat.library import Library, MediaChoice, Role, Standing
from tamizdat.sync.fetch import Fetcher, Wanted

ROLES: Final[dict[MediaChoice, tuple[Role, ...]]] = {
    "none": (),
    "previews": ("preview",),
    "standard": ("preview", "standard"),
}


def fetch_revisions(library: Library, catalog: Catalog, code: str, fetcher: Fetcher) -> None:
    """Bring the superseded records of an edition up to its version. Raises: as a sync."""
    edition, publication = catalog.editions[code], catalog.publication
    mark = library.standing(publication, code).revisions
    if edition.revisions is None or mark >= edition.version:
        return
    listed = decode_list(_fetch_list(edition.revisions, fetcher), edition.revisions, RevisionsList, edition=code)
    wanted = [(Wanted(bundle_path(ref.sha256), ref.bytes, ref.sha256), ref) for ref in listed.bundles if ref.to > mark]
    for ref, data in fetcher.each(wanted):
        path = bundle_path(ref.sha256)
        raw = unpack(data, ref.encoding, path=path)
        library.apply_revisions(decode_bundle(raw, publication=publication, edition=code, path=path), to=ref.to)
        fetcher.applied(ref.sha256)
    library.finish_revisions(publication, code, version=edition.version)


def fetch_media(library: Library, catalog: Catalog, code: str, fetcher: Fetcher, *, media: MediaChoice) -> None:
    """Fetch the pictures that held articles show and the library lacks. Raises: as a sync.

    Whole bundles only, so that nobody can see which article's picture is looked at.
    """
    edition, publication = catalog.editions[code], catalog.publication
    lacking = [role for role in ROLES[media] if library.wanted_media(publication, code, role=role)]
    listed: list[MediaRef] = []
    if edition.media and lacking:
        data = _fetch_list(edition.media, fetcher)
        listed = decode_list(data, edition.media, MediaList, edition=code, path=list_path(edition.media.sha256)).bundles
    for role in ROLES[media]:
        bundles = _in_order([ref for ref in listed if ref.role == role], library.standing(publication, code), role)
        for ref in bundles if role in lacking else ():
            if not library.wanted_media(publication, code, role=role):
                break
            _add_bundle(library, catalog, code, ref, fetcher)
        library.add_media(publication, code, [], role=role, to=edition.version)


def _in_order(bundles: list[MediaRef], standing: Standing, role: Role) -> list[MediaRef]:
    """Those after the mark, oldest first; newest first for who holds only the newest articles."""
    mark = standing.previews if role == "preview" else standing.standards
    after = [ref for ref in bundles if ref.to > mark]
    return after[::-1] if standing.complete_since else after


def _add_bundle(library: Library, catalog: Catalog, code: str, ref: MediaRef, fetcher: Fetcher) -> None:
    path = media_bundle_path(ref.sha256)
    data = fetcher.one(Wanted(path, ref.bytes, ref.sha256))
    files = decode_tar(data, allowed=is_pack_path, path=path)
    standing = library.standing(catalog.publication, code)
    mark = standing.previews if ref.role == "preview" else standing.standards
    to = mark if standing.complete_since else ref.to
    library.add_media(catalog.publication, code, files, role=ref.role, to=to)
    fetcher.applied(ref.sha256)


def _fetch_list(ref: ListRef, fetcher: Fetcher) -> bytes:
    data = fetcher.one(Wanted(list_path(ref.sha256), ref.bytes, ref.sha256))
    fetcher.applied(ref.sha256)
    return data
