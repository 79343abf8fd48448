"""Tokens: 256 random bits each, shown once and kept as SHA-256, with what they may do and until when.

What somebody can guess is no secret; these can't be guessed, so a plain digest keeps them as well as a slow one would.
"""

import hmac
import re
import secrets
import zlib
from collections.abc import Sequence
from typing import Final, Literal, get_args

import msgspec

from tamizdat.errors import NoSuchToken, UsageError
from tamizdat.format.names import sha256
from tamizdat_server.clock import rfc3339
from tamizdat_server.desk.jobs import drop_jobs
from tamizdat_server.desk.store import Desk
from tamizdat_server.wrapping import newsroom_errors

Scope = Literal["read", "write", "import", "publish"]
SCOPES: Final[tuple[Scope, ...]] = get_args(Scope)
PREFIX: Final = "tamizdat_"
"""How every token begins, so that people and scanners of leaked secrets know one when they see it."""
DAYS: Final = 90
_DAY_SECONDS: Final = 86_400
_TOKEN: Final = re.compile(rf"{PREFIX}([0-9a-f]{{64}})([0-9a-f]{{8}})", re.ASCII)
_NAME: Final = re.compile(r"[\w][\w .@-]{0,63}")


class Token(msgspec.Struct, frozen=True):
    """What is known of a token; not the token. Times are RFC 3339 UTC; `used` is a day; empty: never, or not."""

    name: str
    may: list[Scope]
    made: str
    expires: str
    used: str = ""
    revoked: str = ""

    def standing(self, now: int) -> Literal["valid", "expired", "revoked"]:
        """Whether it opens anything."""
        if self.revoked:
            return "revoked"
        return "valid" if rfc3339(now) < self.expires else "expired"


def add_token(desk: Desk, name: str, may: Sequence[Scope], *, now: int, days: int = DAYS) -> tuple[str, Token]:
    """A new token, which is kept nowhere, and what is kept of it. Raises: UsageError, NewsroomError."""
    if not _NAME.fullmatch(name):
        raise UsageError(f"{name!r} is no name for a token: a word or a few, at most 64 letters, digits, spaces")
    secret = secrets.token_hex(32)
    token = f"{PREFIX}{secret}{_check(secret)}"
    scopes: list[Scope] = [scope for scope in SCOPES if scope in may]
    kept = Token(name, scopes, rfc3339(now), rfc3339(now + days * _DAY_SECONDS))
    with desk.changing() as db:
        if db.execute("SELECT 1 FROM tokens WHERE name = ? AND revoked = ''", (name,)).fetchone():
            raise UsageError(f"there is a token {name!r} already; revoke it, or choose another name")
        db.execute(
            "INSERT INTO tokens (name, digest, may, made, expires) VALUES (?, ?, ?, ?, ?)",
            (name, sha256(token.encode()), ",".join(scopes), kept.made, kept.expires),
        )
        desk.note("", "token added", name, at=kept.made, detail=f"{', '.join(scopes)} until {kept.expires}")
    return token, kept


def revoke_token(desk: Desk, name: str, *, now: int) -> None:
    """Let a token open nothing from this moment on, nor begin what it asked for. Raises: NoSuchToken, NewsroomError."""
    at = rfc3339(now)
    with desk.changing() as db:
        found = db.execute("UPDATE tokens SET revoked = ?, digest = '' WHERE name = ? AND revoked = ''", (at, name))
        if not found.rowcount:
            raise NoSuchToken(name=name)
        drop_jobs(desk, name, at=at)
        desk.note("", "token revoked", name, at=at)


def list_tokens(desk: Desk) -> list[Token]:
    """Every token that there ever was, oldest first."""
    with newsroom_errors(desk.folder):
        return [_token(*row) for row in desk.db.execute(f"SELECT {_COLUMNS} FROM tokens ORDER BY id")]  # noqa: S608


def any_token(desk: Desk) -> bool:
    """Whether there is one that wasn't revoked: only then the newsroom has an API."""
    return desk.db.execute("SELECT 1 FROM tokens WHERE revoked = ''").fetchone() is not None


def find_token(desk: Desk, token: str) -> Token | None:
    """What is known of a token that somebody shows; None for one that isn't, or no longer, a token here."""
    if not is_well_formed(token):
        return None
    digest = sha256(token.encode())
    found = None
    for shown, *row in desk.db.execute(f"SELECT digest, {_COLUMNS} FROM tokens WHERE revoked = ''"):  # noqa: S608
        if hmac.compare_digest(shown, digest):
            found = _token(*row)
    return found


def note_use(desk: Desk, token: Token, *, now: int) -> None:
    """Remember the day; later uses on the same one write nothing."""
    day = rfc3339(now)[:10]
    if token.used != day:
        with desk.changing() as db:
            db.execute("UPDATE tokens SET used = ? WHERE name = ? AND revoked = ''", (day, token.name))


def is_well_formed(token: str) -> bool:
    """Whether this could be a token: its last digits check the others, so a slip of the hand costs no look-up."""
    found = _TOKEN.fullmatch(token)
    return found is not None and hmac.compare_digest(_check(found[1]), found[2])


_COLUMNS: Final = "name, may, made, expires, used, revoked"


def _token(name: str, may: str, made: str, expires: str, used: str, revoked: str) -> Token:
    return Token(name, [scope for scope in SCOPES if scope in may.split(",")], made, expires, used, revoked)


def _check(secret: str) -> str:
    return f"{zlib.crc32(secret.encode()):08x}"
