"""The golden vectors are what their script writes, and this implementation agrees with every one of them."""

import json
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import msgspec
import pytest
from securesystemslib.exceptions import FormatError as NotCanonical
from securesystemslib.formats import encode_canonical

import regenerate
from making.case import bytes_of, digest
from shelf import shelf
from simulator import Mirror, hold
from tamizdat.errors import FormatError, TamizdatError
from tamizdat.format import bundle, catalog, names, pack, stock
from tamizdat.format.article import Article, Key, Language, decode_record, plain_text
from tamizdat.format.state import Held
from tamizdat.library import Library
from tamizdat.sync import plan
from tamizdat.trust import accept, freshness
from tamizdat.trust.past import check_past

Input = dict[str, Any]
FILES = {path.relative_to(regenerate.VECTORS).as_posix(): path.read_bytes() for path in regenerate.VECTORS.rglob("*.*")}
CASES: list[dict[str, Any]] = json.loads(FILES["index.json"])["cases"]
KINDS = {name: json.loads(FILES[f"{name}.json"]) for name in {case["kind"] for case in CASES}}
BASES = {name: bytes_of(told, FILES, {}) for name, told in json.loads(FILES["bases.json"]).items()}


def test_regenerated_vectors_are_the_committed_ones():
    made = regenerate.vectors()
    assert sorted(made) == sorted(FILES)
    assert [path for path in made if made[path] != FILES[path]] == []


def test_vectors_stay_small():
    assert len(FILES) < 300
    assert sum(map(len, FILES.values())) < 1_200_000


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_this_implementation_agrees_with_every_vector_of_kind(kind: str, tmp_path: Path):
    differing = {}
    for case in (case for case in CASES if case["kind"] == kind):
        more = {"id": case["id"], "clock": case.get("clock", 0), "library": tmp_path / "library.db"}
        given = KINDS[kind][case["id"]] | more
        found = _verdict(lambda given=given: JUDGES[kind](given))
        if not _agrees(found, case["expect"], given):
            differing[case["id"]] = (found, case["expect"])
    assert differing == {}


def test_no_vector_is_without_a_case_and_no_case_without_a_vector():
    listed = {case["id"] for case in CASES}
    assert len(listed) == len(CASES)
    extra = {"apply": {"lines"}, "prefix": {"articles"}, "sequence": {"files"}}
    assert {name for kind, inputs in KINDS.items() for name in inputs.keys() - extra.get(kind, set())} == listed


def _verdict(judge: Callable[[], Any]) -> dict[str, Any]:
    try:
        value = judge()
    except TamizdatError as error:
        return {"error": error.code}
    return value if isinstance(value, dict) and "steps" in value else {"ok": value}


def _agrees(found: dict[str, Any], expected: dict[str, Any], given: Input) -> bool:
    if "error" in expected:
        codes = expected["error"] if isinstance(expected["error"], list) else [expected["error"]]
        return found.get("error") in codes
    if expected.get("ok") is True:
        return "ok" in found
    if expected.get("ok") == "same":
        return found == {"ok": _standing(given)}
    return found == expected


def _standing(given: Input) -> Any:
    """What stands in the input, as JSON."""
    data = octets(given.get("line") or given["data"])
    return json.loads(data[data.index(b"{") : data.rindex(b"}") + 1])


def octets(told: Input) -> bytes:
    return bytes_of(told, FILES, BASES)


def builtins(value: Any) -> Any:
    """A decoded value as JSON."""
    return json.loads(msgspec.json.encode(value))


# -- a judge for each kind ---------------------------------------------------------------------------------------------


def judge_record(given: Input) -> Any:
    return builtins(decode_record(octets(given["line"])).record)


def judge_plain_text(given: Input) -> str:
    return plain_text(decode_record(octets(given["line"])).record)


def _if(held: object) -> bool:
    if not held:
        raise FormatError("not of this grammar")
    return True


def _of_type(kind: Any) -> Callable[[Input], bool]:
    def judge(given: Input) -> bool:
        try:
            msgspec.convert(given["string"], kind)
        except msgspec.ValidationError as error:
            raise FormatError(str(error)) from error
        return True

    return judge


def judge_fingerprint(given: Input) -> Any:
    if "root" in given:
        return str(names.Fingerprint.of(given["version"], octets(given["root"])))
    return names.Fingerprint.parse(given["string"])._asdict()


def judge_address(given: Input) -> Any:
    address = names.Address.parse(given["string"])
    return {"place": address.place, "fingerprint": str(address.fingerprint or "")}


def judge_bundle(given: Input) -> Any:
    decoded = bundle.decode_bundle(octets(given["raw"]), publication=given["publication"], edition=given["edition"])
    return {"keys": [entry.record.key for entry in decoded.entries]}


def judge_frame(given: Input) -> Any:
    encoding = bundle.Encoding(**given["reference"])
    return {"raw_sha256": digest(bundle.unpack(octets(given["data"]), encoding, prefix=octets(given["prefix"])))}


def judge_prefix(given: Input) -> Any:
    entries = [decode_record(line.encode()) for line in KINDS["prefix"]["articles"]]
    entries.sort(key=lambda entry: entry.record.key.encode())
    entries.sort(key=lambda entry: entry.record.published, reverse=True)  # type: ignore[union-attr]
    lines = [entry.line for entry in entries]
    prefix = bundle.prefix_of(lines, newest=given["newest"], also=[lines[position] for position in given["also"]])
    keys = [decode_record(line).record.key for line in prefix.splitlines()]
    return {"keys": keys, "bytes": len(prefix), "name": bundle.prefix_name(prefix)}


def judge_catalog(given: Input) -> Any:
    return builtins(catalog.decode_catalog(octets(given["data"])))


def judge_site(given: Input) -> Any:
    return builtins(catalog.decode_site(octets(given["data"])))


LISTS: dict[str, Any] = {
    "history": catalog.HistoryList, "snapshot": catalog.SnapshotList, "revisions": catalog.RevisionsList,
    "media": catalog.MediaList, "withdrawn": catalog.WithdrawnList, "mirrors": catalog.MirrorsList,
}  # fmt: skip


def judge_list(given: Input) -> Any:
    ref = catalog.ListRef(**given["reference"])
    edition = {} if given["list"] in ("withdrawn", "mirrors") else {"edition": given["edition"]}
    return builtins(catalog.decode_list(octets(given["data"]), ref, LISTS[given["list"]], **edition))


def judge_stock(given: Input) -> Any:
    entries = [decode_record(line.encode()) for line in given["lines"]]
    placed = [((getattr(entry.record, "published", ""), entry.record.key), entry) for entry in entries]
    articles = sorted((place, entry.line) for place, entry in placed if isinstance(entry.record, Article))
    gone = sorted((place, entry.line) for place, entry in placed if not isinstance(entry.record, Article))
    of = stock.Whole(given["publication"], given["edition"], "segment")
    parts = [[part for part, _ in stock.parts(kind, items)] for kind, items in (
        (of, articles), (of._replace(kind="tombstones"), gone),
    )]  # fmt: skip
    data, ref = stock.encode_stock(stock.StockList("tamizdat.stock.1", given["edition"], given["version"], *parts))
    stock.decode_stock(data, ref, edition=given["edition"], version=given["version"])
    return {"sha256": ref.sha256, "list": json.loads(data)}


def judge_tar(given: Input) -> Any:
    files = pack.decode_tar(octets(given["data"]), allowed=names.is_pack_path)
    return {name: digest(data) for name, data in files}


def judge_pack(given: Input) -> Any:
    return {name: digest(data) for name, data in pack.decode_pack(octets(given["data"])).items()}


def judge_canonical(given: Input) -> Any:
    def integer(text: str) -> int:
        if not text.lstrip("-").isdigit() or abs(int(text)) >= 2**53:
            raise FormatError(text)
        return int(text)

    try:
        return encode_canonical(json.loads(given["json"], parse_int=integer, parse_float=integer))
    except NotCanonical as error:
        raise FormatError(str(error)) from error


def judge_metadata(given: Input) -> bool:
    check_past(f"metadata/1.{given['role']}.json", octets(given["data"]), {1: octets(given["root"])})
    return True


def judge_sequence(given: Input) -> Any:
    shared, held = KINDS["sequence"]["files"], None
    files: dict[str, bytes] = {}
    verdicts = []
    for step in given["steps"]:
        files |= {shared[name]["path"]: octets(_bare(shared[name])) for name in step.get("new", ())}
        files |= {path: octets(_bare(shared[name])) for path, name in step.get("under", {}).items()}
        files = {path: data for path, data in files.items() if path not in step.get("gone", ())}
        verdict, held = _step(step, files, held)
        verdicts.append(verdict)
    return {"steps": verdicts}


def _bare(told: Input) -> Input:
    return {form: value for form, value in told.items() if form != "path"}


def _step(step: Input, files: Mapping[str, bytes], held: Held | None) -> tuple[Input, Held | None]:
    known = names.Fingerprint.parse(step["fingerprint"]) if "fingerprint" in step else None
    more = {name: step[name] for name in ("first_use", "carried") if name in step}
    try:
        state = accept(held, Mirror(files).fetch, now=step["clock"], fingerprint=known, **more)
    except TamizdatError as error:
        return {"error": error.code}, held
    value = {"version": state.catalog.version, "root": max(state.roots), "restart": state.restart}
    return {"ok": value}, hold(state, held)


def judge_apply(given: Input) -> Any:
    publication = digest(given["id"].encode())
    with shelf(given["library"], publication=publication) as library:
        for step in given["steps"]:
            _apply(library, publication, step)
        found = {"current": library.records(publication, "en"), "superseded": library.superseded(publication, "en")}
        lines = {name: list(records) for name, records in found.items()}
    known = {line.encode(): name for name, line in KINDS["apply"]["lines"].items()}
    names_of = {name: [known[line] for line in found] for name, found in lines.items()}
    sums = {f"{name}_sha256": digest(b"".join(line + b"\n" for line in found)) for name, found in lines.items()}
    return names_of | sums


def _apply(library: Library, publication: str, step: Input) -> None:
    lines = [KINDS["apply"]["lines"][name].encode() for name in step["records"]]
    entries = sorted(map(decode_record, lines), key=lambda entry: (entry.record.key.encode(), entry.record.revision))
    header = bundle.Header("tamizdat.bundle.1", publication, "en", step["apply"], len(entries))
    raw = bundle.encode_bundle(header, (entry.line for entry in entries))
    made = bundle.decode_bundle(raw, publication=publication, edition="en")
    match step["apply"]:
        case "delta":
            library.apply_delta(made, to=1, since=step.get("since", ""))
        case "segment":
            start, end = tuple(step["start"]), tuple(step["end"]) if step["end"] else None
            library.apply_segment(made, start=start, end=end)  # type: ignore[arg-type]
        case "tombstones":
            library.apply_tombstones(publication, "en", [made])
        case _:
            library.apply_revisions(made, to=1)


def judge_plan(given: Input) -> Any:
    deltas = [
        catalog.DeltaRef(d["from"], d["to"], "", f"{number:064}", d["bytes"], "0" * 64, 1, d["prefix"])
        for number, d in enumerate(given["deltas"])
    ]
    missing = {names.bundle_path(f"{number:064}") for number in given["missing"]}
    asked = {name: given[name] for name in ("start", "goal", "prefixes")}
    path = plan.shortest_path(deltas, **asked, available=lambda name: name not in missing)
    return None if path is None else [int(delta.sha256) for delta in path]


def judge_reach(given: Input) -> Any:
    segments = [
        catalog.SegmentRef("0" * 64, 1, f"{number:064}", s["raw_bytes"], 1, s["published"], s["key"])
        for number, s in enumerate(given["segments"])
    ]
    steps = plan.segments_newest_first(catalog.SnapshotList("tamizdat.snapshot.1", "en", 1, segments))
    reach = plan.Reach(given["since"], given["max_raw_bytes"])
    done = frozenset(f"{number:064}" for number in given["done"])
    below = tuple(given["below"]) if given["below"] else None
    chosen, since = plan.wanted_segments(steps, reach=reach, done=done, below=below)  # type: ignore[arg-type]
    return {"segments": [int(step.ref.raw_sha256) for step in chosen], "complete_since": since}


JUDGES: dict[str, Callable[[Input], Any]] = {
    "path": lambda given: _if(names.is_pack_path(given["string"])),
    "site-path": lambda given: _if(names.is_site_path(given["string"])),
    "key": _of_type(Key),
    "language": _of_type(Language),
    "freshness": lambda given: freshness(given["signed"], given["clock"]),
    **{
        name.removeprefix("judge_").replace("_", "-"): judge
        for name, judge in vars(sys.modules[__name__]).items()
        if name.startswith("judge_")
    },
}
