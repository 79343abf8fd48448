"""Types what a document tells people to type."""

import os
import re
import shlex
import subprocess
from pathlib import Path
from typing import Final

from tamizdat.cli import app

_EXIT: Final = re.compile(r"# exits with (\d+)")
_COMMENT: Final = re.compile(r"\s+#.*")


def section(document: str, title: str) -> str:
    """What stands under a heading of the second level."""
    return document.partition(f"\n## {title}\n")[2].partition("\n## ")[0]


def typed(text: str) -> list[str]:
    """The command lines of `console` and `crontab` examples, in order."""
    fences = re.findall(r"^```(console|crontab)\n(.*?)^```", text, re.DOTALL | re.MULTILINE)
    return [_line(line, kind) for kind, lines in fences for line in lines.splitlines()]


def _line(line: str, kind: str) -> str:
    """Every line of an example is a command: output that nobody checks doesn't belong there."""
    if kind == "crontab":
        return line.split(maxsplit=5)[5]
    assert line.startswith("$ "), line
    return line.removeprefix("$ ")


class Console:
    """Runs lines in the present folder; `replaced` says what to put where a document has a placeholder."""

    def __init__(self, **replaced: str) -> None:
        self.replaced = replaced

    def type(self, line: str) -> None:
        """Run a line, whose exit code must be 0, or what a comment behind it says."""
        expected = int(found[1]) if (found := _EXIT.search(line)) else 0
        for placeholder, value in self.replaced.items():
            line = line.replace(placeholder, value)
        assert self._run(_COMMENT.sub("", line)) == expected, line

    def _run(self, line: str) -> int:
        words = shlex.split(line)
        if words[0] == "export":
            name, _, value = words[1].partition("=")
            os.environ[name] = value
            return 0
        if words[0] == "tamizdat" and not {">", "&&"} & set(words):
            return app.run(words[1:])
        return subprocess.run(["bash", "-c", line], check=False).returncode


def keys_made(folder: Path) -> dict[str, str]:
    """Placeholders for the key that somebody made in a folder of their name."""
    (path,) = folder.glob("*.pem")
    fields = dict(re.findall(r"^(key id|public): (\w+)$", path.read_text(encoding="utf-8"), re.MULTILINE))
    name = folder.name.upper()
    return {f"PUBLIC_HALF_OF_{name}": fields["public"], f"KEYID_OF_{name}": fields["key id"]}
