"""Articles that no designer thought of, in a real browser: nothing breaks out of the page, on a phone either."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from browser import SCHEMES, WIDTHS, Window, axe_source, chromium
from paper import Paper, Reader
from showing import archive_alone
from tamizdat.format.article import (
    Block,
    Code,
    CodeSpan,
    Embed,
    Figure,
    Heading,
    Image,
    Link,
    ListBlock,
    NoteRef,
    Paragraph,
    Quote,
    Rule,
    Strong,
    Table,
    Variant,
)
from tamizdat_server.draft import Draft

LONG = "Donaudampfschifffahrtsgesellschaftskapitän" * 5
URL = f"https://example.org/{'path/' * 60}"
PICTURE = Image(
    width=4000, height=10, alt=LONG,
    variants=[Variant("standard", "0" * 64, "image/jpeg", width=4000, height=10, bytes=1)],
)  # fmt: skip
BODY: list[Block] = [
    Heading(2, [LONG]),
    Paragraph([LONG, Strong([LONG]), Link(URL, [URL]), CodeSpan(LONG), NoteRef("1")]),
    Table([[f"column {n}"] for n in range(14)], [[[f"{LONG if n == 3 else n}"] for n in range(14)] for _ in range(3)]),
    Code(f"{LONG} {LONG}\n" * 3),
    Quote([Quote([Quote([Quote([ListBlock([[ListBlock([[Paragraph([LONG])]], ordered=True)]])])])])]),
    Figure(PICTURE, caption=[LONG], credit=LONG),
    Embed("video", URL, title=LONG),
    Rule(),
    Heading(3, ["The last one"]),
]
ARABIC: list[Block] = [
    Paragraph(["أُغلق الجسر القديم أمام الشاحنات، وقد تعود العبّارة. ", Strong(["ثلاثة أطنان ونصف"]), " 3.5 (km/h) ."]),
    Table([["المدينة"], ["العدد"]], [[["الميناء"], ["12"]]]),
]
PLACES = [
    "/", "/edition/en", "/edition/ar", "/edition/ar/topics", f"/section/{LONG}", f"/tag/{LONG}", "/article/long",
    "/article/long/revision/1", "/article/long/diff/2", "/article/arabic", f"/article/{LONG[:150]}", "/retractions",
    "/corrections", "/versions", f"/search?q={LONG}", "/search?q=kapit", "/about", "/library", "/library/articles",
    "/library/articles/1", "/library/articles?_facet=section", "/library/articles-of-a-tag",
    f"/library?sql=SELECT+'{LONG}'+AS+'{LONG}'",
]  # fmt: skip


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("hostile")
    paper = Paper(folder / "newsroom", editions=("en", "ar"))
    long = Draft(
        key="long", edition="en", title=LONG, byline=LONG, place=LONG, section=LONG, tags=[LONG, "a", "b"],
        summary=LONG, body=BODY, footnotes={"1": [Paragraph([URL])]}, published="2026-11-01T06:00:00Z",
    )  # fmt: skip
    arabic = Draft(
        key="arabic", edition="ar", title="الجسر القديم", section="المدينة", tags=["جسر"], summary="عبّارة", body=ARABIC
    )
    gone = Draft(key=LONG[:150], edition="en", title="Gone", body=[Paragraph(["Gone."])])
    paper.publish(long, arabic, gone)
    reader = Reader(folder / "library.db", paper.clock)
    reader.sync(f"{paper.public}#{paper.fingerprint}")
    paper.newsroom.correct("long", LONG, at=paper.clock.text)
    paper.retract(gone.key, notice=LONG)
    paper.publish()
    reader.sync()
    return reader.path


@pytest.fixture(scope="module")
def shown(library: Path) -> Iterator[str]:
    with archive_alone(library) as url:
        yield url


@pytest.fixture(scope="module")
def window(shown: str) -> Iterator[Any]:
    with chromium() as browser:
        opened = Window(browser, shown)
        yield opened
        opened.close()


@pytest.mark.parametrize("place", PLACES, ids=lambda place: place[:40])
def test_nothing_breaks_out_of_a_page(window: Window, shown: str, place: str):
    window.open(shown + place)
    found: list[str] = []
    for scheme in SCHEMES:
        for width in WIDTHS:
            window.look(width=width, scheme=scheme)
            found += window.overflow()
    window.look(width=WIDTHS[0], scheme="light")
    assert found + window.axe(axe_source()) == []
    assert not window.wrong
