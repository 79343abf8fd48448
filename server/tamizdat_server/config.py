"""tamizdat.toml: what a newsroom says about its publication. Its own words, read and checked."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Final, Literal

import msgspec
from msgspec import Meta

from tamizdat.errors import NewsroomError, NotANewsroom
from tamizdat.format.article import Language, Line
from tamizdat.format.catalog import Mirror
from tamizdat.format.limits import LIMITS

CONFIG_NAME: Final = "tamizdat.toml"
_RIGHT_TO_LEFT: Final = frozenset("ar arc ckb dv fa he khw ks ps sd ug ur yi".split())
_TITLES: Final = {
    "ar": "العربية", "az": "Azərbaycanca", "be": "Беларуская", "de": "Deutsch", "en": "English", "es": "Español",
    "fa": "فارسی", "fr": "Français", "he": "עברית", "hy": "Հայերեն", "it": "Italiano", "ka": "ქართული",
    "kk": "Қазақша", "ky": "Кыргызча", "pl": "Polski", "pt": "Português", "ro": "Română", "ru": "Русский",
    "tg": "Тоҷикӣ", "tk": "Türkmençe", "tr": "Türkçe", "tt": "Татарча", "ug": "ئۇيغۇرچە", "uk": "Українська",
    "ur": "اردو", "uz": "Oʻzbekcha", "vi": "Tiếng Việt", "zh": "中文",
}  # fmt: skip


class EditionConfig(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One language stream: how it is called in its own language, and which way it is written."""

    title: Line = ""
    direction: Literal["", "ltr", "rtl"] = ""


class ImportConfig(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A source that is imported again and again, by `tamizdat pull` or a CMS that calls.

    Its fields are named and meant as the options of `tamizdat import KIND SOURCE`; paths are told from the newsroom's
    folder.
    """

    kind: Literal["markdown", "wordpress", "feed", "page"]
    source: Line | Annotated[list[Line], Meta(min_length=1, max_length=10_000)]
    date: Line | None = None
    zone: Annotated[str, Meta(max_length=100)] = ""
    language: Annotated[str, Meta(pattern=r"^(?:|[a-z]{2,3}(?:-[A-Za-z0-9]{2,8}){0,3})\Z", max_length=32)] = ""
    git: bool = False
    fetch: bool = False
    pictures: Literal["fetch", "local", "none"] = "fetch"
    uploads: Annotated[list[Line], Meta(max_length=100)] = []
    pages: bool = False
    type: Annotated[list[Line], Meta(max_length=100)] = []
    allow_private: bool = False
    proxy: Line | None = None


ImportName = Annotated[str, Meta(pattern=r"^[a-z0-9][a-z0-9_-]{0,63}\Z")]


class Config(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The whole file. No editions named: every language that an article comes in becomes one.

    `site`: where the newsroom's own web site is, for links between the pages that are imported from its sources.
    """

    title: Line
    site: Annotated[str, Meta(pattern=r"^(?:|https?://[^\x00-\x20]+)$", max_length=500)] = ""
    mirrors: Annotated[list[Mirror], Meta(max_length=LIMITS.mirrors)] = []
    editions: Annotated[dict[Language, EditionConfig], Meta(max_length=LIMITS.editions)] = {}
    imports: Annotated[dict[ImportName, ImportConfig], Meta(max_length=100)] = {}

    def edition(self, code: str) -> EditionConfig:
        """The edition's title and direction, completed from its language code where the file is silent."""
        said = self.editions.get(code, EditionConfig())
        language = code.partition("-")[0]
        direction = said.direction or ("rtl" if language in _RIGHT_TO_LEFT else "ltr")
        return EditionConfig(said.title or _TITLES.get(language, code), direction)

    def allows(self, code: str) -> bool:
        """Whether articles of this language are published."""
        return not self.editions or code in self.editions

    @property
    def shown(self) -> bytes:
        """What readers may notice of all this: the same bytes as before, nothing to publish."""
        told: dict[str, object] = msgspec.to_builtins(self)
        del told["imports"]
        return msgspec.json.encode(told)


def read_config(folder: Path) -> Config:
    """The newsroom's settings. Raises: NotANewsroom, NewsroomError."""
    path = folder / CONFIG_NAME
    try:
        return msgspec.toml.decode(path.read_bytes(), type=Config)
    except (FileNotFoundError, NotADirectoryError) as error:
        raise NotANewsroom(folder=str(folder)) from error
    except (OSError, ValueError) as error:
        raise NewsroomError(f"{path} can't be read: {error}") from error


def new_config(title: str, editions: Sequence[str]) -> str:
    """The text of a first tamizdat.toml. Raises: NewsroomError where a language code makes no sense."""
    lines = [
        f"title = {_quoted(title)}",
        "",
        "# Where copies are: https://… or http://….onion/, each with a final slash.",
        "mirrors = []",
    ]
    if not editions:
        lines += ["", "# No editions are named, so every language that an article comes in becomes one."]
    for code in dict.fromkeys(editions):
        known = Config(title).edition(code)
        lines += [
            "",
            f"[editions.{_quoted(code)}]",
            f"title = {_quoted(known.title)}",
            f"direction = {_quoted(known.direction)}",
        ]
    text = "\n".join(lines) + "\n"
    try:
        msgspec.toml.decode(text, type=Config)
    except ValueError as error:
        raise NewsroomError(f"no newsroom can be made of this: {error}") from error
    return text


def _quoted(text: str) -> str:
    """A TOML basic string. JSON's escapes are a subset of TOML's."""
    return msgspec.json.encode(text).decode().replace("\x7f", "\\u007f")
