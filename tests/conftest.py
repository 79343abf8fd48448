"""What every test may use: the corpora, a clock that tests turn, and a library path that is nobody's own.

Under CI=true a skipped test is a failure, since everything that a test needs should be there; missing corpora are the
one exception.
"""

import os
import shutil
import time
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TypeVar

import pytest

CHECKOUT = Path(__file__).resolve().parent.parent
CORPORA = Path(os.environ.get("TAMIZDAT_CORPORA") or CHECKOUT.parent / "shared" / "corpora")
NO_CORPORA = f"corpora: nothing at {CORPORA}"
Report = TypeVar("Report", pytest.TestReport, pytest.CollectReport)
START = datetime(2026, 11, 22, 6, tzinfo=UTC)


@dataclass
class Clock:
    """A clock that stands still until a test turns it."""

    at: datetime = START

    @property
    def now(self) -> int:
        """Unix seconds."""
        return int(self.at.timestamp())

    @property
    def text(self) -> str:
        """RFC 3339, UTC, with Z."""
        return self.at.strftime("%Y-%m-%dT%H:%M:%SZ")

    def turn(self, **span: float) -> int:
        """Go on by so many `days`, `hours`, `minutes` or `seconds` (back, where negative) and say the new time."""
        self.at += timedelta(**span)
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(scope="session")
def corpora() -> Path:
    """The folder of real inputs. Without it the test is skipped, also in CI."""
    if not CORPORA.is_dir():
        pytest.skip(NO_CORPORA)
    return CORPORA


@dataclass(frozen=True)
class Ferry:
    """The sample paper, published in all its versions, and a library that was synced from it. Copy before changing."""

    newsroom: Path
    fingerprint: str
    library: Path

    @property
    def address(self) -> str:
        return f"{self.newsroom / 'public'}#{self.fingerprint}"


@pytest.fixture(scope="session")
def ferry(tmp_path_factory: pytest.TempPathFactory) -> Ferry:
    from tamizdat_server.demo import Demo
    from tamizdat_server.newsroom import Newsroom

    demo = Demo(tmp_path_factory.mktemp("ferry"), now=int(time.time()))
    demo.prepare()
    demo.publish_rest()
    demo.sync(demo.newsroom / "public")
    with Newsroom.open(demo.newsroom) as newsroom:
        return Ferry(demo.newsroom, str(newsroom.fingerprint), demo.library)


@pytest.fixture
def ferry_library(ferry: Ferry, tmp_path: Path) -> Path:
    """A library of the sample's, to do with as a test likes."""
    return Path(shutil.copy(ferry.library, tmp_path / "library.db"))


@pytest.fixture(scope="session", autouse=True)
def nobodys_library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Keep every test, and every process that it starts, away from the library of whoever runs the tests."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TAMIZDAT_LIBRARY", str(tmp_path_factory.mktemp("nobody") / "library.db"))
        patch.delenv("TAMIZDAT_PASSPHRASE_FILE", raising=False)
        yield


# -- under CI, a skip is a failure -------------------------------------------------------------------------------------


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    return _no_silent_skip((yield))


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    return _no_silent_skip((yield))


def _no_silent_skip(report: Report) -> Report:
    if os.environ.get("CI") == "true" and report.outcome == "skipped" and not hasattr(report, "wasxfail"):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
        if NO_CORPORA not in reason:
            report.outcome = "failed"
            report.longrepr = f"skipped in CI, where everything that it needs should be there. {reason}"
    return report
