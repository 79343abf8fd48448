"""A WordPress export of as many posts as the workload has articles, imported in a process of its own.

Run as `exports.py NEWSROOM EXPORT`, it imports and prints the megabytes at its peak and the seconds of its processor.
"""

import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from xml.sax.saxutils import escape

from memory import MB, resident
from tables import table
from workload import EDITIONS, Record, Workload

TARGET_MB = 200
_NOW = "2027-01-01T00:00:00Z"
_PREFIX = "http://wordpress.org/export/1.2"
_HEAD = (
    f'<?xml version="1.0" encoding="UTF-8" ?><rss version="2.0" xmlns:wp="{_PREFIX}/"'
    f' xmlns:excerpt="{_PREFIX}/excerpt/"'
    ' xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:dc="http://purl.org/dc/elements/1.1/"><channel>'
    "<title>Bench</title><link>https://bench.example</link><language>en-US</language><wp:wxr_version>1.2</wp:wxr_version>"
    "<wp:base_site_url>https://bench.example</wp:base_site_url>"
)


@dataclass(frozen=True)
class Found:
    """Megabytes of an export, and of an import at its peak; its seconds, and those of the same import again."""

    posts: int
    size: float
    peak: float
    first: float
    again: float


def measure(workload: Workload, scratch: Path) -> Found:
    """Import the workload's articles from an export into an empty newsroom, twice."""
    from tamizdat_server.newsroom import Newsroom

    scratch.mkdir(parents=True)
    export, newsroom = scratch / "export.xml", scratch / "newsroom"
    with export.open("w", encoding="utf-8") as file:
        file.writelines(_export(workload.records.values()))
    Newsroom.init(newsroom, title="Bench", editions=EDITIONS, passphrase=None, now=int(time.time())).close()
    (peak, first), (_, again) = _run(newsroom, export), _run(newsroom, export)
    return Found(len(workload.records), export.stat().st_size / MB, peak, first, again)


def lines(found: Found) -> list[str]:
    """The table of docs/performance.md."""
    rows = [
        ("the file", f"{found.size:.0f} MB"),
        (f"memory of the whole process at its peak (target: {TARGET_MB} MB)", f"{found.peak:.0f} MB"),
        ("processor time, everything new", f"{found.first:.0f} s"),
        ("processor time of the same import again", f"{found.again:.0f} s"),
    ]
    head = f"an export of {found.posts:,} posts, as many media files and twice as many comments"
    return table((head, "import"), rows)


def _run(newsroom: Path, export: Path) -> tuple[float, float]:
    command = [sys.executable, __file__, str(newsroom), str(export)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    peak, seconds = done.stdout.split()
    return float(peak), float(seconds)


def _export(records: Iterable[Record]) -> Iterator[str]:
    yield _HEAD
    for number, record in enumerate(records, 1):
        yield _post(2 * number, record)
        yield _media(2 * number + 1)
    yield "</channel></rss>\n"


def _post(number: int, record: Record) -> str:
    """A post of either editor; some have a gallery, all have comments that must not leave."""
    body = str(record["body"])
    if number % 4:
        texts = map(escape, body.split("\n\n"))
        body = "\n\n".join(f"<!-- wp:paragraph -->\n<p>{text}</p>\n<!-- /wp:paragraph -->" for text in texts)
    elif number % 10 == 0:
        body += '\n\n[caption width="300"]<img src="/a.jpg" alt="A" /> Caption[/caption]'
        body += f'\n\n[gallery ids="{number + 1}"]'
    at = str(record["published"])[:19].replace("T", " ")
    comment = "<wp:comment><wp:comment_author_email>a@example.org</wp:comment_author_email></wp:comment>"
    return (
        f"<item><title>{escape(record['title'])}</title><link>https://bench.example/{number}/</link>"
        f"<content:encoded><![CDATA[{body}]]></content:encoded><wp:post_id>{number}</wp:post_id>"
        f"<wp:post_date_gmt>{at}</wp:post_date_gmt><wp:status>publish</wp:status><wp:post_type>post</wp:post_type>"
        f'<category domain="language" nicename="{record["lang"]}">x</category>{comment * 2}</item>\n'
    )


def _media(number: int) -> str:
    return (
        f"<item><title>a</title><wp:post_id>{number}</wp:post_id><wp:post_parent>{number - 1}</wp:post_parent>"
        "<wp:status>inherit</wp:status><wp:post_type>attachment</wp:post_type>"
        f"<wp:attachment_url>https://bench.example/wp-content/uploads/{number}.jpg</wp:attachment_url></item>\n"
    )


def main(folder: str, export: str) -> None:
    from tamizdat_server.importers.orders import Order, carry_out
    from tamizdat_server.newsroom import Newsroom

    with Newsroom.open(Path(folder)) as newsroom:
        report = carry_out(newsroom, Order(kind="wordpress", source=[export], pictures="local"), now=_NOW)
    taken = report.added + report.revised + report.unchanged
    assert taken == len(report.skipped), (taken, len(report.skipped))
    print(resident("VmHWM") / MB, time.process_time())


if __name__ == "__main__":
    main(*sys.argv[1:])
