"""A publication goes on by its mirrors: learned while somebody can be reached, used when the first address is gone."""

import shutil
import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import msgspec
import pytest

import httpd as answers
from conftest import Clock
from httpd import Drip, Httpd, Redirect, Stall, Status
from paper import Paper, Reader, draft
from tamizdat.cli import app
from tamizdat.errors import ExpiredError, NothingReachable
from tamizdat.format.names import list_path
from tamizdat.library import Library
from tamizdat.sync import SyncOptions, SyncReport, meeting
from tamizdat.transport import network
from tamizdat_server.live import read_live

FIRST_USE = SyncOptions(trust_first_use=True)


@pytest.fixture(autouse=True)
def little_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(meeting, "PATIENCE_SECONDS", 0.3)


@pytest.fixture
def paper(tmp_path: Path, clock: Clock) -> Paper:
    paper = Paper(tmp_path / "paper", clock)
    paper.put(*(draft(f"a/{n}", day=1 + n % 20) for n in range(30)))
    return paper


@pytest.fixture
def reader(tmp_path: Path, clock: Clock) -> Reader:
    return Reader(tmp_path / "reader.db", clock)


@pytest.fixture
def servers() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


def serve(servers: ExitStack, folder: Path) -> Httpd:
    return servers.enter_context(Httpd(folder))


def list_mirrors(paper: Paper, *urls: str) -> None:
    """Let the next catalog name these."""
    config = paper.folder / "tamizdat.toml"
    lines = [line for line in config.read_text().splitlines() if not line.startswith("mirrors")]
    config.write_text("\n".join([f"mirrors = {msgspec.json.encode(urls).decode()}", *lines]))


def closed_port() -> str:
    """An address at which nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{probe.getsockname()[1]}/"


def passed_over(report: SyncReport) -> dict[str, str]:
    return {problem.mirror: problem.code for problem in report.problems}


# -- learning ----------------------------------------------------------------------------------------------------------


def test_the_next_sync_goes_on_when_the_first_address_is_gone_for_good(
    paper: Paper, reader: Reader, servers: ExitStack
) -> None:
    mirror = serve(servers, paper.public)
    list_mirrors(paper, mirror.url)
    paper.publish()
    with Httpd(paper.public) as first:
        reader.sync(first.url)
        gone = first.url
    assert mirror.requests == 0
    paper.publish(draft("a/new", day=21))
    report = reader.sync()
    assert (report.mirror, report.to, passed_over(report)) == (mirror.url, 2, {gone: "unreachable"})
    assert reader.lines() == paper.lines()


def test_mirrors_beyond_the_eighth_are_learned_too(paper: Paper, reader: Reader, servers: ExitStack) -> None:
    ninth = serve(servers, paper.public)
    dead = [closed_port() for _ in range(8)]
    list_mirrors(paper, *dead, ninth.url)
    paper.publish()
    with Httpd(paper.public) as first:
        reader.sync(first.url)
        before = first.requests
        reader.sync()
        assert first.requests - before == 1  # the list isn't asked for again
    paper.publish(draft("a/new", day=21))
    report = reader.sync()
    assert report.mirror == ninth.url
    assert set(dead) < set(passed_over(report))
    assert reader.lines() == paper.lines()


def test_a_changed_list_is_learned_and_an_emptied_one_forgotten(
    paper: Paper, reader: Reader, servers: ExitStack
) -> None:
    dead = [closed_port() for _ in range(10)]
    first = serve(servers, paper.public)
    for listed in (dead[:9], dead, dead[:8], []):
        list_mirrors(paper, *listed)
        paper.publish()
        reader.sync(first.url)
        with Library.open(reader.path, readonly=True) as library:
            assert library.publications()[0].mirrors == tuple(listed)


def test_a_list_that_can_not_be_had_fails_no_sync_and_is_asked_for_again(
    paper: Paper, reader: Reader, servers: ExitStack
) -> None:
    dead = [closed_port() for _ in range(9)]
    list_mirrors(paper, *dead)
    paper.publish()
    first = serve(servers, paper.public)
    live = read_live(paper.public)
    assert live
    assert live.catalog.more_mirrors
    first.tell(list_path(live.catalog.more_mirrors.sha256), Status(503))
    assert reader.sync(first.url).complete
    first.modes.clear()
    reader.sync()
    with Library.open(reader.path, readonly=True) as library:
        assert library.publications()[0].mirrors == tuple(dead)


def test_a_typed_address_that_is_dead_is_no_dead_end(paper: Paper, reader: Reader, servers: ExitStack) -> None:
    mirror = serve(servers, paper.public)
    list_mirrors(paper, mirror.url)
    paper.publish()
    with Httpd(paper.public) as first:
        address = f"{first.url}#{paper.fingerprint}"
        reader.sync(address)
    paper.publish(draft("a/new", day=21))
    assert reader.sync(address).mirror == mirror.url
    assert reader.sync(f"{closed_port()}#{paper.fingerprint}").mirror == mirror.url
    assert reader.lines() == paper.lines()


def test_the_last_good_mirror_is_asked_first_and_the_others_hear_nothing(
    paper: Paper, reader: Reader, servers: ExitStack
) -> None:
    some = [serve(servers, paper.public) for _ in range(3)]
    list_mirrors(paper, *(mirror.url for mirror in some))
    paper.publish()
    with Httpd(paper.public) as first:
        reader.sync(first.url)
    some[0].tell("*", answers.hang_up)
    assert reader.sync().mirror == some[1].url
    some[0].tell("*", None)
    for mirror in some:
        mirror.forget()
    assert reader.sync().mirror == some[1].url
    assert [mirror.requests for mirror in some] == [0, 1, 0]


def test_who_failed_last_time_is_asked_after_the_others(paper: Paper, reader: Reader, servers: ExitStack) -> None:
    some = [serve(servers, paper.public) for _ in range(3)]
    list_mirrors(paper, *(mirror.url for mirror in some))
    paper.publish()
    with Httpd(paper.public) as first:
        reader.sync(first.url)
    some[0].tell("*", answers.hang_up)
    reader.sync()
    some[1].tell("*", answers.hang_up)
    some[0].forget()
    assert reader.sync().mirror == some[2].url
    assert some[0].requests == 0


def test_a_mirror_off_the_list_is_asked_no_more(paper: Paper, reader: Reader, servers: ExitStack) -> None:
    first, mirror = serve(servers, paper.public), serve(servers, paper.public)
    list_mirrors(paper, mirror.url)
    paper.publish()
    reader.sync(first.url)
    first.tell("*", answers.hang_up)
    assert reader.sync().mirror == mirror.url
    list_mirrors(paper)
    paper.publish()
    assert reader.sync().mirror == mirror.url
    mirror.forget()
    with pytest.raises(Exception, match="can't be reached"):
        reader.sync()
    assert mirror.requests == 0


# -- who is passed over ------------------------------------------------------------------------------------------------


def damage(pattern: str) -> Callable[[Path], None]:
    def spoil(copy: Path) -> None:
        for path in copy.glob(pattern):
            data = bytearray(path.read_bytes())
            data[len(data) // 2] ^= 1
            path.write_bytes(data)

    return spoil


def no_heads(copy: Path) -> None:
    for path in copy.glob("head*"):
        path.unlink()


def wrong_metadata(copy: Path) -> None:
    no_heads(copy)
    damage("metadata/timestamp.json")(copy)


@pytest.mark.parametrize(
    ("mode", "code"),
    [
        (answers.hang_up, "unreachable"),
        (answers.portal, "unreachable"),
        (answers.endless, "too-large"),
        (Stall(), "too-slow"),
        (Drip(seconds=0.05), "too-slow"),
        (Redirect("http://127.0.0.2:9/elsewhere"), "redirect"),
        (Status(404), "missing"),
        (Status(503), "unreachable"),
        (lambda handler, _file: handler.answer(200, b"nothing"), "format"),
    ],
    ids=["hangs up", "portal", "endless", "silent", "dripping", "sent elsewhere", "empty", "out of order", "nonsense"],
)
def test_whatever_a_mirror_answers_instead_the_next_is_asked_and_the_first_named(
    paper: Paper, reader: Reader, servers: ExitStack, mode: answers.Mode, code: str
) -> None:
    bad, good = serve(servers, paper.public), serve(servers, paper.public)
    list_mirrors(paper, good.url)
    paper.publish()
    reader.sync(bad.url)
    paper.publish(draft("a/new", day=21))
    bad.tell("*", mode)
    report = reader.sync()
    assert (report.mirror, passed_over(report)) == (good.url, {bad.url: code})
    assert reader.lines() == paper.lines()


@pytest.mark.parametrize(
    ("spoil", "code"), [(wrong_metadata, "format"), (damage("bundles/*"), "hash"), (damage("lists/*"), "hash")]
)
def test_a_mirror_with_wrong_bytes_is_named_and_the_next_one_serves(
    paper: Paper, reader: Reader, servers: ExitStack, tmp_path: Path, spoil: Callable[[Path], None], code: str
) -> None:
    good = serve(servers, paper.public)
    list_mirrors(paper, good.url)
    paper.publish()
    with Httpd(paper.public) as first:
        reader.sync(first.url, SyncOptions(trust_first_use=True, allow_private=True, keep=None))
    for number in range(3):
        paper.publish(*(draft(f"b/{number}/{n}", "new " * 2000, day=21) for n in range(8)), hours=30)
    shutil.copytree(paper.public, tmp_path / "spoilt")
    spoil(tmp_path / "spoilt")
    no_heads(tmp_path / "spoilt")
    bad = serve(servers, tmp_path / "spoilt")
    report = reader.sync(f"{bad.url}#{paper.fingerprint}")
    assert passed_over(report)[bad.url] == code
    assert good.requests > 0
    assert reader.lines() == paper.lines()
    with Library.open(reader.path, readonly=True) as library:
        assert library.publications()[0].last_good != bad.url


def test_another_publication_in_a_mirrors_place_is_named(
    paper: Paper, reader: Reader, servers: ExitStack, tmp_path: Path
) -> None:
    bad, good = serve(servers, paper.public), serve(servers, paper.public)
    list_mirrors(paper, good.url)
    paper.publish()
    reader.sync(bad.url)
    other = Paper(tmp_path / "other", paper.clock)
    other.publish(draft("x"))
    bad.folder = other.public
    report = reader.sync()
    assert report.mirror == good.url
    assert passed_over(report)[bad.url] in ("threshold", "wrong-root", "wrong-publication", "rollback")
    assert reader.lines() == paper.lines()


def test_a_stale_mirror_is_passed_over_for_a_fresh_one_and_both_stale_say_so(
    paper: Paper, reader: Reader, servers: ExitStack, tmp_path: Path
) -> None:
    good = serve(servers, paper.public)
    list_mirrors(paper, good.url)
    paper.publish()
    stale = serve(servers, Path(shutil.copytree(paper.public, tmp_path / "stale")))
    reader.sync(stale.url)
    paper.clock.turn(days=8)
    with pytest.raises(ExpiredError):
        reader.sync()
    paper.publish(draft("a/new", day=21))
    report = reader.sync(stale.url)
    assert (report.mirror, passed_over(report), report.fresh) == (good.url, {stale.url: "expired"}, "fresh")


# -- many dead ones ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("way", ["refusing", "silent"])
def test_nineteen_dead_mirrors_of_twenty_cost_one_try_each_whatever_there_is_to_fetch(
    paper: Paper, reader: Reader, servers: ExitStack, way: str
) -> None:
    silent = serve(servers, paper.public)
    silent.tell("*", Stall())
    dead = [closed_port() if way == "refusing" else f"{silent.url}{number}/" for number in range(19)]
    alive = serve(servers, paper.public)
    list_mirrors(paper, *dead, alive.url)
    paper.publish()
    with Httpd(paper.public) as first:
        reader.sync(first.url)
    for number in range(6):
        paper.publish(*(draft(f"b/{number}/{n}", "new " * 3000, day=21) for n in range(8)), hours=30)
    report = reader.sync()
    assert report.mirror == alive.url
    assert report.requests - alive.requests <= len(dead) + 1
    assert len(silent.log) <= len(dead)
    assert set(dead) <= set(passed_over(report))
    assert reader.lines() == paper.lines()
    assert reader.sync().requests == 1


def test_when_all_are_dead_each_is_named_once_and_everything_is_kept(
    paper: Paper, reader: Reader, servers: ExitStack
) -> None:
    dead = [closed_port() for _ in range(12)]
    list_mirrors(paper, *dead)
    paper.publish()
    with Httpd(paper.public) as first:
        reader.sync(first.url)
    with pytest.raises(NothingReachable) as caught:
        reader.sync()
    assert len(caught.value.attempts) == 13
    assert all(any(url in attempt for attempt in caught.value.attempts) for url in dead)
    assert reader.lines() == paper.lines()


# -- where nobody is sent ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("how", ["by its number", "by a name that leads there"])
def test_a_signed_address_inside_a_private_network_is_not_contacted(
    paper: Paper, reader: Reader, servers: ExitStack, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    inside = serve(servers, paper.public)
    name = "127.0.0.1" if how == "by its number" else "mirror.example"
    real = network.look_up
    monkeypatch.setattr(network, "look_up", lambda host, port: real("127.0.0.1", port))
    listed = f"https://{name}:{inside.port}/"
    list_mirrors(paper, listed)
    paper.publish()
    with Httpd(paper.public) as first:
        reader.sync(first.url, FIRST_USE)
    with pytest.raises(NothingReachable, match="private network"):
        reader.sync(None, SyncOptions())
    assert inside.requests == 0


def test_an_onion_address_is_no_matter_to_those_without_tor_while_somebody_answers(
    paper: Paper, reader: Reader, servers: ExitStack
) -> None:
    onion = f"http://{'a' * 56}.onion/"
    mirror = serve(servers, paper.public)
    list_mirrors(paper, onion, mirror.url)
    paper.publish()
    with Httpd(paper.public) as first:
        reader.sync(first.url)
    assert passed_over(reader.sync()) == {first.url: "unreachable"}
    mirror.tell("*", answers.hang_up)
    with pytest.raises(NothingReachable, match="--proxy socks5h"):
        reader.sync()


# -- what is told ------------------------------------------------------------------------------------------------------


def test_status_tells_the_mirrors_and_how_each_answered(
    paper: Paper, reader: Reader, servers: ExitStack, capsys: pytest.CaptureFixture[str]
) -> None:
    dead, mirror, unasked = closed_port(), serve(servers, paper.public), serve(servers, paper.public)
    list_mirrors(paper, dead, mirror.url, unasked.url)
    paper.publish()
    with Httpd(paper.public) as first:
        reader.sync(first.url)
    reader.sync()
    assert app.run(["status", "--json", "--library", str(reader.path)]) == 0
    told = msgspec.json.decode(capsys.readouterr().out)["publications"][0]
    assert told["mirror"] == mirror.url
    assert {one["address"]: one["problem"] for one in told["mirrors"]} == {
        first.url: "unreachable", dead: "unreachable", mirror.url: "", unasked.url: ""
    }  # fmt: skip
    assert app.run(["status", "--library", str(reader.path)]) == 0
    said = capsys.readouterr().out
    assert f"{mirror.url} (answered last)" in said
    assert f"{dead} (unreachable" in said


def test_a_mirror_that_holds_only_the_newest_is_a_good_one_and_others_fill_in(
    paper: Paper, reader: Reader, servers: ExitStack, tmp_path: Path
) -> None:
    whole = serve(servers, paper.public)
    list_mirrors(paper, whole.url)
    paper.publish()
    newest = serve(servers, Path(shutil.copytree(paper.public, tmp_path / "newest")))
    for path in newest.folder.glob("bundles/*"):
        path.unlink()
    report = reader.sync(newest.url)
    assert (report.complete, report.mirror) == (True, newest.url)
    assert passed_over(report) == {newest.url: "missing"}
    assert reader.lines() == paper.lines()
    with Library.open(reader.path, readonly=True) as library:
        known = library.publications()[0]
        assert known.last_good == newest.url
        assert {place: note.problem for place, note in library.mirror_notes(known.publication).items()} == {
            newest.url: ""
        }


def test_who_was_dead_last_time_is_not_asked_for_files_either(paper: Paper, reader: Reader, servers: ExitStack) -> None:
    dead = serve(servers, paper.public)
    first, other = serve(servers, paper.public), serve(servers, paper.public)
    list_mirrors(paper, dead.url, first.url, other.url)
    paper.publish()
    with Httpd(paper.public) as typed:
        reader.sync(typed.url)
    dead.tell("*", answers.hang_up)
    assert reader.sync().mirror == first.url
    for number in range(3):
        paper.publish(*(draft(f"b/{number}/{n}", "new " * 3000, day=21) for n in range(8)), hours=30)
    for path in paper.public.glob("bundles/*"):
        first.tell(f"bundles/{path.name}", Status(404))
    dead.forget()
    assert reader.sync().complete
    assert dead.requests == 0
    assert other.requests > 0
    assert reader.lines() == paper.lines()
