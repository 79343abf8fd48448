"""Where the whole picture lies that a page shows small. WordPress puts small copies beside it and names their size."""

import re
from pathlib import Path
from urllib.parse import unquote, urlsplit, urlunsplit

_small = re.compile(r"-\d{1,5}x\d{1,5}(?=\.[A-Za-z]{3,4}$)")
_wordpress = re.compile(r"/wp-content/|/uploads/|/files/|/\d{4}/\d{2}/")
_resizing = re.compile(r"i\d\.wp\.com|(?:.+\.)?(?:files\.)?wordpress\.com")
_monthly = re.compile(r"(?:^|/)(\d{4}/\d{2}/[^/]+)$")
_uploads = re.compile(r"(?<=/)(?:wp-content/(?=uploads/)|uploads/|files/)")


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
    try:
        root = folder.resolve()
        for path in _paths(unquote(urlsplit(address).path)):
            found = (root / path).resolve()
            if found.is_relative_to(root) and found.is_file():
                return found
    except (OSError, ValueError):
        pass  # no file can have such a name
    return None


def _paths(path: str) -> list[str]:
    """Where below the folder it may lie; the whole picture first.

    Never by its bare name alone where the address has more: `2019/03/1.jpg` is another picture than `2020/01/1.jpg`.
    """
    whole = _small.sub("", path)
    stem, dot, ending = whole.rpartition(".")
    names = dict.fromkeys((f"{stem}-scaled{dot}{ending}" if dot else whole, whole, path))
    return [below for name in names for below in _below(name)]


def _below(path: str) -> list[str]:
    """As in the address, or from any of the folders on in which WordPress keeps uploads, or by year and month."""
    ends = [path[place:] for found in _uploads.finditer(path) for place in found.span()]
    if monthly := _monthly.search(path):
        ends.append(monthly[1])
    return [end for end in dict.fromkeys(end.lstrip("/") for end in (path, *ends)) if end]
