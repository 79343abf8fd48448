"""A folder of Markdown files, each an article: the sources of a Hugo, Jekyll or MkDocs site."""

import os
from collections.abc import Iterator
from pathlib import Path

from tamizdat.errors import UnreadableSource
from tamizdat_server.importers.dates import read_zone
from tamizdat_server.importers.items import Complete, Item, Skipped
from tamizdat_server.importers.markdown.files import FolderFiles, is_article, without_extension
from tamizdat_server.importers.markdown.history import open_history
from tamizdat_server.importers.markdown.page import PageReader
from tamizdat_server.importers.source import Options, Source
from tamizdat_server.importers.text import key_of


def open_markdown(source: str, options: Options) -> Source:
    """A folder of Markdown files, or, where `options` say so, a git history of one.

    Raises: UnreadableSource; UsageError for a time zone that there isn't.
    """
    read_zone(options.zone)
    if options.git:
        return open_history(source, options)
    folder = Path(source)
    if folder.is_file():
        raise UnreadableSource(source=source, reason="it is a file; a git bundle is imported with --git")
    if not folder.is_dir():
        raise UnreadableSource(source=source, reason="there is no such folder")
    return Source(origin=f"markdown {folder.resolve()}", items=read_markdown(folder, options), fixed_keys=True)


def read_markdown(folder: Path, options: Options) -> Iterator[Item]:
    """Every article of a folder, by path, and in the end that these were all.

    An article's key is its path within the folder, without extension. Hidden files and symbolic links are passed over.
    Raises: UnreadableSource; UsageError.
    """
    if not folder.is_dir():
        raise UnreadableSource(source=str(folder), reason="there is no such folder")
    files, reader = FolderFiles(folder), PageReader(options)
    paths = sorted(_articles(folder))
    keys = _keys(paths)
    for path in paths:
        if path not in keys:
            yield Skipped(path, f"its key would be {key_of(without_extension(path))!r}, as another file's is")
        elif (folder / path).is_symlink():
            yield Skipped(path, "a symbolic link")
        elif (data := files.read(path)) is None:
            yield Skipped(path, "it can't be read")
        else:
            yield reader.read(data, path=path, key=keys[path], files=files, at=options.now)
    yield Complete()


def _articles(folder: Path) -> Iterator[str]:
    def fail(error: OSError) -> None:
        raise UnreadableSource(source=str(folder), reason=str(error)) from error

    for place, folders, names in os.walk(folder, onerror=fail):
        folders[:] = [name for name in folders if not name.startswith(".")]
        for name in names:
            path = (Path(place) / name).relative_to(folder).as_posix()
            if is_article(path):
                yield path


def _keys(paths: list[str]) -> dict[str, str]:
    """A key for each path; where two would have the same, the path that needed no change has it."""
    keys: dict[str, str] = {}
    for path in sorted(paths, key=lambda path: (key_of(without_extension(path)) != without_extension(path), path)):
        keys.setdefault(key_of(without_extension(path)), path)
    return {path: key for key, path in keys.items()}
