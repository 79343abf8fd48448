"""Where the whole picture lies that a page shows small. WordPress puts small copies beside it and names their size."""

import re
from pathlib import Path
from typing import Final
from urllib.parse import unquote, urlsplit, urlunsplit

_small = re.compile(r"-\d{1,5}x\d{1,5}(?=\.[A-Za-z]{3,4}$)")
_wordpress = re.compile(r"/wp-content/|/uploads/|/files/|/\d{4}/\d{2}/")
_resizing = re.compile(r"i\d\.wp\.com|(?:.+\.)?(?:files\.)?wordpress\.com")
_monthly = re.compile(r"(?:^|/)(\d{4}/\d{2}/[^/]+)$")
_UPLOADS: Final = ("/wp-content/uploads/", "/uploads/", "/files/")


def addresses(address: str) -> list[str]:
    """Where to ask for a picture, in order: the whole one, then the one that the page names."""
    parts = urlsplit(address)
    query = parts.query
    if query and _resizing.fullmatch(parts.hostname or ""):
        query = "&".join(pair for pair in query.split("&") if pair.startswith("ssl="))
    path = _small.sub("", parts.path) if _wordpress.search(parts.path) else parts.path
    whole = urlunsplit((parts.scheme, parts.netloc, path, query, ""))
    return list(dict.fromkeys((whole, urlunsplit(parts._replace(fragment="")))))


def find_upload(folder: Path, address: str) -> Path | None:
    """The file of an export's uploads `folder` that a picture's address means; nothing outside of the folder."""
    root = folder.resolve()
    for path in _paths(unquote(urlsplit(address).path)):
        found = (root / path).resolve()
        if found.is_relative_to(root) and found.is_file():
            return found
    return None


def _paths(path: str) -> list[str]:
    """Where below the folder it may lie: as in the address, below `uploads`, or by year and month; whole ones first.

    Never by its bare name alone where the address has more: `2019/03/1.jpg` is another picture than `2020/01/1.jpg`.
    """
    if "\0" in path:
        return []
    whole = _small.sub("", path)
    stem, dot, ending = whole.rpartition(".")
    names = dict.fromkeys((f"{stem}-scaled{dot}{ending}", whole, path))
    return [below for name in names for below in _below(name)]


def _below(path: str) -> list[str]:
    cut = [path.lstrip("/"), *(path.partition(mark)[2] for mark in _UPLOADS)]
    if monthly := _monthly.search(path):
        cut.append(monthly[1])
    return [part for part in dict.fromkeys(cut) if part]
