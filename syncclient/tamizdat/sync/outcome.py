"""What a sync tells at its end: step 10. docs/format.md, section 10."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from tamizdat.library import Sync
from tamizdat.sync.fetch import Wanted
from tamizdat.sync.options import EditionReport, SyncReport
from tamizdat.sync.tasks import EditionPlan


def edition_report(plan: EditionPlan, *, before: int, applied: int) -> EditionReport:
    """How one edition fared, as of the last plan made of it."""
    return EditionReport(
        from_=before,
        to=plan.standing.version,
        applied=applied,
        articles=plan.edition.articles,
        complete_since=plan.standing.complete_since,
        missing_bytes=plan.bytes,
    )


def planned_files(
    cost: Sequence[tuple[str, int]], wanted: Sequence[Wanted], to_come: Callable[[Wanted], int]
) -> list[tuple[str, int]]:
    """Path and size of each file that a sync would fetch, once each; of one that came in part, what is to come."""
    return list(dict.fromkeys([*cost, *((file.path, size) for file in wanted if (size := to_come(file)))]))


def figures(report: SyncReport, now: float) -> Sync:
    """What the library keeps of a sync."""
    return Sync(
        at=utc(now),
        mirror=report.mirror,
        from_version=report.from_,
        to_version=report.to,
        articles=report.articles,
        bytes=report.bytes,
        requests=report.requests,
        seconds=report.seconds,
    )


def utc(moment: float) -> str:
    """RFC 3339 with Z of Unix seconds."""
    return datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
