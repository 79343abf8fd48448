"""Makes the pictures of docs/screenshots: the archive with the sample paper in it, in a real browser.

make screenshots
"""

import io
import tempfile
import time
from pathlib import Path
from typing import Final

from PIL import Image

from browser import SCHEMES, WIDTHS, Window, chromium
from showing import archive_alone, place
from tamizdat_server.demo import Demo

FOLDER: Final = Path(__file__).resolve().parent.parent / "docs" / "screenshots"
SHOWN: Final = ("front", "article", "diff", "retracted", "found", "version", "about", "tables", "table", "query")
HEIGHTS: Final = {360: 780, 1280: 960}
BYTES_AT_MOST: Final = 150_000


def name(page: str, width: int, scheme: str) -> str:
    return f"{page}-{width}-{scheme}.png"


def main() -> None:
    """Publish the sample, sync it as a reader does who follows each version, and take every picture anew."""
    FOLDER.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as temporary:
        demo = Demo(Path(temporary), now=int(time.time()))
        demo.prepare()
        demo.sync(demo.newsroom / "public")
        demo.publish_rest()
        demo.sync(demo.newsroom / "public")
        with archive_alone(demo.library) as url, chromium() as browser:
            for page in SHOWN:
                _take(Window(browser, url), url, page)


def _take(window: Window, url: str, page: str) -> None:
    window.open(url + place(page))
    for width in WIDTHS:
        for scheme in SCHEMES:
            window.look(width=width, scheme=scheme, height=HEIGHTS[width])
            path = FOLDER / name(page, width, scheme)
            path.write_bytes(_small(window.page.screenshot()))
            print(f"{path.stat().st_size:>8,}  {path.name}")
    window.close()


def _small(picture: bytes) -> bytes:
    """The same in few colours, which is most of what a page has."""
    small = io.BytesIO()
    Image.open(io.BytesIO(picture)).convert("RGB").quantize(256, kmeans=3).save(small, "PNG", optimize=True)
    return small.getvalue()


if __name__ == "__main__":
    main()
