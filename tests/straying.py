"""Random states of a publication, honest and not, with what this implementation says of each: for another to be asked.

A story is a list of steps. At each a mirror shows some files at some time, and a reader goes on with what it had after
an error: see docs/format.md, section 13, `sequence`.
"""

import copy
import random
from collections.abc import Callable
from typing import Any, Final

from making.signing import DAY, HOUR, LIVES, Files, Key, Press, told
from simulator import Mirror, hold
from tamizdat.errors import TamizdatError
from tamizdat.format.names import Fingerprint
from tamizdat.format.state import Held
from tamizdat.trust import accept

Step = dict[str, Any]
AGES: Final = (0, 0, 0, HOUR, -HOUR, -2 * DAY, 3 * DAY, 8 * DAY, 40 * DAY, 400 * DAY)
JUNK: Final = (b"", b"{}", b"<html>", b"\xef\xbb\xbf <html>", b"x" * 70_000)


def stories(seed: int, count: int) -> list[list[Step]]:
    """So many stories, always the same for a seed."""
    rng = random.Random(seed)
    return [_story(rng) for _ in range(count)]


def _story(rng: random.Random) -> list[Step]:
    press = Press(f"straying {rng.randrange(5)}")
    press.publish()
    other: Press | None = None
    held: Held | None = None
    before: Files = {}
    steps: list[Step] = []
    for _ in range(rng.randrange(2, 6)):
        for _ in range(rng.randrange(3)):
            rng.choice(TURNS)(press, rng)
        if other is None and rng.random() < 0.3:
            other = copy.deepcopy(press)
        shown = other if other and rng.random() < 0.3 else press
        if shown is other:
            rng.choice(TURNS)(shown, rng)
        files = _spoiled(shown.files, before, rng)
        before = {**before, **press.files} if rng.random() < 0.5 else dict(press.files)
        step = {"clock": press.now + rng.choice(AGES), **_wish(held, press.files, files, rng)}
        verdict, held = _judged(step, files, held)
        steps.append({**step, "files": {path: data.hex() for path, data in files.items()}, "verdict": verdict})
    return steps


def _wish(held: Held | None, honest: Files, files: Files, rng: random.Random) -> Step:
    wish: Step = {"carried": True} if rng.random() < 0.15 else {}
    if held is None or rng.random() < 0.2:
        roots = [path for path in honest if path.endswith(".root.json")]
        path = rng.choice(["metadata/1.root.json", *roots])
        if rng.random() < 0.6:
            root = rng.choice([honest, honest, files]).get(path, b"none")
            wish["fingerprint"] = str(Fingerprint.of(int(path.split("/")[1].split(".")[0]), root))
        elif rng.random() < 0.7:
            wish["first_use"] = True
    return wish


def _judged(step: Step, files: Files, held: Held | None) -> tuple[Step, Held | None]:
    more: Step = {name: step[name] for name in ("carried", "first_use") if name in step}
    known = Fingerprint.parse(step["fingerprint"]) if "fingerprint" in step else None
    try:
        state = accept(held, Mirror(files).fetch, now=step["clock"], fingerprint=known, **more)
    except TamizdatError as error:
        return {"error": error.code}, held
    verdict = {"version": state.catalog.version, "roots": sorted(state.roots), "restart": state.restart}
    return {"ok": verdict}, hold(state, held)


# -- what a newsroom, or a thief, does ---------------------------------------------------------------------------------


def _publish(press: Press, rng: random.Random) -> None:
    more: Step = {"previous": rng.choice(["", "b" * 64])} if rng.random() < 0.15 else {}
    press.publish(after=rng.choice([HOUR, DAY, 10 * DAY]), **more)


def _resign(press: Press, rng: random.Random) -> None:
    press.resign(after=rng.choice([HOUR, DAY, 8 * DAY]))


def _rotate(press: Press, rng: random.Random) -> None:
    expires = told(press.now + rng.choice([-DAY, HOUR, 400 * DAY]))
    press.rotate(*rng.sample(sorted(LIVES), rng.randrange(3)), **({"expires": expires} if rng.random() < 0.3 else {}))
    if rng.random() < 0.7:
        press.now += HOUR
        rng.choice([press.targets, press.snapshot, press.timestamp])()


def _stamp(press: Press, rng: random.Random) -> None:
    press.now += HOUR
    press.timestamp(version=press.now + rng.choice([-10 * HOUR, 0, 2 * DAY, 5 * DAY]))


def _misnumber(press: Press, rng: random.Random) -> None:
    press.now += HOUR
    role = rng.choice(["snapshot", "targets"])
    version = press.versions[role]
    members = (
        {"version": max(1, version - 1)}, {"version": version}, {"version": version + 5},
        {"expires": told(press.now - HOUR)},
    )  # fmt: skip
    {"snapshot": press.snapshot, "targets": press.targets}[role](**rng.choice(members))


def _offer_again(press: Press, rng: random.Random) -> None:
    press.now += HOUR
    press.offer(rng.choice(press.catalogs))


def _offer_wrongly(press: Press, rng: random.Random) -> None:
    press.now += HOUR
    count = len(press.catalogs)
    wrong = (
        {"publication": "a" * 64}, {"root": 9}, {"version": max(1, count - 1)}, {"version": count + 5},
        {"published": told(press.now + 3 * DAY)},
    )  # fmt: skip
    press.publish(data=press.catalog(**rng.choice(wrong)))


def _add_key(press: Press, rng: random.Random) -> None:
    press.keys[rng.choice(sorted(LIVES))].append(Key(f"straying {rng.randrange(3)}"))


def _ask_for_two(press: Press, rng: random.Random) -> None:
    press.thresholds[rng.choice(sorted(LIVES))] = rng.choice([1, 2])


Turn = Callable[[Press, random.Random], None]
TURNS: Final[tuple[Turn, ...]] = (
    *(_publish,) * 4, *(_resign,) * 2, *(_rotate,) * 3, _stamp, *(_misnumber,) * 2, _offer_again, _offer_wrongly,
    _add_key, _ask_for_two,
)  # fmt: skip


# -- what a mirror does ------------------------------------------------------------------------------------------------


def _spoiled(files: Files, before: Files, rng: random.Random) -> Files:
    spoiled = dict(files)
    for _ in range(rng.choice([0, 0, 0, 1, 1, 2])):
        path = rng.choice(sorted(spoiled))
        match rng.randrange(6):
            case 0:
                del spoiled[path]
            case 1:
                spoiled[path] = spoiled[rng.choice(sorted(spoiled))]
            case 2:
                spoiled[path] = before.get(path, spoiled[path])
            case 3:
                spoiled[path] = rng.choice([*JUNK, spoiled[path][:-3], spoiled[path] + b"\n"])
            case 4:
                spoiled.pop(max((each for each in spoiled if each.endswith(".root.json")), default=path))
            case _:
                spoiled[path] = _flipped(spoiled[path], rng)
    return spoiled


def _flipped(data: bytes, rng: random.Random) -> bytes:
    at = rng.randrange(len(data) or 1)
    return data[:at] + bytes(byte ^ 1 << rng.randrange(8) for byte in data[at : at + 1]) + data[at + 1 :]
