"""Packing a reader's own library: what it holds is made anew to the byte, and proven by the catalog's stock digest.

Nothing of the reader goes in: not what was chosen or saved, nor when and from where anything was synced. Two libraries
that hold the same of one state give the same bytes.
"""

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Final, NamedTuple

import msgspec

from tamizdat.errors import UsageError
from tamizdat.format.catalog import Catalog
from tamizdat.format.names import Fingerprint, raw_bundle_path, sha256, stock_path
from tamizdat.format.state import Held, signed_files
from tamizdat.format.stock import StockList, StockPart, decode_stock, encode_stock
from tamizdat.library import Holding, Library, Publication, Standing
from tamizdat.library.handing import KINDS, Picture
from tamizdat.pack.contents import ROLES, chosen
from tamizdat.pack.options import PackedEdition, PackOptions, PackReport, Progress, utc
from tamizdat.pack.writing import check_target, write_pack
from tamizdat.trust import freshness

LEVEL: Final = 12
"""Whole records travel here, which compress well; higher levels take several times as long for a few percent."""
NEWS_BYTES: Final = 16 * 1024 * 1024
"""Beyond so much news, plain, whole parts are handed on: a reader takes the news in one go."""


class Proof(NamedTuple):
    """What proves an edition's records: the stock list's bytes, and those of its parts that this library can make."""

    data: bytes
    parts: dict[str, StockPart]
    articles: int
    whole: bool


class Edition(msgspec.Struct):
    """What the pack holds of one edition, and how it is told."""

    code: str
    told: PackedEdition
    proof: Proof | None = None
    news: bytes | None = None
    keys: list[str] | None = None

    def sizes(self) -> Iterator[int]:
        """Of its files, in the order of `Holdings.files`."""
        if self.proof:
            yield len(self.proof.data)
            if self.news is None:
                yield from (part.raw_bytes for part in self.proof.parts.values())
            elif self.keys:
                yield len(self.news)


def pack_library(
    library: Library,
    publication: Publication,
    file: Path,
    options: PackOptions,
    *,
    progress: Progress,
    clock: Callable[[], float],
) -> PackReport:
    """As `tamizdat.pack.pack`, of one publication of a library."""
    check_target(file, options)
    with library.reading():
        return Holdings(library, publication, options, progress).run(file, int(clock()))


class Holdings:
    """One pack of one publication, as the library holds it."""

    def __init__(self, library: Library, publication: Publication, options: PackOptions, progress: Progress) -> None:
        self.library, self.options, self.progress = library, options, progress
        self.publication = publication.publication
        # Read anew: a sync may have gone on since `publication` was looked up.
        held, catalog = library.held(self.publication), library.catalog(self.publication)
        if held is None or catalog is None:
            raise UsageError(f"nothing was synced yet of {publication.title}")
        self.held: Held = held
        self.catalog: Catalog = catalog
        self.known = library.publication(self.publication) or publication

    def run(self, file: Path, now: int) -> PackReport:
        """Find out what can be proven, then write it."""
        self.progress.say("looking what is held")
        editions = [self._edition(code) for code in self._codes()]
        pictures = self._pictures(editions)
        held = self.held
        signed = signed_files(
            held.roots, timestamp=held.timestamp, snapshot=held.snapshot, targets=held.targets, catalog=held.catalog
        )
        sizes = [
            *(len(data) for _, data in signed), *(size for edition in editions for size in edition.sizes()),
            *(picture.bytes for picture in pictures.values()),
        ]  # fmt: skip
        self.progress.planned(len(sizes), sum(sizes))
        self.progress.total(sum(sizes))
        files = self._files(signed, editions, pictures)
        written = write_pack(file, files, sizes, level=LEVEL, options=self.options, progress=self.progress)
        return self._report(file, editions, sizes, written, now)

    def _codes(self) -> list[str]:
        """The editions asked for, else those of which anything is held."""
        codes = chosen(self.options, self.catalog.editions)
        if self.options.editions is not None:
            return codes
        return [code for code in codes if self._standing(code).version or any(self._holding(code))]

    def _holding(self, code: str) -> Holding:
        return self.library.holding(self.publication, code)

    def _standing(self, code: str) -> Standing:
        return self.library.standing(self.publication, code)

    # -- what can be proven --------------------------------------------------------------------------------------------

    def _edition(self, code: str) -> Edition:
        listed, standing = self.catalog.editions[code], self._standing(code)
        if standing.version != listed.version:
            return _unproven(code, standing, f"stands at version {standing.version} of {listed.version}: sync first")
        if listed.stock is None:
            return _unproven(code, standing, "this publication doesn't say yet what proves a reader's copy")
        proof = self._proof(code, standing)
        if proof is None:
            return _unproven(code, standing, _UNPROVEN[bool(standing.complete_since)])
        edition = Edition(code, PackedEdition(standing.version), proof)
        lacks = [] if proof.whole else [f"holds only what was published since {standing.complete_since[:10]}"]
        since = self._add_news(edition)
        articles = len(edition.keys) if edition.keys is not None else proof.articles
        edition.told = PackedEdition(standing.version, since, articles, lacks)
        return edition

    def _proof(self, code: str, standing: Standing) -> Proof | None:
        """The stock list that the catalog names, made anew or kept from a pack, and what of it is held."""
        ref = self.catalog.editions[code].stock
        assert ref
        made = {kind: [part for part, _ in self.library.stock(self.publication, code, kind)] for kind in KINDS}
        stock = StockList("tamizdat.stock.1", code, standing.version, made["segment"], made["tombstones"])
        data, own = encode_stock(stock)
        if own == ref:
            parts = {part.raw_sha256: part for kind in KINDS for part in made[kind]}
            return Proof(data, parts, _records(made["segment"]), whole=True)
        kept = self.library.kept_stock(self.publication, code, ref.sha256)
        if kept is None:
            return None
        listed = decode_stock(kept, ref, edition=code, version=standing.version, path=stock_path(ref.sha256))
        named = {part.raw_sha256 for part in (*listed.parts, *listed.tombstones)}
        held = {part.raw_sha256: part for kind in KINDS for part in made[kind] if part.raw_sha256 in named}
        articles = _records(part for part in made["segment"] if part.raw_sha256 in named)
        return Proof(kept, held, articles, whole=held.keys() == named)

    def _add_news(self, edition: Edition) -> int:
        """Where the pack is for who stands at some version, put in what came since; returns that version, else 0."""
        since, version = self.options.since, edition.told.version
        if since is None or since < min(self.library.settled(self.publication, edition.code), version):
            return 0
        keys = self.library.changed_since(self.publication, edition.code, since)
        news = self.library.news(self.publication, edition.code, keys, since=min(since, version), to=version)
        if len(news) > NEWS_BYTES:
            return 0
        edition.keys, edition.news = keys, news
        return since

    # -- the files -----------------------------------------------------------------------------------------------------

    def _files(
        self, signed: Iterable[tuple[str, bytes]], editions: Iterable[Edition], pictures: dict[str, Picture]
    ) -> Iterator[tuple[str, bytes]]:
        yield from signed
        for edition in editions:
            if edition.proof:
                yield from self._records(edition, edition.proof)
        for digest, picture in pictures.items():
            found = self.library.media(digest)
            assert found
            yield picture.path, found[1]

    def _records(self, edition: Edition, proof: Proof) -> Iterator[tuple[str, bytes]]:
        yield stock_path(sha256(proof.data)), proof.data
        if edition.news is not None:
            if edition.keys:
                yield raw_bundle_path(sha256(edition.news)), edition.news
            return
        for kind in KINDS:
            for part, raw in self.library.stock(self.publication, edition.code, kind):
                if part.raw_sha256 in proof.parts:
                    yield raw_bundle_path(part.raw_sha256), raw

    def _pictures(self, editions: Iterable[Edition]) -> dict[str, Picture]:
        """Those that the packed articles show, by their digests, so that no order tells anything."""
        found: dict[str, Picture] = {}
        for edition in editions:
            for role in ROLES[self.options.media] if edition.proof else ():
                found |= self.library.pictures(self.publication, edition.code, role=role, keys=edition.keys)
        return dict(sorted(found.items()))

    # -- telling -------------------------------------------------------------------------------------------------------

    def _report(self, file: Path, editions: list[Edition], sizes: list[int], written: int, now: int) -> PackReport:
        first, known = min(self.held.roots), self.known
        lacks = [] if first == 1 else [f"who has a fingerprint of a root before version {first} can't check it"]
        return PackReport(
            file=str(file),
            publication=self.publication,
            title=self.catalog.title,
            version=self.catalog.version,
            fingerprint=str(Fingerprint.of(first, self.held.roots[first])),
            signed=utc(known.signed),
            fresh=freshness(known.signed, now),
            editions={edition.code: edition.told for edition in editions},
            files=len(sizes),
            bytes=written,
            raw_bytes=sum(sizes),
            lacks=lacks,
        )


_UNPROVEN: Final = {
    True: "is held in part only, and nothing here proves that part: keep all of it, or sync from a reader's pack once",
    False: "isn't what the newsroom signed for; sync once more",
}


def _records(parts: Iterable[StockPart]) -> int:
    return sum(part.records for part in parts)


def _unproven(code: str, standing: Standing, reason: str) -> Edition:
    return Edition(code, PackedEdition(standing.version, lacks=[reason]))
