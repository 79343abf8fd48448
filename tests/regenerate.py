"""Write the golden vectors in tests/vectors/, and what docs/format.md has from the code. Always the same bytes.

    python tests/regenerate.py

What a compressor made is kept as it lies there, since another version of it would make other bytes; delete such a file
to have it made anew.
"""

import json
from collections.abc import Callable, Iterable
from pathlib import Path

from making import applying, bundles, lists, metadata, names, packs, plans, records, searching, sequences, stock, tables
from making.case import Case, a_line_each, compact, shortened, squeezed

TESTS = Path(__file__).resolve().parent
VECTORS = TESTS / "vectors"
DOCUMENT = TESTS.parent / "docs" / "format.md"


def vectors(folder: Path = VECTORS) -> dict[str, bytes]:
    """Every file of the vectors, by its path in the folder."""
    stories, shared = sequences.cases()
    applied = list(applying.cases())
    cases = [
        *records.cases(),
        *names.cases(),
        *bundles.cases(keeper(folder)),
        *lists.cases(),
        *packs.cases(keeper(folder)),
        *metadata.cases(),
        *stories,
        *applied,
        *plans.cases(),
        *stock.cases(),
    ]
    bases = {
        "article": records.LINE.encode(),
        "empty-bundle": bundles.plain([]),
        "catalog": compact(lists.CATALOG).encode(),
        "tar": packs.tar(packs.FIRST),
        "pack": packs.PACK,
        "long": bundles.LONG,
        **metadata.bases(),
    }
    inputs = _inputs(cases, bases)
    inputs["apply"]["lines"] = applying.lines(applied)
    inputs["prefix"]["articles"] = list(bundles.LINES.values())
    inputs["sequence"]["files"] = shared
    files = {path: data for case in cases for path, data in case.files.items()}
    files |= {f"{kind}.json": a_line_each(found) for kind, found in inputs.items()}
    files["bases.json"] = a_line_each({name: squeezed(base) for name, base in bases.items()})
    files["records.schema.json"] = (json.dumps(tables.schema(), indent=1) + "\n").encode("ascii")
    files["index.json"] = _index(cases)
    files |= searching.files()
    return files


def keeper(folder: Path) -> Callable[[str, Callable[[], bytes]], bytes]:
    """Gives a file as it lies in the folder, and makes it only where it doesn't."""

    def keep(path: str, make: Callable[[], bytes]) -> bytes:
        file = folder / path
        return file.read_bytes() if file.exists() else make()

    return keep


def _inputs(cases: Iterable[Case], bases: dict[str, bytes]) -> dict[str, dict[str, object]]:
    by_kind: dict[str, dict[str, object]] = {}
    for case in cases:
        inputs = by_kind.setdefault(case.kind, {})
        assert case.id not in inputs, case.id
        inputs[case.id] = shortened(case.input, bases)
    return by_kind


def _index(cases: Iterable[Case]) -> bytes:
    """One case a line, so that changes can be read."""
    lines = [json.dumps(_entry(case)) for case in cases]
    return ('{"format": "tamizdat.vectors.1", "cases": [\n' + ",\n".join(lines) + "\n]}\n").encode("ascii")


def _entry(case: Case) -> dict[str, object]:
    more = {"files": list(case.files)} if case.files else {}
    clock = {"clock": case.clock} if case.clock is not None else {}
    return {"id": case.id, "kind": case.kind, **more, **clock, "expect": case.expect}


def document(text: str) -> str:
    """docs/format.md with everything that is written out of the code."""
    for name, block in tables.blocks():
        text = tables.put(text, name, block)
    return text


def main() -> None:
    """Write what changed, and remove what is no vector any more."""
    made = vectors()
    for old in VECTORS.rglob("*"):
        if old.is_file() and old.relative_to(VECTORS).as_posix() not in made:
            old.unlink()
    for path, data in made.items():
        (VECTORS / path).parent.mkdir(parents=True, exist_ok=True)
        (VECTORS / path).write_bytes(data)
    DOCUMENT.write_text(document(DOCUMENT.read_text("utf-8")), "utf-8")


if __name__ == "__main__":
    main()
