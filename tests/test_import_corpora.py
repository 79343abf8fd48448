"""Real newsrooms' folders and histories come in whole."""

import subprocess
from pathlib import Path

import msgspec
import pytest

from importing import NOW
from tamizdat.format.article import Article, decode_record, encode_record
from tamizdat_server.draft import Draft
from tamizdat_server.images import Pictures
from tamizdat_server.importers import (
    Imported,
    Item,
    Options,
    Reached,
    Skipped,
    open_repository,
    read_git,
    read_markdown,
)


@pytest.fixture(scope="module")
def digitalgov(tmp_path_factory: pytest.TempPathFactory, corpora: Path) -> Path:
    """A clone of five years of a government's news site."""
    folder = tmp_path_factory.mktemp("digitalgov") / "repo"
    bundle = corpora / "digitalgov-news" / "history.bundle"
    subprocess.run(["git", "clone", "-q", "-b", "main", str(bundle), str(folder)], check=True)
    return folder


@pytest.fixture(scope="module")
def whole(digitalgov: Path) -> list[Item]:
    """All that the work tree comes to."""
    return list(read_markdown(digitalgov, options(digitalgov.parent / "media")))


def options(media: Path, **choices: object) -> Options:
    return Options(**{"store": Pictures(media), "now": NOW, "editions": ["en"], **choices})


def words(draft: Draft) -> str:
    fields = {name: getattr(draft, name) for name in draft.__struct_fields__} | {"revision": 1, "updated": NOW}
    return decode_record(encode_record(Article(**fields))).text


def test_six_undated_articles_ask_for_a_date_and_come_in_with_one(corpora: Path, tmp_path: Path) -> None:
    folder = corpora / "campaign-kazakhstan"
    without = list(read_markdown(folder, options(tmp_path)))
    assert [item.reason for item in without if isinstance(item, Skipped)] == [
        "it has no date; --date gives one to all such articles"
    ] * 6
    items = list(read_markdown(folder, options(tmp_path, editions=["en", "ru", "kk"], date="2017-01-01T00:00:00Z")))
    drafts = [item.draft for item in items if isinstance(item, Imported)]
    assert [draft.key[:2] for draft in drafts] == ["01", "02", "03", "04", "05", "06"]
    assert drafts[4].title == "Remember Zhanaozen! End dictatorship now!"
    assert (drafts[5].byline, drafts[5].place) == ("Andrei Prigor", "Astana, Kazakhstan")
    # Each text as it stands in the file: cut off in mid-sentence, quotation marks and all.
    for draft in drafts:
        source = (folder / f"{draft.key}.md").read_text().split("---\n", 2)[2].strip()
        assert words(draft) == source


def test_two_thousand_articles_come_in_and_the_draft_stays_out(whole: list[Item]) -> None:
    imported = [item for item in whole if isinstance(item, Imported)]
    skipped = {item.source.rsplit("/", 1)[1]: item.reason for item in whole if isinstance(item, Skipped)}
    assert len(imported) == 2082
    assert skipped == {"2019-12-04-typography.md": "a draft", "_index.md": "a list of pages, not an article"}
    texts = "\n".join(words(item.draft) for item in imported)
    assert [mark for mark in ("{{<", "{{%", "<td>", "</p>") if mark in texts] == []


def test_the_end_of_a_history_is_the_folder_that_it_left(digitalgov: Path, whole: list[Item], corpora: Path) -> None:
    drafts = {item.source: item.draft for item in whole if isinstance(item, Imported)}
    media = digitalgov.parent / "media"
    with open_repository(corpora / "digitalgov-news" / "history.bundle") as repository:
        newest, before = _back(digitalgov, 0), _back(digitalgov, 1)
        items = list(read_git(repository, options(media), since=before))
        older = list(read_git(repository, options(media, until=_back(digitalgov, 2)), since=_back(digitalgov, 60)))
    last = {item.source: item.draft for item in items if isinstance(item, Imported)}
    assert (len(last), items[-1]) == (8, Reached(newest))
    # A renamed article is known under its first name: nothing else differs.
    assert last == {path: msgspec.structs.replace(drafts[path], key=draft.key) for path, draft in last.items()}
    moments = [item.at for item in older if isinstance(item, Imported)]
    assert len(moments) > 60
    assert moments == sorted(moments)


def _back(folder: Path, commits: int) -> str:
    command = ["git", "-C", str(folder), "rev-list", "--first-parent", f"--skip={commits}", "-1", "HEAD"]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()
