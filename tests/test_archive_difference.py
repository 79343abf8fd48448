"""What changed between two revisions reads as people would say it, and costs no more than it may."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shelf import article, picture
from tamizdat.format.article import Article, Figure, Heading, Paragraph, plain_text
from tamizdat_server.archive.citation import cite
from tamizdat_server.archive.difference import Difference, Run, Skipped, difference


def of(*paragraphs: str, **fields: object) -> Article:
    return article("key", body=[Paragraph([text]) for text in paragraphs], **fields)


def runs(told: Difference) -> list[list[tuple[str, str]]]:
    return [[tuple(run) for run in part.runs] for part in told.body if not isinstance(part, Skipped)]


def side(told: Difference, ops: set[str]) -> list[str]:
    texts = [
        "".join(run.text for run in part.runs if run.op in ops) for part in told.body if not isinstance(part, Skipped)
    ]
    return [text for text in texts if text]


def test_a_changed_word_is_shown_in_its_paragraph():
    told = difference(of("The limit is five tonnes."), of("The limit is three and a half tonnes."))
    assert runs(told) == [
        [("same", "The limit is "), ("del", "five"), ("ins", "three and a half"), ("same", " tonnes.")]
    ]


def test_words_in_a_row_are_one_change_and_not_confetti():
    told = difference(of("He said one two three four here."), of("He said five six seven eight here."))
    assert runs(told)[0][1:3] == [("del", "one two three four"), ("ins", "five six seven eight")]


def test_a_new_paragraph_is_put_in_whole_and_what_is_far_from_it_is_left_out():
    old = [f"Paragraph number {n} with its own words w{n}." for n in range(10)]
    told = difference(of(*old), of(*old[:5], "Something that nobody had written before.", *old[5:]))
    kinds = [part.count if isinstance(part, Skipped) else [run.op for run in part.runs] for part in told.body]
    assert kinds == [4, ["same"], ["ins"], ["same"], 4]


def test_headline_byline_and_tags_count_too():
    told = difference(of("x", title="Old name", tags=["a"]), of("x", title="New name", tags=["a", "b"]))
    assert [name for name, _ in told.fields] == ["title", "tags"]
    assert told.fields[0][1].runs == (Run("del", "Old"), Run("ins", "New"), Run("same", " name"))
    assert told.body == ()


def test_what_words_cant_show_is_no_difference():
    before = article("key", body=[Heading(2, ["a"]), Figure(picture(b"one"))])
    after = article("key", body=[Heading(3, ["a"]), Figure(picture(b"two"))], corrections=[])
    assert difference(before, after).is_empty


lines = st.lists(st.text("абв ab.", min_size=1, max_size=12).filter(str.strip), max_size=8)


@settings(deadline=None, max_examples=150)
@given(lines, lines)
def test_each_side_can_be_read_back_from_the_changed_part(old: list[str], new: list[str]):
    told = difference(of(*old), of(*new))
    if any(isinstance(part, Skipped) for part in told.body):
        return
    if told.body:
        assert "".join(side(told, {"same", "del"})) == "".join(old)
        assert "".join(side(told, {"same", "ins"})) == "".join(new)
    else:
        assert plain_text(of(*old)) == plain_text(of(*new))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (["a b " * 2000], ["b a " * 2000]),
        ([f"line {n}" for n in range(3000)], [f"line {n} x" for n in range(3000)]),
        (["same"] * 1500, ["same", "other"] * 750),
        ([f"{n} " * 400 for n in range(200)], [f"{n} {n + 1} " * 200 for n in range(200)]),
    ],
    ids=["one long paragraph", "many paragraphs", "paragraphs alike", "many words"],
)
def test_what_is_too_long_to_compare_is_still_told(old: list[str], new: list[str]):
    assert not difference(of(*old), of(*new)).is_empty


def test_a_citation_names_author_title_paper_revision_and_address():
    cited = cite(
        of("x", title="A & B: 100% {sure}", byline="Dana_Seitova"),
        b"line", publication="The Ferry", url="https://a.example/article/key/revision/1",
    )  # fmt: skip
    assert cited.text.startswith("Dana_Seitova. “A & B: 100% {sure}.” The Ferry (en), 1 November 2026, revision 1 of")
    assert r"title = {{A \& B: 100\% \{sure\}}}" in cited.bibtex
    assert r"author = {{Dana\_Seitova}}" in cited.bibtex
    assert "url = {https://a.example/article/key/revision/1}" in cited.bibtex
    assert len(cited.sha256) == 64
