"""A git history of Markdown files, replayed: each commit's additions and changes, renames and deletions."""

from collections.abc import Iterator
from contextlib import ExitStack, nullcontext
from pathlib import Path
from typing import Final

from tamizdat_server.importers.items import Item, Reached, Removed, Skipped
from tamizdat_server.importers.markdown.files import is_article, without_extension
from tamizdat_server.importers.markdown.page import PageReader
from tamizdat_server.importers.markdown.repository import Change, Repository, open_repository
from tamizdat_server.importers.source import Options, Source
from tamizdat_server.importers.text import key_of

_PAGES_KEPT: Final = 5_000


def open_history(source: str, options: Options) -> Source:
    """The history of a repository, a folder within one, or a bundle file. Raises: UnreadableSource."""
    with ExitStack() as stack:
        repository = stack.enter_context(open_repository(Path(source)))
        origin = f"git {repository.identity}"
        items = _replayed(repository, options, since=options.recall(origin), until_done=stack.pop_all())
    return Source(origin=origin, items=items, history=True, fixed_keys=True)


def _replayed(repository: Repository, options: Options, *, since: str | None, until_done: ExitStack) -> Iterator[Item]:
    with until_done:
        yield from read_git(repository, options, since=since)


def read_git(repo: Path | Repository, options: Options, *, since: str | None = None) -> Iterator[Item]:
    """What each first-parent commit up to `options.until` did, in order, after `since`, the commit imported last.

    A renamed article keeps its key, a deleted one is removed, and so is one that became a draft. Where `since` isn't
    in the history any more, all of it is read again. Raises: UnreadableSource.
    """
    with nullcontext(repo) if isinstance(repo, Repository) else open_repository(repo) as repository:
        yield from _read(repository, options, since=since)


def _read(repository: Repository, options: Options, *, since: str | None) -> Iterator[Item]:
    last = repository.commit(options.until)
    commits = [*repository.history(last)]
    if since and all(commit.id != since for commit in commits):
        if repository.is_ancestor(last, since):
            return
        yield Skipped(since[:12], "the commit imported last isn't in this history any more: all of it was read again")
        since = None
    keys, files, reader = _Keys(), _CommitFiles(repository), PageReader(options, keep=_PAGES_KEPT)
    for commit in commits:
        gone, changed = keys.follow(commit.changes)
        files.follow(commit.changes)
        if since is None:
            yield from _replay(gone, changed, files=files, reader=reader, at=min(commit.at, options.now))
        if commit.id == since:
            since = None
    yield Reached(last)


def _replay(
    gone: list[str], changed: list[tuple[Change, str]], *, files: "_CommitFiles", reader: PageReader, at: str
) -> Iterator[Item]:
    for key in gone:
        yield Removed(key, at)
    for change, key in changed:
        data = files.read(change.path)
        if data is None:
            yield Skipped(change.path, "it can't be read")
            continue
        item = reader.read(data, path=change.path, key=key, files=files, at=at)
        yield item
        if isinstance(item, Skipped) and item.hidden:
            yield Removed(key, at)


class _CommitFiles:
    """The files as they were at the commit that was followed last."""

    def __init__(self, repository: Repository) -> None:
        self._repository = repository
        self._blobs: dict[str, str] = {}

    def follow(self, changes: list[Change]) -> None:
        for change in changes:
            self._blobs.pop(change.old or change.path, None)
        for change in changes:
            if change.blob:
                self._blobs[change.path] = change.blob

    def read(self, path: str) -> bytes | None:
        blob = self._blobs.get(path)
        return self._repository.blob(blob) if blob else None

    def has(self, path: str) -> bool:
        return path in self._blobs


class _Keys:
    """Which key each file's article is known under, as files come, move and go."""

    def __init__(self) -> None:
        self._by_path: dict[str, str] = {}
        self._paths: dict[str, str] = {}

    def follow(self, changes: list[Change]) -> tuple[list[str], list[tuple[Change, str]]]:
        """The keys whose articles are gone, and each article that was added or changed, with its key."""
        left = {change.old or change.path: key for change in changes if (key := self._leave(change)) is not None}
        stays = [change for change in changes if change.blob and is_article(change.path)]
        for change in stays:
            if change.old in left and not _is_draft(change.old):
                self._take(change.path, left[change.old])
        for change in stays:
            if change.path not in self._by_path:
                self._take(change.path, self._free_key(change.path))
        gone = sorted(key for key in left.values() if key not in self._paths)
        return gone, [(change, self._by_path[change.path]) for change in sorted(stays, key=lambda change: change.path)]

    def _leave(self, change: Change) -> str | None:
        path = change.old or change.path
        if change.status == "M" and change.blob:
            return None
        key = self._by_path.pop(path, None)
        if key is not None:
            del self._paths[key]
        return key

    def _take(self, path: str, key: str) -> None:
        self._by_path[path], self._paths[key] = key, path

    def _free_key(self, path: str) -> str:
        base = key = key_of(without_extension(path))
        number = 1
        while key in self._paths:
            number += 1
            key = key_of(f"{base}-{number}")
        return key


def _is_draft(path: str) -> bool:
    # A draft was never public, so that the article gets the key of the place where it is published.
    return "_drafts" in path.split("/")[:-1]
