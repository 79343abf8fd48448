"""What came when: the library can say which version brought, changed or retracted what, and keeps no word for that."""

import sqlite3
from pathlib import Path

from sqlite_utils import Database

from following import Follower
from publishing import Desk
from shelf import AT, FINGERPRINT, PUBLICATION, accepted, article, assert_sound, bundle, delta, retraction, shelf
from tamizdat import Library
from tamizdat.library import SCHEMA, schema

LATER = "2026-11-23T06:00:00Z"


def spans(library: Library) -> list[tuple[str, int, int, str]]:
    sql = "SELECT edition, from_version, to_version, kind FROM spans ORDER BY edition, to_version, from_version"
    return list(library.rows(sql))


def changes(library: Library, *, to: int) -> dict[str, tuple[str, int]]:
    sql = "SELECT key, changes.kind, revision FROM changes JOIN spans ON span = id WHERE to_version = ?"
    return {key: (kind, revision) for key, kind, revision in library.rows(sql, (to,))}


def test_a_version_tells_what_it_added_revised_retracted_and_restored(tmp_path: Path):
    with shelf(tmp_path / "library.db") as library:
        library.apply_delta(delta(article("one"), article("two"), retraction("three", 1)), to=1, at=AT)
        records = article("one", 2), retraction("two"), article("three", 2, cleared=1), article("four")
        library.apply_delta(bundle("delta", records, span=(1, 2)), to=2, at=LATER)
        assert changes(library, to=1) == {"one": ("added", 1), "two": ("added", 1), "three": ("retracted", 1)}
        assert changes(library, to=2) == {
            "one": ("revised", 2), "two": ("retracted", 2), "three": ("restored", 2), "four": ("added", 1),
        }  # fmt: skip
        assert spans(library) == [("en", 0, 1, "delta"), ("en", 1, 2, "delta")]
        assert [at for (at,) in library.rows("SELECT at FROM spans ORDER BY to_version")] == [AT, LATER]
        assert_sound(library)


def test_a_delta_that_begins_before_what_is_held_counts_from_there(tmp_path: Path):
    with shelf(tmp_path / "library.db") as library:
        library.apply_delta(delta(article("one"), article("two")), to=4)
        library.apply_delta(bundle("delta", [article("one"), article("two", 2)], span=(2, 6)), to=6)
        assert spans(library)[-1] == ("en", 4, 6, "delta")
        assert changes(library, to=6) == {"two": ("revised", 2)}


def test_a_delta_that_is_applied_again_is_listed_once(tmp_path: Path):
    with shelf(tmp_path / "library.db") as library:
        library.apply_delta(delta(article("one")), to=1)
        library.db.execute("UPDATE editions SET version = 0")  # as a snapshot behind the edition leaves it
        library.apply_delta(delta(article("one")), to=1, at=LATER)
        assert spans(library) == [("en", 0, 1, "delta")]
        assert changes(library, to=1) == {"one": ("added", 1)}


def test_articles_of_a_first_sync_are_no_changes_but_its_version_is_told(tmp_path: Path):
    with shelf(tmp_path / "library.db") as library:
        library.apply_segment(bundle("segment", [article("one")]), start=("", ""), end=None, version=7)
        library.finish_snapshot(PUBLICATION, "en", version=7, complete_since="", at=AT)
        assert spans(library) == [("en", 0, 7, "snapshot")]
        assert changes(library, to=7) == {}


def test_every_accepted_version_is_told_with_the_time_of_its_publishing(tmp_path: Path):
    with shelf(tmp_path / "library.db") as library:
        library.accept(accepted(3), fingerprint=FINGERPRINT)
        assert list(library.rows("SELECT version, published FROM versions")) == [(1, AT), (3, AT)]


def test_a_new_history_forgets_the_changes_of_the_old_one(tmp_path: Path):
    with shelf(tmp_path / "library.db") as library:
        library.apply_delta(delta(article("one")), to=5)
        library.accept(accepted(2, restart=True), fingerprint=FINGERPRINT)
        assert spans(library) == []
        assert list(library.rows("SELECT version FROM versions")) == [(2,)]
        assert_sound(library)


def test_an_edition_that_is_let_go_of_takes_its_changes_with_it(tmp_path: Path):
    with shelf(tmp_path / "library.db") as library:
        library.apply_delta(delta(article("one")), to=1)
        library.apply_delta(delta(article("два", edition="ru"), edition="ru"), to=1)
        library.forget(PUBLICATION, "en")
        assert spans(library) == [("ru", 0, 1, "delta")]
        assert changes(library, to=1) == {"два": ("added", 1)}


def test_a_library_of_the_first_schema_learns_to_note_changes(tmp_path: Path):
    path = tmp_path / "library.db"
    with shelf(path) as library:
        library.apply_delta(delta(article("one")), to=1)
    with sqlite3.connect(path) as db:
        for name in ("changes", "spans", "versions", "mirrors"):
            db.execute(f"DROP TABLE {name}")
        for column in ("head_bytes", "more_mirrors", "more_mirrors_sha256"):
            db.execute(f"ALTER TABLE publications DROP COLUMN {column}")
        for index in ("retractions_at", "corrections_at"):
            db.execute(f"DROP INDEX {index}")
        db.execute("DELETE FROM _sqlite_migrations WHERE name = ?", (schema.migrations.applied(Database(db))[1].name,))
        db.execute("PRAGMA user_version = 1")
    db.close()
    with Library.open(path) as library:
        assert library.row("PRAGMA user_version") == (SCHEMA,)
        assert list(library.rows("SELECT version, published FROM versions")) == [(1, AT)]
        library.apply_delta(bundle("delta", [article("one", 2)], span=(1, 2)), to=2)
        assert changes(library, to=2) == {"one": ("revised", 2)}


def test_a_reader_who_syncs_by_deltas_can_say_what_each_version_brought(tmp_path: Path):
    desk, reader = Desk(tmp_path / "desk"), Follower(tmp_path / "library.db")
    desk.put("one")
    desk.put("two")
    desk.publish()
    reader.sync(desk)
    desk.put("one", "other words")
    desk.put("three")
    desk.retract("two", "Not so.")
    desk.publish()
    reader.sync(desk)
    with Library.open(reader.path) as library:
        assert spans(library) == [("en", 0, 1, "snapshot"), ("en", 1, 2, "delta")]
        assert changes(library, to=2) == {"one": ("revised", 2), "two": ("retracted", 2), "three": ("added", 1)}
        assert library.row("SELECT at FROM spans WHERE to_version = 2") == (desk.at,)


def test_no_word_of_a_retracted_text_stays_behind_in_what_is_noted(tmp_path: Path):
    desk, reader = Desk(tmp_path / "desk"), Follower(tmp_path / "library.db")
    desk.put("one")
    desk.publish()
    reader.sync(desk)
    desk.put("two", "Xylographic whispers.", title="Quincunx")
    desk.publish()
    reader.sync(desk)
    desk.retract("two")
    desk.publish()
    reader.sync(desk)
    left = reader.path.read_bytes()
    assert b"quincunx" not in left.lower()
    assert b"xylographic" not in left.lower()
