"""Makes the newsroom's folder in one step, with what was answered kept in it, so that an interrupted start goes on."""

from pathlib import Path
from typing import Final

import msgspec

from tamizdat_server.importers.source import PictureChoice
from tamizdat_server.newsroom import Newsroom

_MEMORY: Final = "start"


class Answers(msgspec.Struct, frozen=True):
    """What `tamizdat start` was told, or took for granted.

    No `editions`: every language that an article comes in becomes one. `uploads`: a folder with the site's pictures,
    or empty.
    """

    kind: str
    source: str
    title: str
    editions: list[str] = []
    pictures: PictureChoice = "fetch"
    uploads: str = ""


def begin(folder: Path, answers: Answers, *, passphrase: str | None, now: int) -> Newsroom:
    """Make the newsroom. Raises: AlreadyExists, NewsroomError; `folder` is then as it was."""
    newsroom = Newsroom.init(folder, title=answers.title, editions=answers.editions, passphrase=passphrase, now=now)
    newsroom.remember(_MEMORY, msgspec.json.encode(answers).decode())
    return newsroom


def recall(newsroom: Newsroom) -> Answers | None:
    """What was answered when this newsroom was begun by `begin`; None where it was made otherwise."""
    said = newsroom.recall(_MEMORY)
    return msgspec.json.decode(said, type=Answers) if said else None
