"""The newsroom API's paths for what takes a while: imports, publishing, and a CMS that calls; and for the log."""

import os
import time
from http import HTTPStatus
from typing import Annotated, Any, Final, cast

import msgspec
from litestar import Controller, Response, get, post
from litestar.params import PathParameter, QueryParameter

from tamizdat.errors import NoSuchImport
from tamizdat_server.api.handlers import Cursor, Limit
from tamizdat_server.api.newsroom import listing, shapes
from tamizdat_server.api.newsroom.asking import (
    Asked,
    check_scopes,
    needs,
    needs_any,
    problems,
    token_of,
    work_of,
)
from tamizdat_server.api.newsroom.door import BASE
from tamizdat_server.api.problems import refuse
from tamizdat_server.cli.passphrase import VARIABLE
from tamizdat_server.config import read_config
from tamizdat_server.desk import jobs
from tamizdat_server.desk.jobs import Failure, Job
from tamizdat_server.keys.store import needs_passphrase

HOOK_SECONDS: Final = 3.0
"""A CMS calls once for each article: calls within this time come to one import."""
_SMALL_BYTES: Final = 64 * 1024
_UNSAID: Final = "A token that may read is told more."

Name = Annotated[str, PathParameter(max_length=64, description="Of an import in tamizdat.toml: `[imports.NAME]`.")]
Confirm = Annotated[
    bool,
    QueryParameter(
        description="Take away what the source has no more, however much it is. Needs the scope write, too."
    ),
]
Number = Annotated[int, PathParameter(ge=1, le=2**53 - 1, description="The job's number.")]
Before = Annotated[int | None, QueryParameter(ge=1, le=2**53 - 1, description="`next` of the page before.")]


class DeskRoutes(Controller):
    """Jobs, and the log."""

    path = BASE
    guards = [check_scopes]  # noqa: RUF012
    request_max_body_size = _SMALL_BYTES

    @get(
        "/imports",
        operation_id="listImports",
        summary="What can be imported",
        opt=needs_any("read", "import"),
        responses=problems(),
    )
    async def imports(self, request: Asked) -> shapes.Imports:
        """The sources that tamizdat.toml names. Needs the scope read or import."""
        return await work_of(request).read(listing.imports)

    @post(
        "/imports/{name:str}",
        operation_id="runImport",
        summary="An import",
        status_code=202,
        opt=needs("import"),
        responses=problems(400, 404, 413),
    )
    async def run_import(self, request: Asked, name: Name, confirm: Confirm = False) -> Response[Job]:
        """Import a source, soon. Needs the scope import."""
        if confirm and "write" not in token_of(request).may:
            raise refuse(HTTPStatus.FORBIDDEN, "To confirm what is gone, a token needs write beside import.")
        _check_import(request, name)
        who, work = token_of(request).name, work_of(request)
        job = await work.ask_desk(jobs.ask, "import", name, who=who, now=time.time(), confirm=confirm)
        return _accepted(job)

    @post(
        "/publish",
        operation_id="publish",
        summary="The next version",
        status_code=202,
        opt=needs("publish"),
        responses=problems(409, 413),
    )
    async def publish(self, request: Asked) -> Response[Job]:
        """Publish what changed, soon. Needs the scope publish."""
        _check_keys(request)
        who = token_of(request).name
        return _accepted(await work_of(request).ask_desk(jobs.ask, "publish", who=who, now=time.time()))

    @post(
        "/hook/{name:str}",
        operation_id="callHook",
        summary="For a CMS, when something was published there",
        status_code=202,
        opt=needs("import", "publish"),
        responses=problems(404, 409, 413),
    )
    async def hook(self, request: Asked, name: Name) -> Response[shapes.Hooked]:
        """Import a source, then publish; of several calls in a row, once. What is sent along isn't looked at.

        Needs the scopes import and publish.
        """
        _check_import(request, name)
        _check_keys(request)
        who, now, work = token_of(request).name, time.time(), work_of(request)
        imported, published = await work.ask_desk(jobs.ask_both, name, who=who, now=now, wait_seconds=HOOK_SECONDS)
        return Response(shapes.Hooked(imported, published), headers=_location(published))

    @get(
        "/jobs",
        operation_id="listJobs",
        summary="What was asked for",
        opt=needs_any("read", "import", "publish"),
        responses=problems(400),
    )
    async def list_jobs(self, request: Asked, before: Before = None, limit: Limit = 50) -> shapes.Jobs:
        """A page of jobs, the newest first. Needs the scope read, import or publish."""
        found = await work_of(request).ask_desk(jobs.list_jobs, before=before, limit=limit + 1)
        shown = [_shown(request, job) for job in found[:limit]]
        return shapes.Jobs(shown, shown[-1].id if len(found) > limit else None)

    @get(
        "/jobs/{number:int}",
        operation_id="getJob",
        summary="One job",
        opt=needs_any("read", "import", "publish"),
        responses=problems(400, 404),
    )
    async def job(self, request: Asked, number: Number) -> Job:
        """A job and what came of it; where a token may not read, an import's in numbers, and an error's code, only.

        Needs the scope read, import or publish.
        """
        found = await work_of(request).ask_desk(jobs.find_job, number)
        if found is None:
            raise refuse(HTTPStatus.NOT_FOUND, "There is no such job, or it is long ago.")
        return _shown(request, found)

    @get("/audit", operation_id="listAudit", summary="The log", opt=needs("read"), responses=problems(400))
    async def audit(self, request: Asked, cursor: Cursor = None, limit: Limit = 100) -> shapes.Audit:
        """Who did what to the newsroom, the newest first. Needs the scope read."""
        return await work_of(request).read(listing.audit, cursor=cursor, limit=limit)


def _shown(request: Asked, job: Job) -> Job:
    """A job as this token may see it: a report of an import names drafts, too, an error the source and its place."""
    if "read" in token_of(request).may:
        return job
    if job.error is not None:
        job = msgspec.structs.replace(job, error=Failure(job.error.code, _UNSAID))
    if job.kind == "publish" or job.report is None:
        return job
    report = cast("dict[str, Any]", job.report)
    counts = {name: len(cast("list[Any]", said)) if isinstance(said, list) else said for name, said in report.items()}
    return msgspec.structs.replace(job, report={name: said for name, said in counts.items() if isinstance(said, int)})


def _check_import(request: Asked, name: str) -> None:
    known = read_config(work_of(request).folder).imports
    if name not in known:
        raise NoSuchImport(name=name, known=[*known])


def _check_keys(request: Asked) -> None:
    """Whether this server could sign what it is asked to publish. Raises: Failed."""
    if not os.environ.get(VARIABLE) and needs_passphrase(work_of(request).folder / "keys", "targets"):
        told = (
            "A passphrase locks the key that signs what is published. Start the server with a file named in"
            f" {VARIABLE}, or publish by hand: tamizdat publish."
        )
        raise refuse(HTTPStatus.CONFLICT, told, code="key")


def _accepted(job: Job) -> Response[Job]:
    return Response(job, headers=_location(job))


def _location(job: Job) -> dict[str, str]:
    return {"Location": f"{BASE}/jobs/{job.id}"}
