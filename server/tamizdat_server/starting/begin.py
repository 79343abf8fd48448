"""Makes the newsroom's folder in one step, with what was answered kept in it, so that an interrupted start goes on."""

import shutil
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Final

import msgspec

from tamizdat.errors import AlreadyExists, NewsroomError, NewsroomLocked
from tamizdat_server.config import CONFIG_NAME
from tamizdat_server.lock import newsroom_lock
from tamizdat_server.newsroom import Newsroom
from tamizdat_server.starting.answers import Answers, again, settings
from tamizdat_server.wrapping import newsroom_errors

_MEMORY: Final = "start"
_UNFINISHED: Final = ".unfinished"


def is_newsroom(folder: Path) -> bool:
    return (folder / CONFIG_NAME).is_file()


def is_free(folder: Path) -> bool:
    """Whether a newsroom can be made there: nothing, or an empty folder. Raises: NewsroomError."""
    with newsroom_errors(folder):
        return not folder.exists() or (folder.is_dir() and next(folder.iterdir(), None) is None)


def begun_here(place: str, folder: Path) -> Path | None:
    """The newsroom in `folder` that was begun from `place`, where there is exactly one."""
    found: list[Path] = []
    for config in sorted(folder.glob(f"*/{CONFIG_NAME}")):
        # Somebody else's folder, or a damaged one, is none of a start's business.
        with suppress(NewsroomError), Newsroom.open(config.parent) as newsroom:
            answers = recall(newsroom)
            if answers and answers.place == place:
                found.append(config.parent)
    return found[0] if len(found) == 1 else None


def begin(folder: Path, answers: Answers, *, passphrase: str | None, now: int) -> None:
    """Make the newsroom. Raises: AlreadyExists, NewsroomError; `folder` is as it was then.

    A run that is killed leaves nothing under the folder's name, so that the next one begins anew, with other keys.
    """
    folder = folder.absolute()
    if not is_free(folder):
        raise AlreadyExists(folder=str(folder))
    with newsroom_errors(folder):
        folder.parent.mkdir(parents=True, exist_ok=True)
        _clear_unfinished(folder)
        aside = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", suffix=_UNFINISHED, dir=folder.parent))
        try:
            with newsroom_lock(aside):
                _make(aside / "newsroom", answers, passphrase, now)
                _put_in_place(aside / "newsroom", folder)
        finally:
            shutil.rmtree(aside, ignore_errors=True)


def recall(newsroom: Newsroom) -> Answers | None:
    """What was answered when this newsroom was begun by `begin`; None where it was made otherwise."""
    said = newsroom.recall(_MEMORY)
    try:
        return msgspec.json.decode(said, type=Answers) if said else None
    except msgspec.MsgspecError as error:
        raise NewsroomError(f"{newsroom.folder}: what was answered at its beginning can't be read: {error}") from error


def remember(newsroom: Newsroom, answers: Answers) -> None:
    """Let the next `recall` say this."""
    newsroom.remember(_MEMORY, msgspec.json.encode(answers).decode())


def _make(folder: Path, answers: Answers, passphrase: str | None, now: int) -> None:
    made = Newsroom.init(folder, title=answers.title, editions=answers.editions, passphrase=passphrase, now=now)
    with made as newsroom:
        remember(newsroom, answers)
    if source := again(answers):
        with (folder / CONFIG_NAME).open("a", encoding="utf-8") as file:
            file.write(settings(source))


def _put_in_place(made: Path, folder: Path) -> None:
    """One step, but that Windows wants the name free."""
    try:
        with suppress(FileNotFoundError):
            folder.rmdir()
        made.rename(folder)
    except OSError as error:
        if folder.exists() and not is_free(folder):
            raise AlreadyExists(folder=str(folder)) from error
        raise


def _clear_unfinished(folder: Path) -> None:
    """What killed runs left. Their keys never signed anything; a run that is at work has its lock."""
    for left in folder.parent.glob(f".{folder.name}-*{_UNFINISHED}"):
        with suppress(NewsroomLocked, NewsroomError), newsroom_lock(left):
            shutil.rmtree(left, ignore_errors=True)
