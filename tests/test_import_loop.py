"""What an import keeps when it is interrupted, under which keys its articles stand, and which notes come with them."""

import io
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from PIL import Image as PixelImage

from disks import small_disk
from importing import DATED, NOW, picture, write
from publishing import Desk, Reader
from tamizdat.errors import NewsroomError, NewsroomFull, NewsroomLocked, SourceBrokeOff, UsageError
from tamizdat.format.article import Article, Figure, Image, Paragraph, Variant
from tamizdat_server.draft import Draft
from tamizdat_server.images import Pictures
from tamizdat_server.importers import Imported, Item, Options, Reached, Report, Skipped, Source, open_markdown, run
from tamizdat_server.importers.loop import BATCH
from tamizdat_server.newsroom import Newsroom
from terminal import heed_interrupts

SITE = "wordpress example.org/"


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path / "desk", editions=("en", "ru"))


def article(
    number: int, text: str = "words", *, key: str = "", stamp: str = "", form: str = "", notes: tuple[str, ...] = ()
) -> Imported:
    draft = Draft(key=key or f"{number}", edition="en", title=f"Post {number}", body=[Paragraph([text])])
    return Imported(draft, f"{SITE} {number}", NOW, corrections=[*notes], stamp=stamp, form=form)


def take(newsroom: Newsroom, *items: Item, origin: str = SITE, correction: str = "", dry_run: bool = False) -> Report:
    return run(newsroom, Source(origin, iter(items)), now=NOW, correction=correction, dry_run=dry_run)


def counts(report: Report) -> tuple[int, int, int, int]:
    return report.added, report.revised, report.unchanged, len(report.skipped)


def rows(newsroom: Newsroom) -> list[tuple[object, ...]]:
    return [tuple(row) for row in newsroom.db.execute("SELECT * FROM articles ORDER BY key")]


def keys(newsroom: Newsroom) -> dict[str, str]:
    return {source.removeprefix(f"{SITE} "): key for source, key in newsroom.standing_sources()}


def breaking_off(items: int, error: BaseException) -> Iterator[Item]:
    yield from (article(number) for number in range(items))
    raise error


class Watching:
    """Keeps what it is told."""

    def __init__(self) -> None:
        self.seen: list[tuple[int, int | None]] = []
        self.stays: list[int] = []

    def read(self, items: int, *, total: int | None) -> None:
        self.seen.append((items, total))

    def kept(self, articles: int) -> None:
        self.stays.append(articles)


# -- interrupted -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("error", [SourceBrokeOff(source="x", reason="gone"), KeyboardInterrupt(), MemoryError()])
def test_what_came_before_a_failure_stays_and_the_next_import_goes_on(desk: Desk, error: BaseException) -> None:
    watching = Watching()
    with pytest.raises(type(error)):
        run(desk.newsroom, Source(SITE, breaking_off(130, error)), now=NOW, progress=watching)
    assert len(keys(desk.newsroom)) == watching.stays[-1] == 130
    assert counts(take(desk.newsroom, *(article(number) for number in range(200)))) == (70, 0, 130, 0)


def test_a_history_that_breaks_off_leaves_nothing(desk: Desk) -> None:
    broken = breaking_off(130, SourceBrokeOff(source="x", reason="gone"))
    with pytest.raises(SourceBrokeOff):
        run(desk.newsroom, Source(SITE, broken, history=True), now=NOW)
    assert keys(desk.newsroom) == {}


def test_a_place_is_remembered_with_the_articles_before_it(desk: Desk) -> None:
    def items() -> Iterator[Item]:
        yield article(1)
        yield Reached("here")
        yield article(2)
        raise SourceBrokeOff(source="x", reason="gone")

    with pytest.raises(SourceBrokeOff):
        run(desk.newsroom, Source(SITE, items()), now=NOW)
    assert (desk.newsroom.recall(SITE), len(keys(desk.newsroom))) == ("here", 2)


def test_progress_says_how_many_of_how_many_were_read(desk: Desk) -> None:
    watching = Watching()
    run(desk.newsroom, Source(SITE, iter([article(1), article(2)]), total=2), now=NOW, progress=watching)
    assert watching.seen == [(1, 2), (2, 2)]


def test_no_more_than_a_batch_of_articles_waits_in_memory(desk: Desk) -> None:
    def items() -> Iterator[Item]:
        for number in range(400):
            assert number - len(keys(desk.newsroom)) <= BATCH
            yield article(number)

    assert run(desk.newsroom, Source(SITE, items()), now=NOW).added == 400


def test_a_source_is_closed_in_the_end(desk: Desk) -> None:
    closed: list[str] = []

    def items() -> Iterator[Item]:
        try:
            yield Imported(Draft(key="a", edition="xx", title="In a language that isn't ours"), "a", NOW)
            yield article(2)
        finally:
            closed.append("closed")

    with pytest.raises(NewsroomError):
        run(desk.newsroom, Source(SITE, items(), history=True), now=NOW)
    assert closed == ["closed"]


KILLED = """
import sys
from pathlib import Path
import msgspec
from tamizdat_server.images import Pictures
from tamizdat_server.importers import Options, open_markdown, run
from tamizdat_server.newsroom import Newsroom

def slow(items):
    for number, item in enumerate(items):
        if number == 120:
            print("there", flush=True)
            sys.stdin.read()
        yield item

with Newsroom.open(Path(sys.argv[2])) as newsroom:
    source = open_markdown(sys.argv[1], Options(store=Pictures(newsroom.media), now=sys.argv[3], editions=["en"]))
    run(newsroom, msgspec.structs.replace(source, items=slow(source.items)), now=sys.argv[3])
"""


def test_an_import_that_was_killed_goes_on_and_a_second_one_changes_nothing(desk: Desk, tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {
        f"{number:03}.md": f"{DATED}Text {number}\n\n![x](p.png)\n" for number in range(200)
    }
    folder = write(tmp_path / "source", {**files, "p.png": picture()})
    command = [sys.executable, "-c", KILLED, str(folder), str(desk.newsroom.folder), NOW]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        assert process.stdout.readline() == "there\n"
        with pytest.raises(NewsroomLocked):
            take(desk.newsroom, article(1))
        process.kill()
    assert len(keys(desk.newsroom)) == 100
    options = Options(store=Pictures(desk.newsroom.media), now=NOW, editions=["en"])
    assert counts(run(desk.newsroom, open_markdown(str(folder), options), now=NOW)) == (100, 0, 100, 0)
    before = rows(desk.newsroom)
    assert counts(run(desk.newsroom, open_markdown(str(folder), options), now=NOW)) == (0, 0, 200, 0)
    assert rows(desk.newsroom) == before


def test_ctrl_c_says_what_stays_and_the_same_command_goes_on(desk: Desk, tmp_path: Path) -> None:
    folder = write(tmp_path / "source", {f"{number}.md": f"{DATED}Text {number}\n" for number in range(1_200)})
    command = [sys.executable, "-m", "tamizdat", "import", "markdown", folder, "--to", desk.newsroom.folder]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, preexec_fn=heed_interrupts) as process:
        while not keys(desk.newsroom) and process.poll() is None:
            time.sleep(0.002)
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=30)
    stay = len(keys(desk.newsroom))
    assert process.returncode == 130, said
    assert f"stopped. {stay:,} articles of this import came in and stay; the same command goes on" in said
    assert "Traceback" not in said
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert f"{1_200 - stay} added, 0 revised, {stay} unchanged" in done.stdout


def test_a_full_disk_is_told_and_what_came_in_stays(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", "3m") as disk:
        Newsroom.init(disk / "n", title="T", editions=["en"], passphrase=None, now=1_800_000_000).close()
        noise = [os.urandom(3_000).hex() for _ in range(400)]
        folder = write(tmp_path / "source", {f"{number:03}.md": DATED + text for number, text in enumerate(noise)})
        command = [sys.executable, "-m", "tamizdat", "import", "markdown", folder, "--to", disk / "n"]
        full = subprocess.run(command, capture_output=True, text=True, check=False)
        assert full.returncode == 5, full.stderr
        assert "space" in full.stderr
        assert "Traceback" not in full.stderr
        subprocess.run(["mount", "-o", "remount,size=30m", disk], check=True)
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        assert ", 0 revised, " in done.stdout
        with Newsroom.open(disk / "n") as newsroom:
            assert len([*newsroom.standing_sources()]) == 400


def test_a_disk_that_pictures_filled_is_told_as_such(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", "64k") as disk:
        noise = io.BytesIO()
        PixelImage.frombytes("RGB", (900, 900), os.urandom(900 * 900 * 3)).save(noise, "PNG")
        with pytest.raises(NewsroomFull):
            Pictures(disk).add(noise.getvalue(), alt="noise")


# -- every item in one place -------------------------------------------------------------------------------------------


def test_every_item_is_told_of_once(desk: Desk) -> None:
    take(desk.newsroom, article(1), article(2))
    items = [
        article(1),
        article(2, "new"),
        article(3),
        Skipped("x", "why"),
        Skipped("y", "why", hidden=True),
        article(3),
    ]
    assert counts(take(desk.newsroom, *items)) == (1, 1, 1, 3)


def test_a_source_that_has_an_article_twice_does_not_revise_it_for_ever(desk: Desk) -> None:
    items = [article(1, "one"), article(1, "two")]
    take(desk.newsroom, *items)
    report = take(desk.newsroom, *items)
    assert counts(report) == (0, 0, 1, 1)
    assert "twice" in report.skipped[0].reason


@pytest.mark.parametrize("first", [True, False])
def test_what_is_hidden_once_is_hidden(desk: Desk, first: bool) -> None:
    hidden = Skipped(f"{SITE} 1", "a draft", hidden=True)
    take(desk.newsroom, *([hidden, article(1)] if first else [article(1), hidden]))
    assert keys(desk.newsroom) == {}


def test_an_article_out_of_bounds_leaves_nothing_of_itself(desk: Desk) -> None:
    report = take(desk.newsroom, article(1, notes=("x" * 2_000_000,)), article(2, notes=("A note.",)))
    assert counts(report) == (1, 0, 0, 1)
    assert keys(desk.newsroom) == {"2": "2"}


def test_pictures_that_nobody_described_are_counted(desk: Desk) -> None:
    variant = Variant("preview", "0" * 64, "image/webp", 1, 1, 1)
    images = [Image(width=1, height=1, alt=alt, variants=[variant]) for alt in ("", "a dog", " ")]
    item = article(1)
    draft = msgspec.structs.replace(item.draft, image=images[0], body=[Figure(image) for image in images[1:]])
    report = take(desk.newsroom, msgspec.structs.replace(item, draft=draft), article(2))
    assert report.pictures == 3
    assert (report.undescribed.pictures, report.undescribed.articles) == (2, 1)
    assert report.undescribed.first == [f"{SITE} 1"]


def test_warnings_that_a_source_makes_up_do_not_fill_the_report(desk: Desk) -> None:
    items = [msgspec.structs.replace(article(n), warnings=[f"w{n} {w}" for w in range(20)]) for n in range(40)]
    report = take(desk.newsroom, *items)
    assert len(report.warnings) == 501


def test_the_log_says_what_an_import_changed_and_nothing_where_it_changed_nothing(desk: Desk) -> None:
    for items in ([article(1), article(2)], [article(1), article(2)], [article(1, "new"), article(3)]):
        take(desk.newsroom, *items)
    take(desk.newsroom, article(4), dry_run=True)
    logged = desk.newsroom.db.execute("SELECT subject, detail FROM audit WHERE action = 'import'").fetchall()
    assert [tuple(row) for row in logged] == [(SITE, "2 added"), (SITE, "1 added, 1 revised")]


def test_a_newsroom_of_an_older_tamizdat_is_brought_up_to_date_and_its_articles_known_again(
    desk: Desk, tmp_path: Path
) -> None:
    folder = write(tmp_path / "source", {"a.md": DATED, "b.md": DATED})
    options = Options(store=Pictures(desk.newsroom.media), now=NOW, editions=["en"])
    run(desk.newsroom, open_markdown(str(folder), options), now=NOW)
    desk.newsroom.db.execute("DROP INDEX articles_by_origin")
    for column in ("origin", "stamp", "form", "noted", "gone"):
        desk.newsroom.db.execute(f"ALTER TABLE articles DROP COLUMN {column}")
    desk.newsroom.db.execute("DELETE FROM _sqlite_migrations WHERE name = 'origins'")
    desk.newsroom.close()
    with Newsroom.open(desk.newsroom.folder) as newsroom:
        write(folder, {"b.md": DATED.replace("---\ntitle", "---\ndraft: true\ntitle")})
        report = run(newsroom, open_markdown(str(folder), options), now=NOW)
        assert (report.unchanged, report.removed) == (1, 1)
        assert [source for source, _ in newsroom.standing_sources()] == ["a.md"]


# -- keys --------------------------------------------------------------------------------------------------------------


def test_an_article_keeps_the_key_under_which_it_came_first(desk: Desk) -> None:
    take(desk.newsroom, article(1, key="2024/bridge"))
    report = take(desk.newsroom, article(1, "new", key="2025/the-bridge"))
    assert (report.added, report.revised, keys(desk.newsroom)) == (0, 1, {"1": "2024/bridge"})


def test_two_articles_that_want_one_key_both_stand_and_keep_their_keys(desk: Desk) -> None:
    items = [article(1, key="bridge"), article(2, key="bridge")]
    take(desk.newsroom, *items)
    first = keys(desk.newsroom)
    assert first["1"] == "bridge"
    assert first["2"].startswith("bridge-")
    take(desk.newsroom, *reversed(items))
    assert keys(desk.newsroom) == first


def test_a_key_of_the_greatest_length_has_room_for_its_mark(desk: Desk) -> None:
    take(desk.newsroom, article(1, key="k" * 200), article(2, key="k" * 200))
    assert sorted(map(len, keys(desk.newsroom).values())) == [200, 200]


def test_a_key_that_an_editor_retracted_is_not_given_to_another_article(desk: Desk) -> None:
    take(desk.newsroom, article(1, key="bridge"))
    desk.newsroom.retract("bridge", at=NOW, hold=True)
    take(desk.newsroom, article(2, key="bridge"))
    assert keys(desk.newsroom)["2"] != "bridge"


def test_what_an_editor_withdrew_does_not_come_back_under_another_name(desk: Desk) -> None:
    take(desk.newsroom, article(1, key="bridge"))
    desk.newsroom.retract("bridge", at=NOW, hold=True)
    again = msgspec.structs.replace(article(1, key="bridge"), source="feed example.org/?p=1")
    report = take(desk.newsroom, again, origin="feed https://example.org/feed")
    assert (counts(report), keys(desk.newsroom)) == ((0, 0, 0, 1), {})
    assert "an editor withdrew 'bridge'" in report.skipped[0].reason


# -- whose an article is -----------------------------------------------------------------------------------------------

OURS = "feed https://www.example.org/feed/"


def entry(text: str = "words", *, source: str = "feed example.org/?p=1", key: str = "bridge") -> Imported:
    return msgspec.structs.replace(article(1, text, key=key), source=source)


@pytest.mark.parametrize("source", ["feed example.org/?p=1", "feed urn:uuid:1"])
def test_a_feed_that_calls_its_entry_by_another_sites_name_changes_nothing(desk: Desk, source: str) -> None:
    take(desk.newsroom, entry(source=source), origin=OURS)
    desk.publish()
    before = rows(desk.newsroom)
    for item in (entry("forged", source=source), Skipped(source, "a draft", hidden=True)):
        report = take(desk.newsroom, item, origin="feed https://evil.example/feed/")
        assert (counts(report), report.removed, report.held) == ((0, 0, 0, 1), 0, [])
    assert rows(desk.newsroom) == before
    desk.newsroom.retract("bridge", at=NOW)
    assert (
        "another site"
        in take(desk.newsroom, entry(source=source), origin="feed https://evil.example/").skipped[0].reason
    )


@pytest.mark.parametrize(
    "origin", [OURS, "feed http://example.org/category/news/feed", "feed https://EXAMPLE.org/?feed=atom"]
)
def test_another_feed_of_the_same_site_may_tell_of_the_same_entry(desk: Desk, origin: str) -> None:
    take(desk.newsroom, entry(), origin=OURS)
    assert counts(take(desk.newsroom, entry("new"), origin=origin)) == (0, 1, 0, 0)


def test_what_an_editor_kept_is_still_its_sites(desk: Desk) -> None:
    take(desk.newsroom, entry(), origin=OURS)
    desk.publish()
    run(
        desk.newsroom,
        Source(OURS, iter([Skipped("feed example.org/?p=1", "gone", hidden=True)])),
        now=NOW,
        confirm=True,
    )
    desk.newsroom.restore("bridge", at=NOW)
    assert counts(take(desk.newsroom, entry("forged"), origin="feed https://evil.example/feed/")) == (0, 0, 0, 1)
    assert counts(take(desk.newsroom, entry("new"), origin=OURS)) == (0, 1, 0, 0)


def test_a_feed_that_moved_goes_on_where_somebody_says_so(desk: Desk) -> None:
    take(desk.newsroom, entry(), origin=OURS)
    new = Source("feed https://example.net/feed/", iter([entry("new")]))
    assert counts(run(desk.newsroom, new, now=NOW, confirm=True)) == (0, 1, 0, 0)
    assert counts(take(desk.newsroom, entry("newer"), origin=new.origin)) == (0, 1, 0, 0)


def test_a_folder_does_not_take_the_key_of_a_sites_article(desk: Desk, tmp_path: Path) -> None:
    take(desk.newsroom, article(1, key="bridge"))
    folder = write(tmp_path / "source", {"bridge.md": DATED})
    source = open_markdown(str(folder), Options(store=Pictures(desk.newsroom.media), now=NOW, editions=["en"]))
    report = run(desk.newsroom, source, now=NOW)
    assert "from elsewhere" in report.skipped[0].reason
    assert keys(desk.newsroom) == {"1": "bridge"}


# -- versions ----------------------------------------------------------------------------------------------------------


def test_the_same_version_in_another_form_is_no_revision(desk: Desk) -> None:
    raw, rendered = article(1, stamp="s1", form="raw"), article(1, "shown", stamp="s1", form="rendered")
    take(desk.newsroom, raw)
    for item in (rendered, rendered, raw):
        assert counts(take(desk.newsroom, item)) == (0, 0, 1, 0)
    assert take(desk.newsroom, article(1, "shown", stamp="s2", form="rendered")).revised == 1


def test_the_same_form_is_compared_by_its_content_whatever_its_stamp(desk: Desk) -> None:
    take(desk.newsroom, article(1, stamp="s1", form="raw"))
    assert take(desk.newsroom, article(1, stamp="s2", form="raw")).unchanged == 1
    assert take(desk.newsroom, article(1, "new", stamp="s2", form="raw")).revised == 1


# -- corrections -------------------------------------------------------------------------------------------------------


def notes_of(desk: Desk, key: str) -> list[str]:
    record = Reader().sync(desk.public).current[key].record
    assert isinstance(record, Article)
    return [correction.note for correction in record.corrections]


def test_a_correction_goes_with_the_one_published_article_that_is_revised(desk: Desk) -> None:
    take(desk.newsroom, article(1), article(2))
    desk.publish()
    report = take(desk.newsroom, article(1), article(2, "right"), article(3), correction="It was Tuesday.")
    assert (report.corrected, report.revised, report.added) == ("2", 1, 1)
    desk.publish()
    assert (notes_of(desk, "1"), notes_of(desk, "2"), notes_of(desk, "3")) == ([], ["It was Tuesday."], [])


def test_a_correction_of_two_articles_is_refused_and_changes_nothing(desk: Desk) -> None:
    take(desk.newsroom, article(1), article(2))
    desk.publish()
    before = rows(desk.newsroom)
    with pytest.raises(UsageError, match="2 are revised"):
        take(desk.newsroom, article(1, "right"), article(2, "right"), correction="It was Tuesday.")
    assert rows(desk.newsroom) == before


def test_a_correction_goes_also_with_the_one_article_that_a_history_revised_twice(desk: Desk) -> None:
    take(desk.newsroom, article(1))
    desk.publish()
    changes: list[Item] = [article(1, "half right"), article(1, "right")]
    source = Source(SITE, iter(changes), history=True)
    assert run(desk.newsroom, source, now=NOW, correction="It was Tuesday.").corrected == "1"


def test_a_correction_of_nothing_is_told(desk: Desk) -> None:
    take(desk.newsroom, article(1))
    assert take(desk.newsroom, article(1, "right"), correction="It was Tuesday.").corrected == ""


def test_a_sources_correction_is_added_once(desk: Desk) -> None:
    take(desk.newsroom, article(1))
    desk.publish()
    corrected = article(1, "right", notes=("It was Tuesday.",))
    assert counts(take(desk.newsroom, corrected)) == (0, 1, 0, 0)
    desk.publish()
    assert counts(take(desk.newsroom, corrected)) == (0, 0, 1, 0)
    assert counts(take(desk.newsroom, article(1, "right", notes=("It was Tuesday.", "In May.")))) == (0, 1, 0, 0)
    desk.publish()
    assert notes_of(desk, "1") == ["It was Tuesday.", "In May."]


def test_a_note_that_an_article_came_with_stands_in_its_first_revision(desk: Desk) -> None:
    item = article(1, notes=("It was Tuesday.",))
    take(desk.newsroom, item)
    desk.publish()
    assert notes_of(desk, "1") == ["It was Tuesday."]
    assert counts(take(desk.newsroom, item)) == (0, 0, 1, 0)
    assert not desk.publish().changed


def test_what_a_retraction_took_back_does_not_return_as_a_note(desk: Desk) -> None:
    item = article(1, notes=("It was Mr Smith.",))
    take(desk.newsroom, item)
    desk.publish()
    take(desk.newsroom, Skipped(item.source, "private", hidden=True))
    run(desk.newsroom, Source(SITE, iter([])), now=NOW, confirm=True)
    desk.publish()
    take(desk.newsroom, article(1, "another text", notes=("It was Mr Smith.",)))
    desk.publish()
    assert notes_of(desk, "1") == []


def test_the_same_note_is_not_added_by_hand_and_by_import(desk: Desk) -> None:
    take(desk.newsroom, article(1))
    desk.publish()
    assert desk.newsroom.correct("1", "It was Tuesday.", at=NOW)
    assert not desk.newsroom.correct("1", "It was Tuesday.", at=NOW)
    take(desk.newsroom, article(1, "right", notes=("It was Tuesday.",)))
    desk.publish()
    assert notes_of(desk, "1") == ["It was Tuesday."]


@pytest.mark.parametrize(
    ("field", "notes"),
    [
        ("correction: It was *Tuesday*.", ["It was *Tuesday*."]), ("correction: ''", []), ("corrections: false", []),
        ("corrections:\n  - One.\n  - Two.", ["One.", "Two."]),
        ("corrections:\n  - date: 2024-05-02\n    note: One.\n  - text: Two.", ["One.", "Two."]),
    ],
)  # fmt: skip
def test_corrections_are_read_from_front_matter(tmp_path: Path, field: str, notes: list[str]) -> None:
    folder = write(tmp_path / "source", {"a.md": DATED.replace("date:", f"{field}\ndate:")})
    source = open_markdown(str(folder), Options(store=Pictures(tmp_path / "media"), now=NOW, editions=["en"]))
    item = next(source.items)
    assert isinstance(item, Imported)
    assert item.corrections == notes
