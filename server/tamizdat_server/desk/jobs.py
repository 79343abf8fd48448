"""What waits to be done: imports and publishes, in the order in which they were asked for, one at a time.

Jobs outlive every process. One that was asked for again before it began isn't done twice.
"""

import sqlite3
from typing import Annotated, Any, Final, Literal

import msgspec
from msgspec import Meta

from tamizdat_server.clock import rfc3339
from tamizdat_server.desk.store import Desk

Kind = Literal["import", "publish"]
State = Literal["queued", "running", "done", "failed"]
ATTEMPTS: Final = 3
KEPT: Final = 1_000
"""Jobs that are remembered, with what came of them."""


class Failure(msgspec.Struct, frozen=True):
    """Why a job failed: an error's code, as in docs/format.md, and its message."""

    code: str
    message: str


class Job(msgspec.Struct, frozen=True):
    """Something to be done, or done. Times are RFC 3339 UTC, empty for not yet."""

    id: int
    kind: Kind
    name: Annotated[str, Meta(description="Which import of tamizdat.toml; empty for a publish.")]
    confirm: Annotated[bool, Meta(description="Whether what the source has no more is taken away, however much.")]
    who: Annotated[str, Meta(description="The name of the token that asked.")]
    state: State
    asked: str
    started: str
    ended: str
    attempts: Annotated[int, Meta(description="How often it was begun; one that is cut off is begun again.")]
    report: Annotated[Any, Meta(description="What the command reports; of long lists the first 200.")] = None
    error: Annotated[Failure | None, Meta(description="Why it failed.")] = None


def ask(
    desk: Desk, kind: Kind, name: str = "", *, who: str, now: float, wait_seconds: float = 0, confirm: bool = False
) -> Job:
    """Have something done, after what was asked for before; what waits already isn't asked for twice.

    `wait_seconds`: how long more of the same may come before it is begun.
    """
    with desk.changing() as db:
        return _waiting(db, kind, name, confirm=confirm) or _new(
            desk, kind, name, who=who, now=now, wait_seconds=wait_seconds, confirm=confirm
        )


def ask_both(desk: Desk, name: str, *, who: str, now: float, wait_seconds: float) -> tuple[Job, Job]:
    """Have something imported and then published, both or neither; as `ask`."""
    with desk.changing() as db:
        imported = _waiting(db, "import", name) or _new(
            desk, "import", name, who=who, now=now, wait_seconds=wait_seconds
        )
        # What waits for the import waits long enough.
        return imported, _waiting(db, "publish", "") or _new(desk, "publish", "", who=who, now=now)


def find_job(desk: Desk, number: int) -> Job | None:
    """A job by its number; None where there is none, or where it is forgotten."""
    row = desk.db.execute("SELECT * FROM jobs WHERE id = ?", (number,)).fetchone()
    return _job(row) if row else None


def list_jobs(desk: Desk, *, before: int | None = None, limit: int = 50) -> list[Job]:
    """The newest jobs first; `before`: only those with a smaller number."""
    rows = desk.db.execute("SELECT * FROM jobs WHERE id < ? ORDER BY id DESC LIMIT ?", (before or 2**62, limit))
    return [_job(row) for row in rows]


def drop_jobs(desk: Desk, who: str, *, at: str) -> None:
    """Let what this token asked for, and what hasn't begun, never begin; as part of the change that is being made."""
    told = Failure("revoked", "the token that asked for it was revoked before it began")
    desk.db.execute(
        "UPDATE jobs SET state = 'failed', ended = ?, error = ? WHERE who = ? AND state = 'queued'",
        (at, msgspec.json.encode(told), who),
    )


# -- for the process that does them ------------------------------------------------------------------------------------


def is_open(desk: Desk) -> bool:
    """Whether there is a job that isn't ended."""
    return desk.db.execute("SELECT 1 FROM jobs WHERE state IN ('queued', 'running')").fetchone() is not None


def next_job(desk: Desk, *, now: float) -> Job | None:
    """The job to do now, begun; None where nothing waits, or the first that waits isn't due yet."""
    with desk.changing() as db:
        row = db.execute("SELECT * FROM jobs WHERE state = 'queued' ORDER BY id LIMIT 1").fetchone()
        if row is None or row["not_before"] > now:
            return None
        db.execute(
            "UPDATE jobs SET state = 'running', started = ?, attempts = attempts + 1 WHERE id = ?",
            (rfc3339(int(now)), row["id"]),
        )
    return find_job(desk, row["id"])


def end_job(desk: Desk, job: Job, *, now: float, report: Any = None, error: Failure | None = None) -> None:
    """Keep what came of a job: its report, or its error."""
    at, failed = rfc3339(int(now)), error is not None
    with desk.changing() as db:
        db.execute(
            "UPDATE jobs SET state = ?, ended = ?, report = ?, error = ? WHERE id = ?",
            ("failed" if failed else "done", at, msgspec.json.encode(report), msgspec.json.encode(error), job.id),
        )
        detail = error.code if error else ""
        desk.note(job.who, f"{job.kind} {'failed' if failed else 'done'}", job.name, at=at, detail=detail)


def put_off(desk: Desk, job: Job, *, until: float) -> None:
    """Let a job that couldn't begin (another command is at work) wait; that was no attempt."""
    with desk.changing() as db:
        db.execute(
            "UPDATE jobs SET state = 'queued', started = '', not_before = ?, attempts = attempts - 1 WHERE id = ?",
            (until, job.id),
        )


def try_again(desk: Desk, job: Job, *, now: float) -> None:
    """Let a job that was cut in the middle wait again; it failed where that was its last attempt."""
    if job.attempts >= ATTEMPTS:
        told = f"it was cut off {job.attempts} times; what it had finished is kept"
        end_job(desk, job, now=now, error=Failure("interrupted", told))
        return
    with desk.changing() as db:
        db.execute("UPDATE jobs SET state = 'queued', started = '' WHERE id = ?", (job.id,))


def take_up(desk: Desk, *, now: float) -> None:
    """After a crash: try again what was being done. Only for who knows that nobody does."""
    for row in desk.db.execute("SELECT * FROM jobs WHERE state = 'running'").fetchall():
        try_again(desk, _job(row), now=now)


def _new(
    desk: Desk, kind: Kind, name: str, *, who: str, now: float, wait_seconds: float = 0, confirm: bool = False
) -> Job:
    at = rfc3339(int(now))
    desk.db.execute(
        "INSERT INTO jobs (kind, name, confirm, who, asked, not_before) VALUES (?, ?, ?, ?, ?, ?)",
        (kind, name, int(confirm), who, at, now + wait_seconds),
    )
    desk.note(who, f"{kind} asked for", name, at=at, detail="gone articles confirmed" if confirm else "")
    desk.db.execute("DELETE FROM jobs WHERE id <= (SELECT max(id) FROM jobs) - ? AND ended <> ''", (KEPT,))
    return _job(desk.db.execute("SELECT * FROM jobs ORDER BY id DESC LIMIT 1").fetchone())


def _waiting(db: sqlite3.Connection, kind: Kind, name: str, *, confirm: bool = False) -> Job | None:
    """A job that will do what is asked for. A publish has to come after every import that was asked for before it."""
    row = db.execute(
        "SELECT * FROM jobs WHERE state = 'queued' AND kind = ? AND name = ? AND confirm = ? ORDER BY id DESC LIMIT 1",
        (kind, name, int(confirm)),
    ).fetchone()
    if row is None:
        return None
    later = db.execute("SELECT 1 FROM jobs WHERE state = 'queued' AND id > ?", (row["id"],)).fetchone()
    return None if kind == "publish" and later else _job(row)


def _job(row: sqlite3.Row) -> Job:
    values = {name: row[name] for name in Job.__struct_fields__ if name not in ("report", "error", "confirm")}
    report = msgspec.json.decode(row["report"]) if row["report"] else None
    error = msgspec.json.decode(row["error"], type=Failure | None) if row["error"] else None
    return Job(**values, confirm=bool(row["confirm"]), report=report, error=error)
