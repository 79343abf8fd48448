"""The table of letters, read out of SQLite's unicode61, which is the same whatever Unicode a machine knows.

What SQLite doesn't do (characters that are dropped or replaced before) is settled here.
"""

import json
import sqlite3
from collections.abc import Iterable, Iterator
from itertools import groupby

TOKENIZER = "unicode61 remove_diacritics 2 categories 'L* N* M* Co' separators 'ʻʼ'"
# Soft hyphen, zero-width space, non-joiner and joiner, marks of direction, word joiner, byte order mark, and the two
# selectors that make a picture or a plain sign of a character.
DROPPED = "\u00ad\u200b\u200c\u200d\u200e\u200f\u2060\ufe0e\ufe0f\ufeff"
# Letters of the scripts in use that may be written as two characters, and ё, which is mostly written е.
REPLACED = {
    "и\u0306": "й", "И\u0306": "Й", "у\u0306": "ў", "У\u0306": "Ў", "і\u0308": "ї", "І\u0308": "Ї", "ё": "е", "Ё": "Е",
}  # fmt: skip


def table() -> dict[str, object]:
    """What letters.json holds."""
    tokens = _tokens()
    word = [point for point, found in tokens.items() if len(found) == 1]
    folded = {point: tokens[point][0][1:-1] for point in word}
    pairs = [(point, ord(letter)) for point, letter in folded.items() if letter and letter != chr(point)]
    marks = "".join(chr(point) for point in word if not folded[point])
    bare = [(point, chr(to)) for point, to in pairs if to < 128 <= point]
    by_letter = sorted({letter for _, letter in bare})
    return {
        "dropped": DROPPED,
        "replaced": REPLACED,
        "word": [end for run in _runs(word) for end in run],
        "marks": marks,
        "lower": list(_steps(pair for pair in pairs if (pair[0], chr(pair[1])) not in bare)),
        "bare": {letter: "".join(chr(point) for point, to in bare if to == letter) for letter in by_letter},
    }


def text() -> str:
    """The file, a member a line."""
    return "{\n" + ",\n".join(f"{json.dumps(key)}: {_compact(key, value)}" for key, value in table().items()) + "\n}\n"


def _compact(key: str, value: object) -> str:
    return json.dumps(value, ensure_ascii=key != "bare", separators=(",", ":"))


def _tokens() -> dict[int, list[str]]:
    """What becomes of each code point between two letters."""
    db = sqlite3.connect(":memory:")
    db.execute(f'CREATE VIRTUAL TABLE t USING fts5(x, tokenize="{TOKENIZER}")')
    db.execute("CREATE VIRTUAL TABLE v USING fts5vocab(t, 'instance')")
    points = [point for point in range(1, 0x110000) if not 0xD800 <= point < 0xE000]
    db.executemany("INSERT INTO t (rowid, x) VALUES (?, ?)", ((point, f"a{chr(point)}b") for point in points))
    found: dict[int, list[str]] = {}
    for term, point in db.execute("SELECT term, doc FROM v ORDER BY doc, offset"):
        found.setdefault(point, []).append(term)
    db.close()
    return {point: found[point] for point in points}


def _runs(points: Iterable[int]) -> Iterator[tuple[int, int]]:
    for _, group in groupby(enumerate(points), lambda pair: pair[1] - pair[0]):
        run = [point for _, point in group]
        yield run[0], run[-1]


def _steps(pairs: Iterable[tuple[int, int]]) -> list[list[int]]:
    """Runs of code points that go the same way: first, last, step between them (1 or 2), what to add."""
    runs: list[list[int]] = []
    for point, to in pairs:
        if runs and _goes_on(runs[-1], point, to):
            runs[-1][1:3] = point, point - runs[-1][1]
        else:
            runs.append([point, point, 1, to - point])
    return runs


def _goes_on(run: list[int], point: int, to: int) -> bool:
    first, last, step, more = run
    return more == to - point and point - last <= 2 and (first == last or point - last == step)
