"""What editors and importers say, and what of it is ever published."""

import stat
import subprocess
import sys
from pathlib import Path

import pytest

from publishing import DAY, HOUR, NOW, Desk, Reader
from tamizdat.errors import AlreadyExists, FormatError, NewsroomError, NewsroomLocked, NoSuchKey, NotANewsroom
from tamizdat.format.article import Article, Code, Retraction
from tamizdat_server.clock import rfc3339
from tamizdat_server.importers.orders import Order, carry_out
from tamizdat_server.newsroom import Newsroom
from tamizdat_server.publish import publish


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path / "desk", editions=("en", "ru"))


def record(desk: Desk, key: str, edition: str = "en") -> Article | Retraction:
    return Reader(edition).sync(desk.public).current[key].record


def everything(desk: Desk) -> bytes:
    return b"".join(Reader().sync(desk.public).lines()) + desk.files()["feeds/en.atom"]


def test_putting_the_same_twice_changes_nothing(desk: Desk):
    assert [desk.put("a"), desk.put("a"), desk.put("a", "other")] == ["added", "unchanged", "revised"]


@pytest.mark.parametrize("key", ["..", "a/../b", "./a", "a/."])
def test_a_key_that_an_address_would_lose_is_refused(desk: Desk, key: str):
    with pytest.raises(FormatError, match="addresses"):
        desk.put(key)


def test_only_the_last_state_before_a_publish_becomes_a_record(desk: Desk):
    desk.put("a", "a first thought")
    desk.put("a", "a second thought")
    desk.publish()
    desk.put("a", "a third thought")
    desk.put("a", "a fourth thought")
    desk.publish()
    assert record(desk, "a").revision == 2
    assert b"first" not in everything(desk)
    assert b"third" not in everything(desk)
    assert b"fourth" in everything(desk)


def test_a_change_that_was_taken_back_makes_no_version(desk: Desk):
    desk.put("a", "words")
    desk.publish()
    desk.put("a", "other words")
    desk.put("a", "words")
    assert not desk.publish().changed


def test_what_was_retracted_before_it_was_published_never_existed(desk: Desk):
    desk.put("a")
    desk.retract("a", "a notice")
    desk.put("b")
    desk.publish()
    assert [entry.record.key for entry in Reader().sync(desk.public).current.values()] == ["b"]


def test_a_retraction_that_was_undone_in_time_is_never_seen(desk: Desk):
    desk.put("a")
    desk.publish()
    desk.retract("a")
    desk.newsroom.restore("a", at=desk.at)
    assert not desk.publish().changed


def test_an_import_brings_back_what_its_source_removed_but_not_what_an_editor_retracted(desk: Desk):
    desk.put("a")
    desk.put("b")
    desk.retract("a")
    desk.newsroom.retract("b", "withdrawn by an editor", at=desk.at, hold=True)
    assert [desk.put("a"), desk.put("b"), desk.put("b", "changed")] == ["revised", "unchanged", "unchanged"]
    desk.newsroom.restore("b", at=desk.at)
    assert desk.put("b", "changed") == "revised"


def test_an_editors_word_holds_also_for_what_its_source_had_removed_already(desk: Desk):
    desk.put("a")
    assert desk.retract("a")
    assert not desk.retract("a")
    assert desk.newsroom.retract("a", "a notice", at=desk.at, hold=True)
    assert desk.put("a") == "unchanged"


def test_a_notice_can_be_changed_afterwards(desk: Desk):
    desk.put("a")
    desk.publish()
    desk.newsroom.retract("a", "one", at=desk.at, hold=True)
    desk.publish()
    desk.newsroom.retract("a", "two", at=desk.at, hold=True)
    desk.publish()
    assert (record(desk, "a").notice, record(desk, "a").revision) == ("two", 3)


def test_a_correction_stands_in_the_next_revision_and_in_all_after_it(desk: Desk):
    desk.put("a")
    desk.publish()
    desk.newsroom.correct("a", "It was Tuesday.", at=desk.at)
    desk.put("a", "on Tuesday")
    desk.publish()
    desk.put("a", "on Tuesday, then")
    desk.publish()
    corrections = record(desk, "a").corrections
    assert [(note.revision, note.note) for note in corrections] == [(2, "It was Tuesday.")]


def test_corrections_come_back_with_the_article_but_not_with_a_new_text(desk: Desk):
    for key in ("restored", "rewritten"):
        desk.put(key)
        desk.publish()
        desk.newsroom.correct(key, "a note", at=desk.at)
        desk.publish()
        desk.retract(key)
        desk.publish()
    desk.newsroom.restore("restored", at=desk.at)
    desk.put("rewritten", "a clean text")
    desk.publish()
    assert [note.note for note in record(desk, "restored").corrections] == ["a note"]
    assert record(desk, "rewritten").corrections == []


def test_an_article_whose_language_was_put_right_leaves_the_edition_it_was_in(desk: Desk):
    desk.put("a", edition="en")
    desk.publish()
    desk.put("a", edition="ru")
    desk.publish()
    assert isinstance(record(desk, "a", "en"), Retraction)
    assert isinstance(record(desk, "a", "ru"), Article)


def test_dates_come_from_the_source_else_from_the_first_import(desk: Desk):
    desk.put("dated", published="2020-02-02T00:00:00Z", updated="2020-03-03T00:00:00Z")
    desk.put("undated")
    first = desk.at
    desk.publish()
    desk.put("undated", "changed")
    second = desk.at
    desk.publish()
    dated, undated = record(desk, "dated"), record(desk, "undated")
    assert (dated.published, dated.updated) == ("2020-02-02T00:00:00Z", "2020-03-03T00:00:00Z")
    assert (undated.published, undated.updated) == (first, second)


def test_text_is_composed_and_free_of_characters_that_turn_its_direction(desk: Desk):
    desk.put("a", "cafe\u0301 \u202eabc\u202c")
    desk.publish()
    assert "café abc".encode() in everything(desk)


@pytest.mark.parametrize("bad", [{"title": "x" * 1001}, {"published": "yesterday"}, {"source_url": "javascript:x"}])
def test_what_could_not_be_published_is_refused_at_once(desk: Desk, bad: dict[str, str]):
    with pytest.raises(FormatError):
        desk.put("a", **bad)
    assert not desk.publish().editions["en"].articles


def test_an_article_too_large_for_a_segment_is_refused_at_once(desk: Desk):
    with pytest.raises(FormatError, match="bytes"):
        desk.put("a", body=[Code("ж" * 190_000) for _ in range(4)])


def test_a_language_that_is_no_edition_here_is_refused(desk: Desk):
    with pytest.raises(NewsroomError, match="kk"):
        desk.put("a", edition="kk")


def test_where_no_editions_are_named_every_language_becomes_one(tmp_path: Path):
    desk = Desk(tmp_path / "desk", editions=())
    desk.put("a", edition="kk")
    desk.publish()
    assert desk.catalog().editions["kk"].title == "Қазақша"


@pytest.mark.parametrize("what", ["correct", "retract", "restore"])
def test_an_unknown_key_is_said(desk: Desk, what: str):
    with pytest.raises(NoSuchKey):
        {
            "correct": lambda: desk.newsroom.correct("x", "note", at=desk.at),
            "retract": lambda: desk.retract("x"),
            "restore": lambda: desk.newsroom.restore("x", at=desk.at),
        }[what]()


def test_changes_made_together_happen_together_or_not_at_all(desk: Desk):
    def change() -> None:
        with desk.newsroom.editing():
            desk.put("a")
            desk.newsroom.remember("commit", "abc")
            desk.put("b", published="never")

    with pytest.raises(FormatError):
        change()
    assert list(desk.newsroom.standing_sources()) == []
    assert desk.newsroom.recall("commit") is None


def test_what_an_importer_remembers_is_there_next_time(desk: Desk):
    desk.newsroom.remember("commit", "abc")
    desk.put("a")
    with Newsroom.open(desk.newsroom.folder) as again:
        assert again.recall("commit") == "abc"
        assert again.key_of("a.md") == "a"


def test_another_process_at_work_is_said_at_once(desk: Desk):
    code = (
        "import sys; from pathlib import Path; from tamizdat_server.newsroom import Newsroom\n"
        "with Newsroom.open(Path(sys.argv[1])).lock(): print('locked', flush=True); sys.stdin.read()"
    )
    command = [sys.executable, "-c", code, str(desk.newsroom.folder)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
        assert other.stdout.readline() == b"locked\n"
        with pytest.raises(NewsroomLocked):
            desk.put("a")
        with pytest.raises(NewsroomLocked):
            desk.publish()
        other.stdin.close()
    assert desk.put("a") == "added"


def test_a_clock_that_was_set_back_withdraws_nothing_and_signs_nothing(desk: Desk, tmp_path: Path):
    (tmp_path / "a.md").write_text(f"---\ntitle: A\ndate: {desk.at}\nlang: en\n---\nWords.\n")
    order = Order(kind="markdown", source=[str(tmp_path)])
    carry_out(desk.newsroom, order, now=desk.at)
    desk.publish()
    desk.put("b")

    for back in (2 * DAY, 900 * DAY):
        early = desk.now - back
        with pytest.raises(NewsroomError, match="this machine's clock says"):
            carry_out(desk.newsroom, order, now=rfc3339(early))
        with pytest.raises(NewsroomError, match="this machine's clock says"):
            publish(desk.newsroom, now=early)
    assert carry_out(desk.newsroom, order, now=rfc3339(desk.now - HOUR)).unchanged == 1
    assert desk.publish().version == 2


def test_init_keeps_keys_and_database_from_others_eyes(desk: Desk):
    folder = desk.newsroom.folder
    modes = {path: stat.S_IMODE(path.stat().st_mode) for path in [folder / "newsroom.db", *folder.glob("keys/*.pem")]}
    assert set(modes.values()) == {0o600}
    assert len(modes) == 5


def test_init_touches_no_newsroom_that_exists(desk: Desk):
    before = desk.files()
    with pytest.raises(AlreadyExists):
        Newsroom.init(desk.newsroom.folder, title="T", editions=[], passphrase=None, now=NOW)
    assert desk.files() == before


@pytest.mark.parametrize("bad", ["English", "e", "en_GB", ""])
def test_init_refuses_what_is_no_language(tmp_path: Path, bad: str):
    with pytest.raises(NewsroomError):
        Newsroom.init(tmp_path / "x", title="T", editions=[bad], passphrase=None, now=NOW)
    assert not (tmp_path / "x").exists()


def test_a_folder_that_is_no_newsroom_is_said(tmp_path: Path):
    with pytest.raises(NotANewsroom):
        Newsroom.open(tmp_path)


@pytest.mark.parametrize("text", ["title = 3", "titel = 'x'", "title = 'x'\nmirrors = ['ftp://x/']", "\x00", "title ="])
def test_settings_that_make_no_sense_are_said_with_their_file(desk: Desk, text: str):
    (desk.newsroom.folder / "tamizdat.toml").write_text(text)
    with pytest.raises(NewsroomError, match=r"tamizdat\.toml"):
        Newsroom.open(desk.newsroom.folder)
