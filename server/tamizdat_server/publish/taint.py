"""Files that no catalog names any more but that still lie in the tree: what holds a retracted article goes at once."""

import sqlite3
from collections.abc import Iterable

from tamizdat_server.publish.work import Work


def withdraw_unnamed(work: Work, edition: str, withdrawn: Iterable[sqlite3.Row]) -> None:
    """Withdraw every file, dropped by this or an earlier publish, that holds one of these article records.

    Of revision and media bundles it isn't known what they held, so all of the edition's dropped ones go.
    """
    anything = False
    for record in withdrawn:
        anything = True
        _withdraw(
            work, "kind = 'segment' AND version >= ? AND low <= ? AND ? < high", edition,
            record["version"], f"{record['published']}\n{record['key']}", f"{record['published']}\n{record['key']}",
        )  # fmt: skip
        version = f"{record['version']:016}"
        _withdraw(work, "kind = 'delta' AND low < ? AND ? <= high", edition, version, version)
    if anything:
        _withdraw(work, "kind IN ('revisions', 'media-bundle')", edition)


def _withdraw(work: Work, condition: str, edition: str, *values: object) -> None:
    query = f"SELECT path FROM files WHERE edition = ? AND dropped IS NOT NULL AND {condition}"  # noqa: S608 - our own words
    for row in work.rows(query, edition, *values):
        work.tree.withdraw(row["path"])
