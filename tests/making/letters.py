"""The table of letters, read out of SQLite's unicode61, which holds the same whatever Unicode the rest of a machine knows.

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
    bare = [(point, to) for point, to in pairs if to < 128 and point >= 128]
    return {
        "dropped": DROPPED,
        "replaced": REPLACED,
        "word": [end for run in _runs(word) for end in run],
        "marks": marks,
        "lower": list(_steps(pair for pair in pairs if pair not in bare)),
        "bare": {
            chr(to): "".join(chr(point) for point, other in bare if other == to) for to in sorted({b for _, b in bare})
        },
    }


def text() -> str:
    """The file, a member a line."""
    lines = ",\n".join(
        f"{json.dumps(key)}: {json.dumps(value, ensure_ascii=key != 'bare', separators=(',', ':'))}"
        for key, value in table().items()
    )
    return f"{{\n{lines}\n}}\n"


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


def _steps(pairs: Iterable[tuple[int, int]]) -> Iterator[list[int]]:
    """Runs of code points that go the same way: first, last, step between them, what to add."""
    runs: list[list[int]] = []
    for point, to in pairs:
        last = runs[-1] if runs else None
        if (
            last
            and last[3] == to - point
            and (last[0] == last[1] or point - last[1] == last[2])
            and point - last[1] <= 2
        ):
            last[1], last[2] = point, point - last[1]
        else:
            runs.append([point, point, 1, to - point])
    return iter(runs)
