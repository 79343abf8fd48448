"""The made-up newsroom of the folder TAMIZDAT_BENCH: its files, its days, and LIMIT for them."""

import importlib.util
import json
import os
import subprocess
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from types import ModuleType
from typing import Any

EDITIONS = ("en", "ru", "kk")
CHECKOUT = Path(__file__).resolve().parent.parent
SCRIPTS = Path(os.environ.get("TAMIZDAT_BENCH", CHECKOUT.parent / "shared" / "bench")).resolve()

Record = dict[str, Any]
Day = dict[str, Any]


def script(name: str) -> ModuleType:
    """One of the shared scripts, as a module."""
    spec = importlib.util.spec_from_file_location(f"shared_{name}", SCRIPTS / f"{name}.py")
    if spec is None or spec.loader is None or not (SCRIPTS / f"{name}.py").is_file():
        raise SystemExit(f"no {name}.py in {SCRIPTS}: say where the workload's scripts are with TAMIZDAT_BENCH")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@dataclass(frozen=True)
class Workload:
    """What make_workload.py wrote to `folder`: a base of articles, then the changes of each day."""

    folder: Path

    @classmethod
    def make(cls, work: Path, *, articles: int, days: int) -> "Workload":
        """The workload of this size, made where it isn't there yet."""
        folder = work / f"workload-{articles}-{days}"
        if not (folder / "ops.jsonl").exists():
            command = [sys.executable, SCRIPTS / "make_workload.py", folder]
            subprocess.run([*command, "--articles", str(articles), "--days", str(days)], check=True)
        return cls(folder)

    @cached_property
    def records(self) -> dict[str, Record]:
        """The base by id."""
        with (self.folder / "base.jsonl").open(encoding="utf-8") as lines:
            return {record["id"]: record for record in map(json.loads, lines)}

    @cached_property
    def days(self) -> list[Day]:
        with (self.folder / "ops.jsonl").open(encoding="utf-8") as lines:
            return [json.loads(line) for line in lines]


class Limits:
    """LIMIT, by the shared script, for any days and editions of a workload. The same each time, so kept beside it."""

    def __init__(self, workload: Workload, scratch: Path) -> None:
        self.workload, self.scratch = workload, scratch
        self._script = script("limit")
        self._kept = workload.folder / "limits.json"

    def days(self, first: int, last: int, *, edition: str | None = None) -> int:
        """Bytes for a reader who holds everything before day `first` and wants everything up to day `last`."""
        known: dict[str, int] = json.loads(self._kept.read_text()) if self._kept.exists() else {}
        name = f"{edition or 'all'} {first}-{last}"
        if name not in known:
            known[name] = self._days(first, last, edition)
            self._kept.write_text(json.dumps(known))
        return known[name]

    def _days(self, first: int, last: int, edition: str | None) -> int:
        live = self._script.after(self.workload.records, self.workload.days[: first - 1])
        days = self.workload.days[first - 1 : last]
        if edition:
            live, days = _only(live, days, edition)
        with (self.scratch / "base.jsonl").open("wb") as held:
            held.writelines(map(self._script.line, live.values()))
        return self._script.delta_limit(self.scratch, live, days)

    def zstd_19(self, lines: Iterable[bytes]) -> int:
        """Bytes of all these lines in one file, `zstd -19`."""
        return self._script.compressed(["zstd", "-q", "-19", "-c"], b"".join(lines))

    def zstd_19_of_records(self, records: Iterable[Record]) -> int:
        """The same for the JSON lines of these records."""
        return self.zstd_19(map(self._script.line, records))

    def zstd_19_of_json(self, days: int) -> int:
        """The same for the workload's own JSON lines after so many days, as the table of the peers has it."""
        live = self._script.after(self.workload.records, self.workload.days[:days])
        return self.zstd_19_of_records(live[key] for key in sorted(live))


def _only(live: Mapping[str, Record], days: Iterable[Day], edition: str) -> tuple[dict[str, Record], list[Day]]:
    """One edition's part of a state and of the days that follow it."""
    days = list(days)
    ours = {key for key, record in live.items() if record["lang"] == edition}
    ours |= {record["id"] for day in days for record in day["put"] if record["lang"] == edition}
    parts = [
        {
            "put": [record for record in day["put"] if record["id"] in ours],
            "del": [key for key in day["del"] if key in ours],
        }
        for day in days
    ]
    return {key: record for key, record in live.items() if key in ours}, parts
