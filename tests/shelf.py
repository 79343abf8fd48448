"""Libraries filled by hand: records, bundles of them, and a state that counts as accepted."""

from collections.abc import Iterable
from pathlib import Path

from tamizdat.format.article import Article, Image, Paragraph, Record, Retraction, Variant, encode_record
from tamizdat.format.bundle import Header, Kind, VerifiedBundle, decode_bundle, encode_bundle
from tamizdat.format.catalog import Catalog, Edition, ListRef, encode
from tamizdat.format.names import Fingerprint, sha256
from tamizdat.format.state import Accepted
from tamizdat.library import Library

PUBLICATION = "5a" * 32
OTHER = "0b" * 32
FINGERPRINT = Fingerprint(1, PUBLICATION)
SIGNED = 1_795_327_200
AT = "2026-11-22T06:00:00Z"


def article(key: str, revision: int = 1, text: str = "Some words.", *, day: int = 1, **fields: object) -> Article:
    """An article of the English edition, published on that day of November 2026."""
    published = f"2026-11-{day:02}T06:00:00Z"
    values: dict[str, object] = {
        "edition": "en", "title": f"Title of {key}", "published": published, "updated": published,
        "body": [Paragraph([text])], **fields,
    }  # fmt: skip
    return Article(key=key, revision=revision, **values)  # type: ignore[arg-type]


def retraction(key: str, revision: int = 2, notice: str = "", *, edition: str = "en") -> Retraction:
    return Retraction(key=key, edition=edition, revision=revision, at=AT, notice=notice)


def picture(data: bytes, role: str = "preview") -> Image:
    return Image(320, 200, [Variant(role, sha256(data), "image/webp", 320, 200, len(data))], alt="a bridge")  # type: ignore[arg-type]


def bundle(
    kind: Kind,
    records: Iterable[Record],
    *,
    edition: str = "en",
    publication: str = PUBLICATION,
    span: tuple[int, int] = (0, 0),
) -> VerifiedBundle:
    ordered = sorted(records, key=lambda record: (record.key.encode(), record.revision))
    header = Header("tamizdat.bundle.1", publication, edition, kind, len(ordered), *span)
    raw = encode_bundle(header, [encode_record(record) for record in ordered])
    return decode_bundle(raw, publication=publication, edition=edition)


def delta(*records: Record, edition: str = "en", publication: str = PUBLICATION) -> VerifiedBundle:
    return bundle("delta", records, edition=edition, publication=publication)


def accepted(
    version: int = 1, *, publication: str = PUBLICATION, editions: Iterable[str] = ("en", "ru"), restart: bool = False
) -> Accepted:
    """A state as trust hands it over; nothing in it is signed."""
    listed = {code: Edition(f"Edition {code}", "ltr", 0, version, [], ListRef("0" * 64, 1)) for code in editions}
    catalog = Catalog("tamizdat.catalog.1", publication, 1, "The Paper", version, AT, "", listed)
    data = encode(catalog)
    return Accepted(
        publication,
        {1: b"root"},
        b"timestamp",
        b"snapshot",
        b"targets",
        data,
        sha256(data),
        catalog,
        SIGNED,
        ("0" * 64, 9),
        restart,
    )


def shelf(path: Path, *, publication: str = PUBLICATION) -> Library:
    """A library at `path` that knows the publication and holds nothing of it yet."""
    library = Library.open(path)
    library.accept(accepted(publication=publication), fingerprint=FINGERPRINT, place="https://paper.example/")
    return library


def apply(library: Library, *records: Record, to: int = 1, edition: str = "en") -> None:
    library.apply_delta(delta(*records, edition=edition), to=to)


def keys(library: Library, edition: str = "en") -> list[str]:
    return sorted(summary.key for summary in library.articles(edition=edition, limit=10_000))


def assert_sound(library: Library) -> None:
    """SQLite finds nothing wrong, no row hangs in the air, and the index is that of the articles."""
    assert library.db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    assert library.db.execute("PRAGMA foreign_key_check").fetchall() == []
    library.db.execute("INSERT INTO articles_fts (articles_fts, rank) VALUES ('integrity-check', 1)")
