"""The other ways to update a mirror, as the shared script peers.py measures them."""

import subprocess
import sys

from workload import SCRIPTS, Workload


def measure(workload: Workload) -> list[str]:
    """The rows of its table, LIMIT first, heading left out."""
    command = [sys.executable, SCRIPTS / "peers.py", workload.folder]
    said = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
    return [line for line in said.splitlines() if line.startswith("|")][2:]
