"""What a publish costs in an archive of some size."""

import statistics
from collections.abc import Sequence
from dataclasses import dataclass

from room import Cost, Room
from tamizdat.format import zstd


@dataclass(frozen=True)
class Publishing:
    """The publishes of some days into an archive of `articles`; `catalog`: the last one's bytes, compressed."""

    articles: int
    first: Cost
    costs: Sequence[Cost]
    catalog: int
    editions: int

    def typical(self, name: str) -> float:
        """The median of one cost over the publishes."""
        return statistics.median(getattr(cost, name) for cost in self.costs)

    def worst(self, name: str) -> float:
        return max(getattr(cost, name) for cost in self.costs)

    def mean(self, name: str) -> float:
        """What counts where costs differ by design, as every eighth publish merges what the others left."""
        return statistics.fmean(getattr(cost, name) for cost in self.costs)


def measure(room: Room) -> Publishing:
    """Play all days of the room's workload."""
    costs: list[Cost] = []
    for number in range(1, len(room.workload.days) + 1):
        room.play(number)
        costs.append(room.publish())
    return summary(room, costs)


def summary(room: Room, costs: Sequence[Cost]) -> Publishing:
    """The same of publishes that were made already."""
    catalog = room.catalog
    return Publishing(
        articles=len(room.workload.records),
        first=room.first,
        costs=costs,
        catalog=len(zstd.compress(room.catalog_bytes)),
        editions=len(catalog.editions),
    )
