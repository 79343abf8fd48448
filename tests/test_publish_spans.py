"""Which deltas exist: from any step of the last hundreds, few of them lead to the newest."""

import pytest

from tamizdat_server.publish.settings import Settings
from tamizdat_server.publish.spans import Inline, Span, cheapest, has_plain, inline, merged, singles

SETTINGS = Settings()


def listed(newest: int) -> set[Inline]:
    """What a catalog lists at a step: its singles, and the merged spans that were made after the step before."""
    spans = singles(newest, SETTINGS) | set(merged(newest - 1, SETTINGS))
    return {Inline(span, plain) for span in spans for plain in (False, True) if not plain or has_plain(span, SETTINGS)}


def fewest(start: int, newest: int, made: set[Inline], *, plain_only: bool = False) -> int | None:
    """How many files lead from a step to the newest; a prefix serves exactly at its start."""
    reached = {start: 0}
    for step in range(start, newest + 1):
        if step in reached:
            for item in made:
                exact = item.span.start == step and not plain_only
                if exact or (item.plain and item.span.start <= step < item.span.stop):
                    reached[item.span.stop] = min(reached[step] + 1, reached.get(item.span.stop, 99))
    return reached.get(newest)


@pytest.mark.parametrize(
    "newest", [2, 3, 7, 8, 9, 10, 16, 17, 25, 31, 32, 33, 40, 63, 64, 65, 66, 100, 127, 128, 129, 200]
)
def test_at_most_five_files_lead_from_any_of_the_last_thirty_steps(newest: int):
    made = listed(newest)
    assert all(fewest(start, newest, made) <= 5 for start in range(max(1, newest - 30), newest))


@pytest.mark.parametrize("newest", [2, 8, 9, 17, 64, 65, 100, 129, 255, 256, 257])
def test_a_way_leads_from_every_step_however_old_with_prefixes_or_without(newest: int):
    made = listed(newest)
    for start in range(1, newest):
        assert fewest(start, newest, made) <= 12
        assert fewest(start, newest, made, plain_only=True) <= 12


def test_the_number_of_kept_spans_grows_with_the_logarithm_of_the_steps():
    assert len(merged(4096, SETTINGS)) < 80


@pytest.mark.parametrize("steps_in_a_day", [1, 2, 4, 5, 9, 24, 26])
@pytest.mark.parametrize("newest", [30, 32, 33, 63, 64, 65, 71])
def test_the_catalog_alone_serves_who_synced_within_a_day_at_any_rhythm_up_to_hourly(newest: int, steps_in_a_day: int):
    made = listed(newest)
    since = newest - steps_in_a_day
    chosen = set(inline(newest, since, made=made, settings=SETTINGS))
    assert len(chosen) <= SETTINGS.inline_deltas
    assert all(fewest(start, newest, chosen) for start in range(since, newest))


def test_the_newest_single_stands_in_the_catalog_however_old_it_is():
    assert inline(9, 9, made=listed(9), settings=SETTINGS) == [Inline(Span(8, 9), plain=False)]


def test_where_a_delta_was_too_large_to_be_made_the_chain_ends_there():
    made = listed(20) - {Inline(Span(19, 20), plain) for plain in (False, True)}
    assert inline(20, 16, made=made, settings=SETTINGS) == []


def test_no_delta_starts_at_the_empty_edition():
    assert all(
        span.start > 0 for newest in range(1, 200) for span in [*merged(newest, SETTINGS), *singles(newest, SETTINGS)]
    )


def test_the_cheapest_plain_way_is_found():
    plain = {Span(1, 8): 100, Span(8, 16): 10, Span(1, 16): 60, Span(16, 17): 5}
    assert cheapest(3, 17, plain) == 65
    assert cheapest(8, 17, plain) == 15
    assert cheapest(3, 18, plain) is None
    assert cheapest(17, 17, plain) == 0
