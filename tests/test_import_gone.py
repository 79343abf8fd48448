"""What a source has no more leaves the publication, but never much of it at once without somebody's word."""

from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from importing import DATED, NOW, Repo, write
from publishing import Desk, Reader
from tamizdat.errors import SourceBrokeOff
from tamizdat.format.article import Paragraph
from tamizdat_server.draft import Draft
from tamizdat_server.images import Pictures
from tamizdat_server.importers import (
    Complete,
    Imported,
    Item,
    Options,
    Removed,
    Report,
    Skipped,
    Source,
    open_markdown,
    run,
)
from tamizdat_server.newsroom import Newsroom

SITE = "wordpress example.org/"


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path / "desk", editions=("en", "ru"))


def article(number: int, *, edition: str = "en", text: str = "words", key: str = "") -> Imported:
    draft = Draft(key=key or f"{edition}/{number}", edition=edition, title=f"Post {number}", body=[Paragraph([text])])
    return Imported(draft, f"{SITE} {edition} {number}", NOW)


def articles(numbers: Iterable[int], *, edition: str = "en") -> list[Item]:
    return [article(number, edition=edition) for number in numbers]


def private(number: int) -> Skipped:
    return Skipped(f"{SITE} en {number}", "it is private", hidden=True)


def take(
    newsroom: Newsroom, items: Iterable[Item], *, origin: str = SITE, confirm: bool = False, dry_run: bool = False
) -> Report:
    return run(newsroom, Source(origin, iter([*items])), now=NOW, confirm=confirm, dry_run=dry_run)


def published(desk: Desk, number: int = 600) -> Newsroom:
    """A newsroom that imported so many posts of a site, and published them."""
    take(desk.newsroom, articles(range(number)))
    desk.publish()
    return desk.newsroom


def standing(newsroom: Newsroom) -> set[str]:
    return {key for _, key in newsroom.standing_sources()}


# -- how much may go ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("before", "gone", "held"), [(600, 5, False), (600, 6, True), (500, 5, False), (499, 5, True), (99, 1, True)]
)
def test_five_articles_and_one_percent_go_by_themselves(desk: Desk, before: int, gone: int, held: bool) -> None:
    newsroom = published(desk, before)
    report = take(newsroom, [*articles(range(gone, before)), Complete()])
    assert (report.removed, len(report.held)) == ((0, gone) if held else (gone, 0))
    assert len(standing(newsroom)) == before - report.removed


def test_five_articles_an_hour_are_not_five_at_once(desk: Desk) -> None:
    newsroom = published(desk)
    report = take(newsroom, [*articles(range(3, 600)), Complete()])
    assert report.removed == 3
    desk.publish()
    for hour in range(7, 10):
        source = Source(SITE, iter([*articles(range(hour, 600)), Complete()]))
        report = run(newsroom, source, now=f"2026-11-22T{hour:02}:00:00Z")
        assert (report.removed, len(report.held)) == (0, hour - 3)
    source = Source(SITE, iter([*articles(range(9, 600)), Complete()]))
    assert run(newsroom, source, now="2026-11-22T10:00:00Z", confirm=True).removed == 6
    source = Source(SITE, iter([*articles(range(11, 600)), Complete()]))
    assert run(newsroom, source, now="2026-11-22T11:00:00Z").removed == 2
    source = Source(SITE, iter([*articles(range(16, 600)), Complete()]))
    assert run(newsroom, source, now="2026-11-23T12:00:00Z").removed == 5


def test_one_percent_is_counted_in_each_edition(desk: Desk) -> None:
    newsroom = desk.newsroom
    take(newsroom, [*articles(range(600)), *articles(range(50), edition="ru")])
    report = take(newsroom, [*articles(range(600)), *articles(range(1, 50), edition="ru"), Complete()])
    assert [(held.edition, held.key) for held in report.held] == [("ru", "ru/0")]


def test_a_source_that_answers_with_nothing_retracts_nothing(desk: Desk) -> None:
    newsroom = published(desk)
    report = take(newsroom, [Complete()])
    assert (report.removed, len(report.held)) == (0, 600)
    assert not desk.publish().changed


def test_what_is_held_is_named_with_its_reason(desk: Desk) -> None:
    newsroom = published(desk, 3)
    held = take(newsroom, [article(0), private(1), Complete()]).held
    assert [(one.source, one.key, one.edition, one.reason) for one in held] == [
        (f"{SITE} en 1", "en/1", "en", "it is private"),
        (f"{SITE} en 2", "en/2", "en", "its source has it no more"),
    ]


def test_the_same_import_with_confirm_takes_away_what_was_held_and_a_third_changes_nothing(desk: Desk) -> None:
    newsroom = published(desk, 10)
    items = [*articles(range(4)), Complete()]
    assert len(take(newsroom, items).held) == 6
    report = take(newsroom, items, confirm=True)
    assert (report.removed, report.held) == (6, [])
    again = take(newsroom, items)
    assert (again.removed, again.held, again.unchanged) == (0, [], 4)
    desk.publish()
    assert set(Reader().sync(desk.public).current) >= standing(newsroom)


def test_readers_lose_what_went_and_keep_what_was_held(desk: Desk) -> None:
    newsroom = published(desk)
    take(newsroom, [*articles(range(2, 600)), Complete()])
    desk.publish()
    kinds = [entry.record.__class__.__name__ for entry in Reader().sync(desk.public).current.values()]
    assert (kinds.count("Retraction"), kinds.count("Article")) == (2, 598)


# -- what counts as gone -----------------------------------------------------------------------------------------------


def test_a_source_that_may_be_a_part_takes_nothing_away(desk: Desk) -> None:
    newsroom = published(desk)
    report = take(newsroom, articles([1]))
    assert (report.removed, report.held) == (0, [])


def test_what_is_named_as_present_is_there_although_it_was_not_told_of(desk: Desk) -> None:
    newsroom = published(desk)
    present = frozenset(f"{SITE} en {number}" for number in range(1, 600))
    assert take(newsroom, [Complete(present)]).removed == 1
    assert standing(newsroom) == {f"en/{number}" for number in range(1, 600)}


def test_what_cannot_be_taken_is_there_all_the_same(desk: Desk) -> None:
    newsroom = published(desk)
    report = take(newsroom, [*articles(range(1, 600)), Skipped(f"{SITE} en 0", "it has no date"), Complete()])
    assert (report.removed, report.held) == (0, [])
    assert "still stands" in report.skipped[0].reason


def test_a_hidden_article_goes_also_where_the_rest_was_not_told_of(desk: Desk) -> None:
    newsroom = published(desk)
    assert take(newsroom, [private(7)]).removed == 1
    assert "en/7" not in standing(newsroom)


def test_an_import_takes_nothing_from_another_source(desk: Desk) -> None:
    newsroom = published(desk)
    assert take(newsroom, [Complete()], origin="wordpress example.net/").held == []
    assert len(standing(newsroom)) == 600


def test_what_was_hidden_before_its_first_publish_is_never_published(desk: Desk) -> None:
    take(desk.newsroom, articles(range(10)))
    report = take(desk.newsroom, [private(number) for number in range(9)])
    assert (report.removed, report.held) == (9, [])
    desk.publish()
    assert [*Reader().sync(desk.public).current] == ["en/9"]


# -- and back ----------------------------------------------------------------------------------------------------------


def test_a_held_article_that_is_there_again_is_held_no_more(desk: Desk) -> None:
    newsroom = published(desk, 10)
    take(newsroom, [private(number) for number in range(10)])
    assert len(take(newsroom, articles(range(6))).held) == 4
    assert take(newsroom, articles(range(6, 10))).held == []
    assert not desk.publish().changed


def test_a_held_article_stays_noted_where_its_source_tells_only_of_what_is_new(desk: Desk) -> None:
    newsroom = published(desk, 10)
    take(newsroom, [private(3)])
    others = frozenset(f"{SITE} en {number}" for number in range(10) if number != 3)
    assert [one.reason for one in take(newsroom, [Complete(others)]).held] == ["its source has it no more"]
    assert take(newsroom, [], confirm=True).removed == 1


def test_an_article_that_went_comes_back_when_its_source_shows_it_again(desk: Desk) -> None:
    newsroom = published(desk)
    take(newsroom, [private(7)])
    desk.publish()
    assert take(newsroom, [article(7)]).revised == 1
    desk.publish()
    assert Reader().sync(desk.public).current["en/7"].record.__class__.__name__ == "Article"


def test_an_editors_retraction_is_no_importers_affair(desk: Desk) -> None:
    newsroom = published(desk, 10)
    newsroom.retract("en/3", "A notice.", at=NOW, hold=True)
    report = take(newsroom, [*articles(n for n in range(10) if n != 3), Complete()])
    assert (report.removed, report.held) == (0, [])
    take(newsroom, articles([3]))
    assert "en/3" not in standing(newsroom)


@pytest.mark.parametrize("public", [True, False])
def test_what_an_editor_brings_back_stands_although_its_source_has_it_no_more(desk: Desk, public: bool) -> None:
    newsroom = desk.newsroom
    take(newsroom, articles(range(10)))
    if public:
        desk.publish()
    take(newsroom, [private(3)], confirm=True)
    newsroom.restore("en/3", at=NOW)
    for items in ([private(3)], [*articles(n for n in range(10) if n != 3), Complete()]):
        report = take(newsroom, items, confirm=True)
        assert (report.removed, report.held) == (0, [])
    assert "en/3" in standing(newsroom)
    take(newsroom, articles([3]))
    assert take(newsroom, [private(3)], confirm=True).removed == 1


def test_a_dry_run_notes_and_takes_away_nothing(desk: Desk) -> None:
    newsroom = published(desk)
    before = [tuple(row) for row in newsroom.db.execute("SELECT * FROM articles")]
    assert take(newsroom, [private(1), Complete()], confirm=True, dry_run=True).removed == 600
    assert [tuple(row) for row in newsroom.db.execute("SELECT * FROM articles")] == before


# -- whatever happens --------------------------------------------------------------------------------------------------

numbers = st.integers(0, 11)
step = st.fixed_dictionaries(
    {
        "shown": st.dictionaries(numbers, st.sampled_from(["one", "two"])), "private": st.sets(numbers),
        "cut": st.none() | st.integers(0, 12), "publish": st.booleans(), "confirm": st.booleans(),
    }
)  # fmt: skip


def told(shown: dict[int, str], hidden: set[int]) -> list[Item]:
    there = [article(number, text=text) for number, text in shown.items() if number not in hidden]
    return [*there, *(private(number) for number in sorted(hidden)), Complete()]


def cut_short(items: list[Item], after: int) -> Iterator[Item]:
    yield from items[:after]
    raise SourceBrokeOff(source=SITE, reason="cut")


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(steps=st.lists(step, min_size=1, max_size=6))
def test_after_any_imports_a_confirmed_one_leaves_what_the_source_shows(
    tmp_path_factory: pytest.TempPathFactory, steps: list[dict[str, Any]]
) -> None:
    desk = Desk(tmp_path_factory.mktemp("any") / "desk")
    items: list[Item] = []
    for step in steps:
        items = told(step["shown"], step["private"])
        if step["cut"] is not None:
            with suppress(SourceBrokeOff):
                run(desk.newsroom, Source(SITE, cut_short(items, step["cut"])), now=desk.at)
        foreseen = take(desk.newsroom, items, confirm=step["confirm"], dry_run=True)
        report = take(desk.newsroom, items, confirm=step["confirm"])
        foreseen.dry_run = False
        assert foreseen == report
        assert report.added + report.revised + report.unchanged + len(report.skipped) == len(items) - 1
        if step["publish"]:
            desk.publish()
    take(desk.newsroom, items, confirm=True)
    assert standing(desk.newsroom) == {item.draft.key for item in items if isinstance(item, Imported)}
    again = take(desk.newsroom, items)
    assert (again.added, again.revised, again.removed, again.held) == (0, 0, 0, [])


# -- folders and histories ---------------------------------------------------------------------------------------------


def test_a_file_that_vanished_or_became_a_draft_is_gone(desk: Desk, tmp_path: Path) -> None:
    folder = write(tmp_path / "source", {f"{number}.md": DATED for number in range(300)})
    options = Options(store=Pictures(desk.newsroom.media), now=NOW, editions=["en"])
    run(desk.newsroom, open_markdown(str(folder), options), now=NOW)
    desk.publish()
    (folder / "1.md").unlink()
    write(folder, {"2.md": DATED.replace("---\ntitle", "---\ndraft: true\ntitle")})
    assert run(desk.newsroom, open_markdown(str(folder), options), now=NOW).removed == 2
    assert len(standing(desk.newsroom)) == 298


def test_two_folders_do_not_empty_each_other(desk: Desk, tmp_path: Path) -> None:
    options = Options(store=Pictures(desk.newsroom.media), now=NOW, editions=["en"])
    for name in ("first/articles", "second/articles", "first/articles"):
        folder = write(tmp_path / name, {f"{name[0]}{number}.md": DATED for number in range(200)})
        report = run(desk.newsroom, open_markdown(str(folder), options), now=NOW)
        assert (report.removed, report.held) == (0, [])


def test_a_commit_that_deletes_much_of_what_is_public_is_held_until_confirmed(desk: Desk, tmp_path: Path) -> None:
    repo = Repo(tmp_path / "repo")
    names = [f"{number}.md" for number in range(10)]

    def replay(*, confirm: bool = False) -> Report:
        options = Options(
            store=Pictures(desk.newsroom.media), now=NOW, editions=["en"], recall=desk.newsroom.recall, git=True
        )
        return run(desk.newsroom, open_markdown(str(repo.folder), options), now=NOW, confirm=confirm)

    repo.commit(dict.fromkeys(names, DATED))
    replay()
    desk.publish()
    repo.commit(dict.fromkeys(names[:8]))
    assert (len(replay().held), len(standing(desk.newsroom))) == (8, 10)
    repo.commit({"0.md": DATED})
    assert len(replay().held) == 7
    assert replay(confirm=True).removed == 7
    assert standing(desk.newsroom) == {"0", "8", "9"}


def test_a_removal_says_nothing_about_another_sources_article(desk: Desk) -> None:
    newsroom = published(desk, 3)
    run(newsroom, Source("git x", iter([Removed("en/1", NOW)]), history=True, fixed_keys=True), now=NOW)
    assert "en/1" in standing(newsroom)
