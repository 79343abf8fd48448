"""Reading a git repository that somebody else made: nothing in its configuration or hooks is run."""

import os
import subprocess
import tempfile
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Final, Literal

import msgspec

from tamizdat.errors import UnreadableSource
from tamizdat_server.clock import rfc3339
from tamizdat_server.importers.markdown.files import MAX_PICTURE_BYTES

# Whatever a repository's own configuration could make git run or fetch is switched off on the command line, which wins.
_SAFE: Final = (
    "core.fsmonitor=false", "core.hooksPath=/dev/null", "core.attributesFile=/dev/null", "core.pager=cat",
    "diff.external=", "diff.orderFile=/dev/null", "log.showSignature=false", "log.mailmap=false", "gpg.program=false",
    "safe.directory=*", "safe.bareRepository=all", "protocol.allow=never", "uploadpack.packObjectsHook=",
    "fetch.recurseSubmodules=false", "submodule.recurse=false", "gc.auto=0", "maintenance.auto=false",
)  # fmt: skip
_ENVIRONMENT: Final = {
    "GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": os.devnull, "GIT_TERMINAL_PROMPT": "0", "GIT_OPTIONAL_LOCKS": "0",
    "GIT_NO_REPLACE_OBJECTS": "1", "GIT_NO_LAZY_FETCH": "1", "GIT_ATTR_NOSYSTEM": "1", "LC_ALL": "C",
}  # fmt: skip
_REGULAR: Final = ("100644", "100755")
_RENAMES: Final = "2000"
_LAST_SECOND: Final = 253_402_300_799


class Change(msgspec.Struct, frozen=True):
    """What a commit did to one file. `blob`: empty where no regular file is left; `old`: where a renamed one was."""

    status: Literal["A", "D", "M", "R"]
    path: str
    blob: str
    old: str = ""


class Commit(msgspec.Struct, frozen=True):
    """One commit of the first-parent history; `at`, RFC 3339, when it was committed."""

    id: str
    at: str
    changes: list[Change]


class Repository:
    """A repository, read only. `prefix`: the folder within it that was asked for, with a final slash, or nothing."""

    def __init__(self, folder: Path, *, source: Path, head: str = "HEAD") -> None:
        self._folder, self._source, self._head = folder, source, head
        self._blobs: subprocess.Popen[bytes] | None = None
        self.prefix = self._git("rev-parse", "--show-prefix").decode("utf-8", "replace").rstrip("\n")

    @property
    def identity(self) -> str:
        """The same for every copy of this history: its first commit, and the folder that is read."""
        roots = self._git("rev-list", "--max-parents=0", "--first-parent", self.commit(None)).decode().split()
        return f"{roots[-1]}:{self.prefix}"

    def commit(self, name: str | None) -> str:
        """The id of a commit, the newest where no name is given. Raises: UnreadableSource."""
        try:
            return (
                self._git("rev-parse", "--verify", "-q", "--end-of-options", f"{name or self._head}^{{commit}}")
                .decode()
                .strip()
            )
        except UnreadableSource as error:
            raise self._error(f"no commit {name!r} in it" if name else "there are no commits in it") from error

    def is_ancestor(self, older: str, newer: str) -> bool:
        try:
            self._git("merge-base", "--is-ancestor", older, newer)
        except UnreadableSource:
            return False
        return True

    def history(self, until: str) -> Iterator[Commit]:
        """First-parent commits, the oldest first, each against its first parent; paths are relative to `prefix`."""
        out = self._git(
            *(
                "log",
                "--first-parent",
                "--reverse",
                "--diff-merges=first-parent",
                "--root",
                "--raw",
                "--no-abbrev",
                "-z",
                "-r",
            ),
            *(
                "-M50%",
                f"-l{_RENAMES}",
                "--no-ext-diff",
                "--no-textconv",
                "--no-show-signature",
                "--no-color",
                "--no-decorate",
            ),
            *("--no-notes", "--no-mailmap", "--format=tformat:%x01%H %ct", "--end-of-options", until),
        )
        yield from _commits(out.decode("utf-8", "surrogateescape"), self.prefix)

    def blob(self, name: str) -> bytes | None:
        """A blob's bytes, by id or as `<commit>:<path>`; None where there is none or it is too large."""
        if "\n" in name:
            return None
        requests, answers = self._cat_file()
        requests.write(f"{name}\n".encode("utf-8", "surrogateescape"))
        requests.flush()
        head = answers.readline().split()
        if len(head) != 3 or head[-1] in (b"missing", b"ambiguous"):
            return None
        kind, size = head[1], int(head[2])
        if size > MAX_PICTURE_BYTES:
            self._stop()
            return None
        data = answers.read(size)
        answers.read(1)
        return data if kind == b"blob" else None

    def close(self) -> None:
        self._stop()

    def _cat_file(self) -> tuple[IO[bytes], IO[bytes]]:
        if self._blobs is None:
            command = _command(self._folder, "cat-file", "--batch")
            self._blobs = subprocess.Popen(  # noqa: S603 - a fixed command; names travel through its standard input
                command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=_environment()
            )
        assert self._blobs.stdin
        assert self._blobs.stdout
        return self._blobs.stdin, self._blobs.stdout

    def _stop(self) -> None:
        if self._blobs:
            process, self._blobs = self._blobs, None
            process.kill()
            process.communicate()

    def _git(self, *words: str) -> bytes:
        return _run(self._folder, self._source, *words)

    def _error(self, reason: str) -> UnreadableSource:
        return UnreadableSource(source=str(self._source), reason=reason)


@contextmanager
def open_repository(source: Path) -> Generator[Repository]:
    """A work tree, a folder within one, a bare repository or a bundle file. Raises: UnreadableSource."""
    if source.is_file():
        with tempfile.TemporaryDirectory(prefix="tamizdat-") as folder:
            head = _unbundle(source, Path(folder))
            yield from _opened(Repository(Path(folder), source=source, head=head))
    elif source.is_dir():
        yield from _opened(Repository(source, source=source))
    else:
        raise UnreadableSource(source=str(source), reason="there is no such folder or file")


def _opened(repository: Repository) -> Generator[Repository]:
    try:
        yield repository
    finally:
        repository.close()


def _unbundle(bundle: Path, folder: Path) -> str:
    """Unpack a bundle into a new bare repository; the branch to read."""
    _run(folder, bundle, "init", "-q", "--bare", "--template=", ".")
    listed = _run(folder, bundle, "bundle", "list-heads", str(bundle.resolve())).decode().splitlines()
    heads = {name: commit for commit, _, name in (row.partition(" ") for row in listed)}
    branches = [name for name in heads if name.startswith("refs/heads/")]
    wanted = [name for name in ("HEAD", "refs/heads/main", "refs/heads/master") if name in heads] or branches
    if not wanted:
        raise UnreadableSource(source=str(bundle), reason="no branch is in it")
    _run(folder, bundle, "bundle", "unbundle", str(bundle.resolve()))
    return heads[wanted[0]]


def _commits(log: str, prefix: str) -> Iterator[Commit]:
    tokens = iter(log.split("\0"))
    head, changes = "", list[Change]()
    for token in tokens:
        token = token.lstrip("\n")
        if token.startswith("\x01"):
            if head:
                yield _commit(head, changes)
            head, changes = token[1:], []
        elif token.startswith(":"):
            changes += _change(token.split(" "), tokens, prefix)
    if head:
        yield _commit(head, changes)


def _commit(head: str, changes: list[Change]) -> Commit:
    name, _, seconds = head.partition(" ")
    return Commit(name, rfc3339(min(max(int(seconds or 0), 0), _LAST_SECOND)), changes)


def _change(fields: list[str], tokens: Iterator[str], prefix: str) -> list[Change]:
    _, mode, _, blob, status = fields
    path = next(tokens)
    old = path
    if status[0] in "RC":
        path = next(tokens)
    if mode not in _REGULAR:
        blob = ""
    in_place, was_in_place = path.startswith(prefix), old.startswith(prefix)
    path, old = path[len(prefix) :], old[len(prefix) :]
    if status[0] == "R" and in_place and was_in_place:
        return [Change("R", path, blob, old)]
    gone = [Change("D", old, "")] if was_in_place and status[0] in "RD" else []
    return gone + ([Change("M", path, blob)] if in_place and status[0] != "D" else [])


def _run(folder: Path, source: Path, *words: str) -> bytes:
    try:
        done = subprocess.run(_command(folder, *words), capture_output=True, check=False, env=_environment())  # noqa: S603
    except FileNotFoundError as error:
        raise UnreadableSource(source=str(source), reason="git is not installed") from error
    except OSError as error:
        raise UnreadableSource(source=str(source), reason=str(error)) from error
    if done.returncode:
        said = done.stderr.decode("utf-8", "replace").strip().splitlines()
        raise UnreadableSource(source=str(source), reason=said[-1] if said else f"git {words[0]} failed")
    return done.stdout


def _command(folder: Path, *words: str) -> list[str]:
    return ["git", "--no-pager", "-C", str(folder), *(part for setting in _SAFE for part in ("-c", setting)), *words]


def _environment() -> dict[str, str]:
    # Another repository's GIT_DIR must not be what is read.
    return {name: value for name, value in os.environ.items() if not name.startswith("GIT_")} | _ENVIRONMENT
