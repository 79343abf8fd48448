"""The memory that a sync takes, in a process of its own. Run as `memory.py ADDRESS LIBRARY CLOCK`, it prints it."""

import subprocess
import sys
from pathlib import Path

MB = 1_000_000


def measure(address: str, library: Path, *, now: float) -> float:
    """Megabytes that the peak of a sync lies above what its imports take."""
    command = [sys.executable, __file__, address, str(library), str(now)]
    return float(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def main(address: str, path: str, now: str) -> None:
    import tamizdat.transport.http  # noqa: F401 - what a sync imports when it is asked to begin
    from tamizdat import Library, SyncOptions
    from tamizdat.sync.session import sync

    imported = resident("VmRSS")
    with Library.open(Path(path)) as library:
        report = sync(library, address, options=SyncOptions(allow_private=True), clock=lambda: float(now))
    assert report.complete
    print((resident("VmHWM") - imported) / MB)


def resident(name: str) -> int:
    """Resident bytes: VmRSS now, VmHWM at most since the process began. (getrusage would count its parent's, too.)"""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith(f"{name}:"))


if __name__ == "__main__":
    main(*sys.argv[1:])
