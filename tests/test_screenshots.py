"""The pictures of docs/screenshots are all there, small, and the ones that documents show."""

import re

from PIL import Image

from browser import SCHEMES, WIDTHS
from conftest import CHECKOUT
from screenshots import BYTES_AT_MOST, FOLDER, SHOWN, name


def test_every_page_is_there_narrow_and_wide_light_and_dark():
    expected = {name(page, width, scheme) for page in SHOWN for width in WIDTHS for scheme in SCHEMES}
    assert {path.name for path in FOLDER.iterdir()} == expected


def test_a_picture_is_as_wide_as_its_name_says_and_small():
    for path in FOLDER.iterdir():
        with Image.open(path) as picture:
            assert picture.width == int(path.stem.split("-")[-2])
        assert path.stat().st_size <= BYTES_AT_MOST, path.name


def test_the_readme_shows_pictures_that_are_there_and_says_what_they_show():
    readme = (CHECKOUT / "README.md").read_text("utf-8")
    shown = re.findall(r'<img src="(docs/screenshots/[^"]+)" width="\d+" alt="([^"]+)">', readme)
    assert len(shown) == readme.count("<img")
    assert len(shown) > 2
    assert all((CHECKOUT / path).is_file() for path, _ in shown)
