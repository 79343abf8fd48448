"""What became of each picture's address, kept beside the pictures: an import that comes again asks for little."""

import hashlib
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

import msgspec

from tamizdat_server.durable import write_whole
from tamizdat_server.wrapping import newsroom_errors

# Within an hour an address isn't asked again, so that an import that was interrupted goes on quickly. Later it is asked
# whether anything is new: a face may have been covered.
_ASK_AGAIN: Final = timedelta(hours=1)


class Remembered(msgspec.Struct, frozen=True, omit_defaults=True):
    """`asked`: when, RFC 3339. `digest`: the file's SHA-256. `why`: why there is none, in words for people."""

    asked: str
    digest: str = ""
    why: str = ""
    etag: str = ""
    modified: str = ""

    def is_fresh(self, now: str) -> bool:
        """Whether it needn't be asked for again yet."""
        try:
            age = datetime.fromisoformat(now) - datetime.fromisoformat(self.asked)
        except (ValueError, TypeError):
            return False
        return timedelta(0) <= age < _ASK_AGAIN

    def conditions(self) -> dict[str, str]:
        """Headers by which a server can say that nothing has changed."""
        tags = {"If-None-Match": self.etag, "If-Modified-Since": self.modified} if self.digest else {}
        return {name: value for name, value in tags.items() if value}


_decoder: Final = msgspec.json.Decoder(Remembered)


class AddressBook:
    """Remembers addresses, below `folder`: each in a file of its own, named by a digest."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def recall(self, address: str) -> Remembered | None:
        """What became of it, if it was ever asked for."""
        with suppress(OSError, msgspec.MsgspecError):
            return _decoder.decode(self._file(address).read_bytes())
        return None

    def remember(self, address: str, what: Remembered) -> None:
        """Raises: NewsroomError, NewsroomFull."""
        with newsroom_errors(self._folder):
            write_whole(self._file(address), msgspec.json.encode(what), durable=False)

    def _file(self, address: str) -> Path:
        return self._folder / f"{hashlib.sha256(address.encode('utf-8', 'surrogatepass')).hexdigest()}.json"
