"""Tables in Markdown, and docs/performance.md, where each stands between its two markers."""

import re
from collections.abc import Iterable, Sequence

from workload import CHECKOUT

PAGE = CHECKOUT / "docs" / "performance.md"


def write(name: str, lines: Iterable[str], *, kept: bool = True) -> None:
    """Print `lines` and, where they are to be kept, put them between the markers of `name`."""
    text = "\n".join(lines)
    print(f"\n## {name}\n\n{text}", flush=True)
    if kept:
        _replace(name, text)


def _replace(name: str, text: str) -> None:
    page = PAGE.read_text(encoding="utf-8")
    begin, end = f"<!-- {name}: made by `make bench` -->", f"<!-- end of {name} -->"
    pattern = re.compile(f"{re.escape(begin)}.*?{re.escape(end)}", re.DOTALL)
    if not pattern.search(page):
        raise SystemExit(f"{PAGE} has no place for {name!r}")
    PAGE.write_text(pattern.sub(lambda _: f"{begin}\n{text}\n{end}", page), encoding="utf-8")


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> list[str]:
    """A Markdown table; numbers are shown with thousands apart."""
    lines = [list(head), ["---"] * len(head), *([_cell(value) for value in row] for row in rows)]
    return [f"| {' | '.join(cells)} |" for cells in lines]


def _cell(value: object) -> str:
    return f"{value:,}" if isinstance(value, int) else str(value)


def ratio(part: float, whole: float) -> str:
    return f"{part / whole:.3f} ×"
