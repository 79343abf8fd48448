"""How records become rows: the statements, and the values for them."""

from collections.abc import Iterator
from typing import Final

from tamizdat.format.article import Article, Entry, Retraction, images_of
from tamizdat.library.store import Row

# A line is bound as bytes and stored as text, unchanged: nothing is decoded, and who opens the file reads JSON.
RECORD: Final = (
    "INSERT INTO records (id, publication, edition, key, revision, type, line)"
    " VALUES (?, ?, ?, ?, ?, ?, CAST(? AS TEXT))"
    " ON CONFLICT (id) DO UPDATE SET revision = excluded.revision, type = excluded.type, line = excluded.line"
)
ARTICLE: Final = (
    "INSERT INTO articles (id, publication, edition, key, revision, title, byline, place, section, summary, published,"
    " updated, source_url, translation_group, cleared, text) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
    " ON CONFLICT (id) DO UPDATE SET revision = excluded.revision, title = excluded.title, byline = excluded.byline,"
    " place = excluded.place, section = excluded.section, summary = excluded.summary, published = excluded.published,"
    " updated = excluded.updated, source_url = excluded.source_url, translation_group = excluded.translation_group,"
    " cleared = excluded.cleared, text = excluded.text"
)
RETRACTION: Final = (
    "INSERT INTO retractions (id, publication, edition, key, revision, at, notice) VALUES (?, ?, ?, ?, ?, ?, ?)"
    " ON CONFLICT (id) DO UPDATE SET revision = excluded.revision, at = excluded.at, notice = excluded.notice"
)
REVISION: Final = (
    "INSERT OR REPLACE INTO revisions (article, revision, title, updated, text, line)"
    " VALUES (?, ?, ?, ?, ?, CAST(? AS TEXT))"
)
SUPERSEDE: Final = (
    "INSERT OR REPLACE INTO revisions (article, revision, title, updated, text, line)"
    " SELECT id, revision, title, updated, text, line FROM articles JOIN records USING (id, revision) WHERE id = ?"
)
TAG: Final = "INSERT OR IGNORE INTO tags (article, tag) VALUES (?, ?)"
CORRECTION: Final = "INSERT INTO corrections (article, position, revision, at, note) VALUES (?, ?, ?, ?, ?)"
IMAGE: Final = (
    "INSERT INTO images (article, position, role, sha256, type, width, height, bytes, alt)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"
)


def record_row(number: int, publication: int, entry: Entry) -> Row:
    record = entry.record
    kind = "article" if isinstance(record, Article) else "retraction"
    return number, publication, record.edition, record.key, record.revision, kind, entry.line


def article_row(number: int, publication: int, entry: Entry, a: Article) -> Row:
    names = (number, publication, a.edition, a.key, a.revision)
    shown = (a.title, a.byline, a.place, a.section, a.summary, a.published, a.updated)
    return *names, *shown, a.source_url, a.translation_group, a.cleared, entry.text


def retraction_row(number: int, publication: int, retraction: Retraction) -> Row:
    r = retraction
    return number, publication, r.edition, r.key, r.revision, r.at, r.notice


def revision_row(number: int, entry: Entry, article: Article) -> Row:
    return number, article.revision, article.title, article.updated, entry.text, entry.line


def tag_rows(number: int, article: Article) -> Iterator[Row]:
    return ((number, tag) for tag in article.tags)


def correction_rows(number: int, article: Article) -> Iterator[Row]:
    for position, correction in enumerate(article.corrections):
        yield number, position, correction.revision, correction.at, correction.note


def image_rows(number: int, article: Article) -> Iterator[Row]:
    files = ((image, variant) for image in images_of(article) for variant in image.variants)
    for position, (image, file) in enumerate(files):
        yield number, position, file.role, file.sha256, file.type, file.width, file.height, file.bytes, image.alt
