"""The tables on updates, applying, memory and publishing."""

import os
import platform
import re
import shutil
import sqlite3
import subprocess
from collections.abc import Iterable, Sequence
from importlib.metadata import version
from pathlib import Path

from backports import zstd

from applying import Applying
from publishing import Publishing
from tables import ratio, table
from tuning import Tried, Tuning
from updates import ALL, Updates
from workload import EDITIONS

LIBRARIES = "backports.zstd click cryptography granian httpx msgspec sqlite-utils tuf uvloop".split()
PROGRAMS = {
    "nginx": "-v",
    "wrk": "-v",
    "zstd": "--version",
    "zsync": "-V",
    "casync": "--version",
    "rsync": "--version",
    "git": "--version",
}


# -- machine -----------------------------------------------------------------------------------------------------------


def machine() -> list[str]:
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9
    system = platform.freedesktop_os_release().get("PRETTY_NAME", platform.system())
    tools = [f"{name} {found}" for name, option in PROGRAMS.items() if (found := _program(name, option))]
    return [
        f"- machine: {_processor()}, {os.cpu_count()} cores, {memory:.0f} GB of memory, {system}",
        f"- Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}, libzstd {zstd.zstd_version}",
        f"- libraries: {', '.join(f'{name} {version(name)}' for name in LIBRARIES)}",
        f"- programs: {', '.join(tools)}",
    ]


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
        return next(line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.machine()


def _program(name: str, option: str) -> str:
    if not shutil.which(name):
        return ""
    said = subprocess.run([name, option], capture_output=True, text=True)
    found = re.search(r"\bv?(\d+\.\d+(?:\.\d+)*|\d+$)", said.stdout + said.stderr, re.MULTILINE)
    return found[1] if found else ""


# -- updates -----------------------------------------------------------------------------------------------------------


def day(found: Updates) -> list[str]:
    """One day, of all editions and of each alone."""
    rows = [_day_row(found, name) for name in (ALL, *EDITIONS)]
    head = ["reader of", "day 1: bytes", "requests", "LIMIT", "× LIMIT", "days sampled: × LIMIT", "of it deltas alone"]
    return table(head, rows)


def _day_row(found: Updates, name: str) -> list[object]:
    days, limits = found.days[name], found.limits[name]
    first, limit = days[0], limits[1]
    sampled = sum(days[number - 1].bytes for number in limits)
    deltas = sum(_deltas(found, name, number) for number in limits)
    whole = sum(limits.values())
    requests = max(synced.requests for synced in days)
    asked = first.requests if requests == first.requests else f"{first.requests} (later up to {requests})"
    return [name, first.bytes, asked, limit, ratio(first.bytes, limit), ratio(sampled, whole), ratio(deltas, whole)]


def _deltas(found: Updates, name: str, number: int) -> int:
    """Bytes of the single deltas that a day needs."""
    return sum(found.costs[number - 1].deltas[code] for code in ((name,) if name != ALL else EDITIONS))


def parts(found: Updates) -> list[str]:
    """The shares of the head of day 1."""
    assert found.shares
    limit, shares = found.limits[ALL][1], found.shares
    named = {
        "deltas": shares.deltas,
        "catalog": shares.catalog,
        "trust (root, timestamp, snapshot, targets)": shares.trust,
        "container (tar, zstd, seal)": shares.container,
    }
    rows = [(name, size, ratio(size, limit)) for name, size in named.items()]
    return table(["part", "bytes", "× LIMIT"], [*rows, ("head.tar.zst", *_sum(named.values(), limit))])


def _sum(sizes: Iterable[int], limit: int) -> tuple[int, str]:
    size = sum(sizes)
    return size, ratio(size, limit)


def thirty(found: Updates) -> list[str]:
    rows = [
        (name, synced.bytes, synced.requests, found.limits_thirty[name], ratio(synced.bytes, found.limits_thirty[name]))
        for name, synced in found.thirty.items()
    ]
    return table(["reader of", "bytes", "requests", "LIMIT", "× LIMIT"], rows)


def quiet(found: Updates) -> list[str]:
    rows = {
        "nothing new": found.unchanged,
        "only re-signed, after a day without news": found.resigned,
        "only re-signed, on the day of the last publish": found.resigned_same_day,
    }
    cells = [(name, s.requests, s.bytes, s.bytes + s.headers) for name, s in rows.items() if s]
    return table(["sync", "requests", "bytes", "with the answer's headers"], cells)


def first(found: Updates) -> list[str]:
    """A first sync, after the base was published and thirty versions later."""
    assert found.first
    assert found.first_later
    bytes_ = found.first.bytes
    rows = [(f"`zstd -19` of {name}", size, "", ratio(bytes_, size)) for name, size in found.zstd.items()]
    size, requests = found.newest
    newest = f"{size:,} bytes in {requests} requests"
    later = found.first_later
    return [
        *table(
            ["", "bytes", "requests", "tamizdat beside it"],
            [
                ("tamizdat, all editions", bytes_, found.first.requests, ""),
                *rows,
                ("tamizdat, thirty versions later", later.bytes, later.requests, ""),
                (
                    "`zstd -19` of the JSON lines that stand then",
                    found.zstd_later,
                    "",
                    ratio(later.bytes, found.zstd_later),
                ),
            ],
        ),
        "",
        f"One edition's newest segment is there after {newest}; three more are on the way.",
    ]


# -- what was tried ----------------------------------------------------------------------------------------------------


def deltas_tried(found: Tuning, limit: int) -> list[str]:
    """Deltas of day 1, all editions: bytes and CPU by prefix."""
    sizes = sorted({size for size, _ in found.deltas})
    rows = [
        [
            f"{size / 2**20:g} MiB",
            *(cell for named in (False, True) for cell in _tried(found.deltas[size, named], limit)),
        ]
        for size in sizes
    ]
    head = [
        "newest articles in the prefix",
        "bytes",
        "× LIMIT",
        "CPU",
        "and older ones that are revised",
        "× LIMIT",
        "CPU",
    ]
    return table(head, rows)


def _tried(tried: Tried, limit: int) -> list[object]:
    return [tried.bytes, ratio(tried.bytes, limit), f"{tried.cpu:.2f} s"]


def segments_tried(found: Tuning, whole: int) -> list[str]:
    """Segments of the base, all editions: bytes beside `zstd -19` of everything, and CPU of one segment."""
    sizes, levels = sorted({size for size, _ in found.segments}), sorted({level for _, level in found.segments})
    rows = [
        [f"{size / 1e6:g} MB", *(_segment(found.segments[size, level], whole) for level in levels)] for size in sizes
    ]
    return table(["plain bytes of a segment", *(f"level {level}" for level in levels)], rows)


def _segment(tried: Tried, whole: int) -> str:
    return f"{ratio(tried.bytes, whole)}, {tried.cpu / tried.files:.2f} s each"


# -- time and memory ---------------------------------------------------------------------------------------------------


def applying(found: Applying) -> list[str]:
    rows = [
        ("bare `executemany` of the rows, no index", f"{found.bare:.2f} s", ratio(found.bare, found.bare)),
        ("applied, full-text index and all others kept", f"{found.applied:.2f} s", ratio(found.applied, found.bare)),
        ("the whole first sync from a folder", f"{found.sync:.2f} s", ratio(found.sync, found.bare)),
    ]
    return table([f"{found.articles:,} articles", "CPU", "× bare"], rows)


def memory(sizes: dict[str, float]) -> list[str]:
    return table(["sync", "MB above imports"], [(name, f"{size:.0f}") for name, size in sizes.items()])


def publishing(found: Publishing) -> list[str]:
    """CPU and bytes of a publish."""
    count = len(found.costs)
    rows = [
        ("CPU until the heads are live, median", f"{found.typical('live'):.2f} s"),
        ("the same, worst", f"{found.worst('live'):.2f} s"),
        ("CPU in all, mean", f"{found.mean('cpu'):.2f} s"),
        ("the same, worst", f"{found.worst('cpu'):.2f} s"),
        ("bytes written into the tree, mean", f"{found.mean('tree'):,.0f}"),
        ("bytes written in all, newsroom.db and its log included, mean", f"{found.mean('written'):,.0f}"),
        ("the same over 1,000 publishes, extrapolated", f"{found.mean('written') / 1000:,.0f} MB"),
        ("catalog, compressed", f"{found.catalog:,}"),
        ("the first publish, of everything: CPU", f"{found.first.cpu:.0f} s"),
    ]
    return table([f"25 new, 8 edited, 2 removed into {found.articles:,} articles", f"{count} publishes"], rows)


def peers(rows: Sequence[str], found: Updates) -> list[str]:
    """The shared table with a row of ours below LIMIT."""
    assert found.first
    sizes = [found.days[ALL][0], found.thirty[ALL], found.first]
    limits = [int(cell.replace(",", "")) for cell in rows[0].split("|")[2::3] if cell.strip()]
    cells = [f"{s.bytes:,} | {s.requests:,} | {s.bytes / limit:.2f}" for s, limit in zip(sizes, limits, strict=True)]
    columns = (f"{name}: bytes | requests | × LIMIT" for name in ("day", "30 days", "full"))
    ours = f"| **tamizdat**, everything on the wire below HTTP | {' | '.join(cells)} |"
    return [f"| method | {' | '.join(columns)} |", "| --- " * 10 + "|", rows[0], ours, *rows[1:]]
