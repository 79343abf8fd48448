"""Sequences: what mirrors offer, one after the other, and what a reader makes of it."""

import copy
import json
from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import Any

from making.case import Case, digest
from making.names import fingerprint_text
from making.signing import DAY, HOUR, NOW, Files, Key, Part, Press, but, encoded, info, signed, told

HTML = b"\n<!doctype html><title>Log in</title>"
DELTA: Part = {"from": 1, "to": 2, "sha256": "1" * 64, "bytes": 10, "raw_sha256": "2" * 64, "raw_bytes": 20}
ALL = ("root", "targets", "snapshot", "timestamp")


class Story:
    """The steps of one reader: each has a mirror's files, a clock, and a verdict."""

    def __init__(self, name: str, press: Press | None = None) -> None:
        self.name, self.press = name, press or Press()
        self.steps: list[Part] = []
        self.verdicts: list[Part] = []
        self.offered: list[Files] = []

    def offer(
        self, files: Mapping[str, bytes] | None = None, *, now: int | None = None, error: str = "", **more: Any
    ) -> "Story":
        """A mirror with these files (the press's own, if not said), at this time (the press's), and what comes of it:
        an error, or the catalog's version. `more`: of the request (`fingerprint`, `first_use`, `carried`) or of the
        verdict (`version`, `root`, `restart`).
        """
        offered = dict(self.press.files if files is None else files)
        asked = {name: more[name] for name in ("fingerprint", "first_use", "carried") if name in more}
        self.steps.append({"clock": self.press.now if now is None else now, **asked})
        self.offered.append(offered)
        if error:
            self.verdicts.append({"error": error})
        else:
            version = more.get("version", len(self.press.catalogs))
            root, restart = more.get("root", self.press.versions["root"]), more.get("restart", False)
            self.verdicts.append({"ok": {"version": version, "root": root, "restart": restart}})
        return self

    def first(self, **more: Any) -> "Story":
        """The first contact, with the right fingerprint."""
        return self.offer(fingerprint=fingerprint(self.press), **more)


def fingerprint(press: Press, version: int = 1) -> str:
    """Of a root of this press."""
    return fingerprint_text(version, press.files[f"metadata/{version}.root.json"])


def begun(name: str, *, versions: int = 1, press: Press | None = None) -> Story:
    """A reader who accepted a press's first versions at once."""
    story = Story(name, press)
    for _ in range(versions):
        story.press.publish()
    return story.first()


def cases() -> tuple[list[Case], dict[str, Any]]:
    """Every case of the kind `sequence`, and the files that they share: by a name, with their bytes and usual path."""
    stories = [*_contact(), *_updates(), *_replays(), *_clocks(), *_signatures(), *_mixtures(), *_roots(), *_history(),
               *_carried()]  # fmt: skip
    usual: dict[bytes, str] = {}
    for story in stories:
        for files in story.offered:
            for path, data in files.items():
                usual.setdefault(data, path)
    shared = {_name(data): {"path": path, **_told(data)} for data, path in usual.items()}
    return [_case(story, usual) for story in stories], dict(sorted(shared.items()))


def _name(data: bytes) -> str:
    return digest(data)[:8]


def _told(data: bytes) -> Part:
    spaces = len(data) - len(data.rstrip(b" "))
    return {"parts": [[{"text": " "}, spaces]]} if spaces > 100 else {"text": data.decode()}


def _case(story: Story, usual: dict[bytes, str]) -> Case:
    changes = [_changes(before, after, usual) for before, after in pairwise([{}, *story.offered])]
    steps = [{**step, **changed} for step, changed in zip(story.steps, changes, strict=True)]
    return Case(f"sequence/{story.name}", {"steps": steps}, {"steps": story.verdicts})


def _changes(before: Files, after: Files, usual: dict[bytes, str]) -> Part:
    """What changed at the mirror: files that are new there, under their usual path or another; paths that are gone."""
    new = {path: data for path, data in sorted(after.items()) if before.get(path) != data}
    here = [_name(data) for path, data in new.items() if usual[data] == path]
    elsewhere = {path: _name(data) for path, data in new.items() if usual[data] != path}
    changes = {"new": here, "under": elsewhere, "gone": sorted(before.keys() - after.keys())}
    return {name: change for name, change in changes.items() if change}


# -- first contact -----------------------------------------------------------------------------------------------------


def _contact() -> Iterator[Story]:
    press = Press()
    press.publish()
    yield Story("nobody-said-whom-to-trust", press).offer(error="first-contact").offer(first_use=True)
    yield Story("right-fingerprint", press).first()
    other = fingerprint(Press("other"))
    yield Story("wrong-root", press).offer(fingerprint=other, error="wrong-root")
    yield Story("other-fingerprint-for-a-known-root", press).first().offer(fingerprint=other, error="wrong-root")
    portal = dict.fromkeys(press.files, HTML)
    yield Story("portal-at-first-contact", press).first(files=portal, error="format").offer(portal, error="format")
    yield Story("no-root-at-first-contact", press).first(files=but(press.files, "root"), error="missing")
    spoiled = press.files | {"metadata/1.root.json": press.files["metadata/1.root.json"] + b"\n"}
    yield Story("fingerprint-covers-every-byte", press).first(files=spoiled, error="format")
    idle = _with_signature(press, "root", {"keyid": "0" * 16, "sig": "0" * 128})
    yield Story("fingerprint-covers-signatures", press).first(files=idle, error="wrong-root")
    stranger = signed(press.parts["root"], [Key("stranger")])
    theirs = press.files | {"metadata/1.root.json": stranger}
    yield Story("root-that-did-not-sign-itself", press).offer(
        theirs, fingerprint=fingerprint_text(1, stranger), error="threshold"
    )
    yield Story("large-root", press).first(
        files=press.files | {"metadata/1.root.json": b" " * 32_769}, error="too-large"
    )
    late = Press("late")
    late.publish()
    late.rotate("root")
    late.rotate("timestamp")
    late.resign(after=HOUR)
    yield Story("fingerprint-of-a-later-root", late).offer(
        but(late.files, "/1.root", "/2.root"), fingerprint=fingerprint(late, 3)
    )


def _with_signature(press: Press, role: str, signature: Part) -> Files:
    document = json.loads(press.files[press.path(role)])
    document["signatures"].append(signature)
    return press.files | {press.path(role): encoded(document)}


# -- what is new -------------------------------------------------------------------------------------------------------


def _updates() -> Iterator[Story]:
    story = begun("nothing-new")
    yield story.offer().offer({"metadata/timestamp.json": story.press.files["metadata/timestamp.json"]})
    story = begun("next-version")
    story.press.publish()
    yield story.offer()
    story = begun("several-versions-on")
    for _ in range(3):
        story.press.publish()
    yield story.offer()
    story = begun("signed-again")
    story.press.resign()
    only = {"metadata/timestamp.json": story.press.files["metadata/timestamp.json"]}
    yield story.offer(only, version=1)
    story = begun("file-missing-once-is-no-dead-end")
    story.press.publish()
    yield (
        story.offer(but(story.press.files, "2.snapshot"), error="missing")
        .offer(but(story.press.files, "2.targets"), error="missing")
        .offer(but(story.press.files, "catalog"), error="missing")
        .offer()
    )
    story = begun("timestamp-missing")
    yield story.offer(but(story.press.files, "timestamp"), error="missing").offer()


# -- old, held back, repeated ------------------------------------------------------------------------------------------


def _replays() -> Iterator[Story]:
    press = Press()
    press.publish()
    first = dict(press.files)
    press.publish()
    yield Story("rollback-of-everything", press).first().offer(first, error="rollback").offer()
    press = Press()
    press.publish()
    first = dict(press.files)
    press.resign()
    yield Story("rollback-of-the-timestamp", press).first().offer(first, error="rollback")
    for role, above in (("snapshot", "timestamp"), ("targets", "snapshot")):
        press = Press()
        press.publish()
        old = press.files[press.path(role)]
        press.publish()
        story = Story(f"rollback-of-the-{role}", press).first()
        thief = copy.deepcopy(press)
        meta = {f"{role}.json": info(1, old)}
        if above == "timestamp":
            thief.timestamp(version=thief.now + 1, meta=meta)
        else:
            thief.snapshot(meta=meta)
            thief.timestamp(version=thief.now + 1)
        yield story.offer(thief.files, error="rollback")
    story = begun("freeze")
    signed_at = story.press.now
    yield (
        story.offer(now=signed_at + 7 * DAY - 1)
        .offer(now=signed_at + 7 * DAY, error="expired")
        .offer(now=signed_at + 8 * DAY, error="expired")
    )
    press = Press()
    press.publish()
    yield Story("expired-at-first-contact", press).first(now=press.now + 7 * DAY, error="expired")
    story = begun("equal-version-of-other-bytes")
    thief = copy.deepcopy(story.press)
    thief.timestamp(expires="2030-01-01T00:00:00Z")
    yield story.offer(thief.files, error="trust").offer()
    for role in ("root", "snapshot", "targets"):
        press = Press()
        press.publish()
        past = told(press.now - DAY)
        if role == "root":
            press.put("root", press.root_part(expires=past))
        elif role == "snapshot":
            press.snapshot(expires=past)
        else:
            press.targets(expires=past)
        yield Story(f"expired-{role}", press).first(error="expired")
    press = Press()
    press.publish()
    story = Story("targets-that-no-editor-renewed", press).first()
    press.now = NOW + 88 * DAY
    press.snapshot()
    story.offer()
    press.now = NOW + 91 * DAY
    press.timestamp()
    yield story.offer(error="expired")


# -- clocks ------------------------------------------------------------------------------------------------------------


def _clocks() -> Iterator[Story]:
    press = Press()
    press.publish()
    yield Story("clock-a-day-behind", press).first(now=press.now - DAY)
    yield Story("clock-more-than-a-day-behind", press).first(now=press.now - DAY - 1, error="clock").first()
    story = begun("slow-clock-lets-nothing-expired-pass")
    thief = copy.deepcopy(story.press)
    thief.timestamp(version=thief.now + 1, expires=told(thief.now - 60))
    yield story.offer(thief.files, now=story.press.now - HOUR, error="expired")
    story = begun("clock-far-ahead")
    yield story.offer(now=story.press.now + 400 * DAY, error="expired").offer()
    story = begun("timestamp-of-the-far-future")
    thief = copy.deepcopy(story.press)
    thief.timestamp(version=2**53 - 1)
    story.offer(thief.files, error="clock")
    story.press.publish()
    yield story.offer()
    story = begun("catalog-of-the-far-future")
    story.press.publish(published="2031-01-01T00:00:00Z")
    yield story.offer(error="clock")


# -- who signed --------------------------------------------------------------------------------------------------------


def _signatures() -> Iterator[Story]:
    for role in ("timestamp", "snapshot", "targets"):
        for name, keys in (("stranger", [Key("stranger")]), ("other-role", [Key(f"press {_other(role)}")])):
            press = Press()
            press.publish()
            before = press.keys[role]
            press.keys[role] = keys
            press.targets()
            press.keys[role] = before
            yield Story(f"{role}-signed-by-{name}", press).first(error="threshold")
    press = Press()
    for role in ("targets", "timestamp"):
        press.keys[role] = [Key(f"{role} a"), Key(f"{role} b")]
        press.thresholds[role] = 2
    press.put("root", press.root_part())
    press.publish()
    story = Story("two-of-two", press).first()
    one = press.files | {"metadata/timestamp.json": signed(press.parts["timestamp"], press.keys["timestamp"][:1])}
    yield story
    yield Story("one-of-two", press).first(files=one, error="threshold")
    press = Press()
    press.publish()
    idle = _with_signature(press, "timestamp", Key("stranger").sign(press.parts["timestamp"]))
    yield Story("signature-of-nobody-besides", press).first(files=idle, error="format")
    upper = press.edited("timestamp", lambda data: data[:-1] + b" }")
    yield Story("white-space-in-the-timestamp", press).first(files=upper, error="format")
    large = press.files | {"metadata/timestamp.json": b" " * 8193}
    yield Story("large-timestamp", press).first(files=large, error="too-large")


def _other(role: str) -> str:
    return "targets" if role != "targets" else "snapshot"


# -- versions mixed, identities swapped --------------------------------------------------------------------------------


def _mixtures() -> Iterator[Story]:
    press = Press()
    press.publish()
    first = dict(press.files)
    press.publish()
    for role in ("snapshot", "targets"):
        mixed = press.files | {f"metadata/2.{role}.json": first[f"metadata/1.{role}.json"]}
        yield Story(f"older-{role}-under-a-newer-name", press).first(files=mixed, error="hash")
    newer, older = (f"targets/{digest(catalog)}.catalog.json" for catalog in reversed(press.catalogs))
    yield Story("older-catalog-under-a-newer-name", press).first(
        files=press.files | {newer: first[older]}, error="hash"
    )
    longer = press.edited("snapshot", lambda data: data + b" ")
    yield Story("longer-snapshot", press).first(files=longer, error="hash")
    junk = press.files | {newer: b"<html>"}
    yield Story("web-page-for-a-catalog", press).first(files=junk, error="hash").first()
    press = Press()
    press.publish(publication="a" * 64)
    yield Story("catalog-of-a-publication-that-shares-the-keys", press).first(error="wrong-publication")
    press = Press()
    press.publish(root=2)
    yield Story("catalog-of-a-root-that-is-not-there", press).first(error="trust")
    press = Press()
    press.publish(data=b'{"format":"tamizdat.catalog.1"}')
    yield Story("signed-catalog-of-a-bad-form", press).first(error="format")


# -- roots -------------------------------------------------------------------------------------------------------------


def _roots() -> Iterator[Story]:
    story = begun("walk-over-several-roots")
    for roles in (("root",), ("targets", "snapshot"), ALL, ("timestamp",)):
        story.press.rotate(*roles)
    story.press.publish()
    yield story.offer().offer()
    for name, page in {"web-page": HTML, "web-page-with-byte-order-mark": b"\xef\xbb\xbf<html>"}.items():
        story = begun(f"{name}-for-the-next-root")
        story.press.publish()
        yield story.offer(story.press.files | {"metadata/2.root.json": page})
    story = begun("endless-next-root-counts-as-missing")
    story.press.publish()
    yield story.offer(story.press.files | {"metadata/2.root.json": b" " * 32_769})
    for name, junk in {"nothing": b"", "object": b"{}", "half-a-root": b'{"signatures":['}.items():
        story = begun(f"{name}-for-the-next-root")
        story.press.publish()
        yield story.offer(story.press.files | {"metadata/2.root.json": junk}, error="format").offer()
    story = begun("root-under-another-number")
    story.press.rotate("timestamp")
    story.press.rotate("timestamp")
    story.press.publish()
    mixed = story.press.files | {"metadata/2.root.json": story.press.files["metadata/3.root.json"]}
    yield story.offer(mixed, error="format")
    for name in ("old", "new"):
        story = begun(f"next-root-signed-by-the-{name}-keys-alone")
        press = story.press
        old = press.keys["root"]
        press.rotate("root")
        data = signed(press.parts["root"], old if name == "old" else press.keys["root"])
        press.resign()
        yield story.offer(press.files | {"metadata/2.root.json": data}, error="threshold").offer()
    story = begun("hidden-root")
    story.press.rotate("targets")
    story.press.publish()
    yield story.offer(but(story.press.files, "2.root"), error="threshold").offer()
    story = begun("revoked-key")
    thief = copy.deepcopy(story.press)
    story.press.rotate("timestamp")
    story.press.resign()
    thief.timestamp(version=story.press.now + 60)
    stolen = story.press.files | {"metadata/timestamp.json": thief.files["metadata/timestamp.json"]}
    yield story.offer(stolen, error="threshold").offer()
    story = begun("renewed-root-is-found-when-the-held-one-expired")
    press = story.press
    press.now = NOW + 364 * DAY
    press.targets()
    story.offer()
    press.now = NOW + 366 * DAY
    story.offer(error="expired")
    press.rotate()
    yield story.offer()
    press = Press()
    press.publish()
    early = dict(press.files)
    press.rotate("root")
    story = Story("fewer-roots-than-held", press).first()
    early_root = {path: data for path, data in early.items() if "root" in path}
    yield story.offer(press.files | early_root).offer(but(press.files, "2.root"))


# -- the chain of catalogs ---------------------------------------------------------------------------------------------


def _edition(at_from: str, **members: Any) -> Part:
    return {
        "en": {
            "title": "English", "direction": "ltr", "articles": 1, "version": 2,
            "deltas": [DELTA | {"at_from": at_from} | members], "snapshot": {"sha256": "0" * 64, "bytes": 9},
        }
    }  # fmt: skip


def _history() -> Iterator[Story]:
    story = begun("other-catalog-of-the-same-version", versions=2)
    story.press.now += HOUR
    story.press.offer(story.press.catalog(version=2, title="Forged"))
    yield story.offer(error="history")
    story = begun("other-previous-catalog")
    story.press.publish(previous="b" * 64)
    yield story.offer(error="history")
    story = begun("previous-catalog-not-said")
    story.press.publish(previous="")
    yield story.offer()
    story = begun("delta-that-starts-at-another-catalog")
    story.press.publish(editions=_edition("b" * 64))
    yield story.offer(error="history")
    story = begun("delta-that-starts-at-the-held-catalog")
    story.press.publish(editions=_edition(digest(story.press.catalogs[0])))
    yield story.offer()
    story = begun("delta-whose-start-is-not-said")
    story.press.publish(editions=_edition(""))
    yield story.offer()
    story = begun("other-snapshot-of-the-same-version")
    thief = copy.deepcopy(story.press)
    thief.put("snapshot", thief.parts["snapshot"] | {"expires": told(thief.now + HOUR)})
    thief.timestamp(version=thief.now + 60)
    yield story.offer(thief.files, error="history").offer()
    story = begun("expired-snapshot-signed-again-under-its-version")
    thief = copy.deepcopy(story.press)
    thief.now += 40 * DAY
    thief.put("snapshot", thief.parts["snapshot"] | {"expires": told(thief.now + DAY)})
    thief.timestamp()
    yield story.offer(thief.files, now=thief.now, error="history")
    story = begun("other-targets-of-the-same-version")
    thief = copy.deepcopy(story.press)
    thief.now += HOUR
    thief.put("targets", thief.parts["targets"] | {"expires": told(thief.now + HOUR)})
    thief.snapshot()
    yield story.offer(thief.files, error="history").offer()
    story = begun("catalog-of-an-older-version", versions=3)
    story.press.now += HOUR
    story.press.offer(story.press.catalog(version=2))
    yield story.offer(error="rollback")
    story = begun("older-catalog-after-new-online-keys", versions=2)
    press = story.press
    press.rotate("snapshot", "timestamp")
    press.now += HOUR
    press.offer(press.catalogs[0])
    yield story.offer(error="rollback")
    story = begun("new-targets-key-signs-for-the-held-catalog", versions=2)
    story.press.rotate("targets")
    story.press.now += HOUR
    story.press.targets()
    yield story.offer()
    story = begun("new-targets-key-goes-on-from-the-held-catalog", versions=2)
    story.press.rotate("targets")
    story.press.publish()
    yield story.offer()
    yield _recovery("fast-forward-recovery", begun("x"))
    story = begun("new-targets-key-and-a-gap")
    story.press.rotate("targets")
    story.press.publish(previous="")
    yield story.offer(restart=True).offer()


def _recovery(name: str, story: Story) -> Story:
    """Stolen keys push every version far ahead; new keys bring the publication back."""
    story.name = name
    thief = copy.deepcopy(story.press)
    thief.catalogs = [thief.catalogs[0]]
    thief.now += HOUR
    thief.versions |= {"targets": 999_999, "snapshot": 999_999}
    thief.offer(thief.catalog(version=1_000_000, title="Forged"))
    story.offer(thief.files, now=thief.now, version=1_000_000)
    story.press.now = thief.now
    story.press.publish()
    honest = dict(story.press.files)
    story.offer(honest, error="rollback")
    story.press.rotate("targets", "snapshot", "timestamp")
    story.press.publish()
    return story.offer(restart=True).offer()


# -- by hand -----------------------------------------------------------------------------------------------------------


def _carried() -> Iterator[Story]:
    press = Press()
    press.publish()
    much_later = press.now + 3 * 365 * DAY
    yield (
        Story("carried-long-expired", press).first(now=much_later, error="expired").first(now=much_later, carried=True)
    )
    press = Press()
    press.publish()
    first = dict(press.files)
    press.publish()
    yield Story("carried-rollback", press).first(carried=True).offer(first, carried=True, error="rollback")
    press = Press()
    press.publish()
    yield Story("carried-from-the-future", press).first(now=press.now - DAY - 1, carried=True, error="clock")
    press.keys["targets"], before = [Key("stranger")], press.keys["targets"]
    press.targets()
    press.keys["targets"] = before
    yield Story("carried-forgery", press).first(carried=True, error="threshold")
    story = begun("carried-state-then-a-fresh-mirror")
    press = story.press
    story.offer(now=press.now + 30 * DAY, carried=True)
    press.now += 30 * DAY
    press.publish()
    yield story.offer()
