"""What the server says to its operator: one line for each thing, on standard error, and never who reads what.

There is no access log, and no line names an address, a path that was asked for, or a query. TAMIZDAT_QUIET=1 in the
environment leaves only what needs attention.
"""

import logging
import logging.config
import os
import time
from types import TracebackType
from typing import Any, Final

log: Final = logging.getLogger("tamizdat.server")


class OneLine(logging.Formatter):
    """`2026-11-22T06:00:00Z WARNING what happened`; for an exception its type and place.

    TAMIZDAT_DEBUG=1 in the environment adds the traceback.
    """

    converter = time.gmtime
    default_time_format = "%Y-%m-%dT%H:%M:%SZ"
    default_msec_format = None

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(message)s")
        self._debug = os.environ.get("TAMIZDAT_DEBUG") == "1"

    def format(self, record: logging.LogRecord) -> str:
        if self._debug:
            return super().format(record)
        line = f"{self.formatTime(record)} {record.levelname} {record.getMessage().splitlines()[0]}"
        return f"{line}: {fault(record.exc_info[1])}" if record.exc_info and record.exc_info[1] else line


def fault(error: BaseException) -> str:
    """An exception's type and the place that raised it; not its message, which may hold what a reader asked for."""
    return f"{type(error).__name__} at {_place(error.__traceback__)}"


def _place(trace: TracebackType | None) -> str:
    if trace is None:
        return "an unknown place"
    while trace.tb_next:
        trace = trace.tb_next
    return f"{os.path.basename(trace.tb_frame.f_code.co_filename)}:{trace.tb_lineno}"  # noqa: PTH119


CONFIG: Final[dict[str, Any]] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"()": "tamizdat_server.logs.OneLine"}},
    "handlers": {"operator": {"class": "logging.StreamHandler", "formatter": "line", "stream": "ext://sys.stderr"}},
    "root": {"handlers": ["operator"], "level": "WARNING"},
    "loggers": {
        "tamizdat.server": {"level": "WARNING" if os.environ.get("TAMIZDAT_QUIET") == "1" else "INFO"},
        # The host says each connection's trouble at INFO.
        "_granian": {"level": "WARNING"},
        "granian.access": {"handlers": [], "propagate": False, "level": "CRITICAL"},
        "httpx": {"level": "WARNING"},
    },
}


def configure() -> None:
    """Set up logging for this process."""
    logging.config.dictConfig(CONFIG)
