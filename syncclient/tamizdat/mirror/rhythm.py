"""Which version was the newest at some time: known from past catalogs, reckoned in between. For `--newest`."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Final

from tamizdat.errors import TamizdatError
from tamizdat.format.catalog import Catalog, decode_catalog
from tamizdat.format.limits import LIMITS
from tamizdat.format.names import sha256, target_path
from tamizdat.mirror.state import Seen

DAY: Final = 86_400
HOUR: Final = 3600
Fetch = Callable[[str, int], bytes]


def seconds(time: str) -> int:
    """Unix seconds of an RFC 3339 time."""
    return int(datetime.fromisoformat(time).astimezone(UTC).timestamp())


def utc(moment: int) -> str:
    """RFC 3339 of Unix seconds."""
    return datetime.fromtimestamp(max(0, moment), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def versions_a_day(catalog: Catalog) -> int:
    """About how many: the catalog's own deltas lead from where a reader stood a day ago, or from the version before."""
    starts = [delta.from_ for edition in catalog.editions.values() for delta in edition.deltas]
    return max(1, catalog.version - min(starts, default=0))


def version_at(moment: int, seen: Mapping[int, Seen], *, a_day: int) -> int:
    """The version that was the newest at `moment` (Unix seconds), or about that; 0 before the first.

    `seen`: versions of which it is known when they were published, at least the newest; `a_day`: how many come a day,
    where one alone is known.
    """
    points = sorted((seconds(known.published), version) for version, known in seen.items())
    before = [point for point in points if point[0] <= moment]
    after = [point for point in points if point[0] > moment]
    if not after:
        return before[-1][1] if before else 0
    if before:
        (start, low), (end, high) = before[-1], after[0]
        return low + (high - low) * (moment - start) // (end - start)
    (start, low), (end, high) = after[0], after[-1]
    rate = (high - low) / max(end - start, HOUR) if high > low else a_day / DAY
    return max(0, int(low - rate * (start - moment)))


def past(catalog: Catalog, fetch: Fetch, *, digests: Mapping[int, str]) -> dict[int, Seen]:
    """The oldest catalog that can still be had among those of which the catalog names the digest, found by halving.

    `digests`: what deltas say of the catalogs at their starts, by version. A source keeps them for two weeks.
    """
    found: dict[int, Seen] = {}
    versions = sorted(version for version in digests if version < catalog.version)
    low, high = 0, len(versions)
    while low < high:
        middle = (low + high) // 2
        version = versions[middle]
        published = _published(fetch, digests[version])
        if published:
            found[version] = Seen(digests[version], published)
            high = middle
        else:
            low = middle + 1
    return found


def _published(fetch: Fetch, digest: str) -> str:
    try:
        data = fetch(target_path("catalog.json", digest), LIMITS.catalog_bytes)
        return decode_catalog(data).published if sha256(data) == digest else ""
    except TamizdatError:
        return ""
