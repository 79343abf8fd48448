"""A git history is replayed commit by commit; renames keep keys, deletions retract, and nothing of it is run."""

import shutil
from pathlib import Path

import pytest

from importing import DATED, NOW, Repo, picture, told
from tamizdat.errors import UnreadableSource
from tamizdat.format.article import Figure
from tamizdat_server.images import Pictures
from tamizdat_server.importers import (
    Imported,
    Item,
    Options,
    Reached,
    Removed,
    Report,
    Skipped,
    open_markdown,
    open_repository,
    read_git,
    run,
)
from tamizdat_server.newsroom import Newsroom

LONG = "\n\n".join(f"Paragraph {number} of a text that is long enough to be known again." for number in range(20))


def page(title: str, text: str = LONG, **fields: str) -> str:
    more = "".join(f"{name}: {value}\n" for name, value in fields.items())
    return f"---\ntitle: {title}\ndate: 2023-05-01\n{more}---\n{text}\n"


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    return Repo(tmp_path / "repo")


def replay(source: Path, *, until: str | None = None, since: str | None = None) -> list[Item]:
    options = Options(store=Pictures(source.parent / "media"), now=NOW, editions=["en"], until=until)
    return list(read_git(source, options, since=since))


def replay_into(newsroom: Newsroom, folder: Path, *, until: str | None = None) -> Report:
    options = Options(
        store=Pictures(newsroom.media), now=NOW, editions=["en"], recall=newsroom.recall, git=True, until=until
    )
    return run(newsroom, open_markdown(str(folder), options), now=NOW)


def test_each_commit_is_replayed_at_its_date(repo: Repo) -> None:
    repo.commit({"a.md": page("One"), "b.md": page("Two"), "readme.txt": "x"})
    repo.commit({"a.md": page("One more")})
    last = repo.commit({"b.md": None})
    items = replay(repo.folder)
    assert told(iter(items)) == ["put a One", "put b Two", "put a One more", "remove b", "reach"]
    assert [item.at for item in items if isinstance(item, Imported | Removed)] == [
        "2024-01-01T12:00:00Z", "2024-01-01T12:00:00Z", "2024-01-02T12:00:00Z", "2024-01-03T12:00:00Z",
    ]  # fmt: skip
    assert items[-1] == Reached(last)


def test_a_renamed_article_keeps_its_key_through_every_move(repo: Repo) -> None:
    repo.commit({"a.md": page("One")})
    repo.git("mv", "a.md", "b.md")
    repo.record()
    (repo.folder / "deep").mkdir()
    repo.git("mv", "b.md", "deep/c.md")
    repo.commit({"deep/c.md": page("Changed")})
    repo.commit({"deep/c.md": None})
    assert told(iter(replay(repo.folder))) == ["put a One", "put a One", "put a Changed", "remove a", "reach"]


def test_a_new_file_at_a_renamed_ones_place_gets_a_key_of_its_own(repo: Repo) -> None:
    repo.commit({"a.md": page("One")})
    repo.git("mv", "a.md", "b.md")
    repo.record()
    repo.commit({"a.md": page("Other", "Something else entirely.")})
    assert told(iter(replay(repo.folder))) == ["put a One", "put a One", "put a-2 Other", "reach"]


def test_two_files_that_change_places_keep_their_keys(repo: Repo) -> None:
    repo.commit({"a.md": page("One"), "b.md": page("Two", LONG.replace("Paragraph", "Abschnitt"))})
    for old, new in [("a.md", "c.md"), ("b.md", "a.md"), ("c.md", "b.md")]:
        repo.git("mv", old, new)
        repo.record()
    assert set(told(iter(replay(repo.folder)))[-4:-1]) == {"put a One", "put b Two"}


def test_until_stops_there_and_the_next_replay_goes_on_after_it(repo: Repo) -> None:
    repo.commit({"a.md": page("One")})
    middle = repo.commit({"b.md": page("Two")})
    repo.git("mv", "a.md", "c.md")
    last = repo.record()
    repo.commit({"c.md": page("Later")})
    assert told(iter(replay(repo.folder, until=middle))) == ["put a One", "put b Two", "reach"]
    assert told(iter(replay(repo.folder, since=middle, until=last))) == ["put a One", "reach"]
    assert told(iter(replay(repo.folder, since=last))) == ["put a Later", "reach"]
    assert told(iter(replay(repo.folder, since=last, until=middle))) == []


def test_merges_count_as_what_they_brought_to_the_first_parent(repo: Repo) -> None:
    repo.commit({"a.md": page("One")})
    repo.git("checkout", "-q", "-b", "side")
    repo.commit({"b.md": page("Draft of two")})
    repo.commit({"b.md": page("Two", "Other words."), "a.md": None})
    repo.git("checkout", "-q", "main")
    repo.commit({"c.md": page("Three", "Another text.")})
    repo.git("merge", "-q", "--no-ff", "-m", "merge", "side", at="2024-02-01T00:00:00Z")
    items = replay(repo.folder)
    assert told(iter(items))[:2] == ["put a One", "put c Three"]
    assert "put b Draft of two" not in told(iter(items))
    assert {item.at for item in items if isinstance(item, Removed)} == {"2024-02-01T00:00:00Z"}


def test_an_article_that_becomes_a_draft_is_removed_and_comes_back(repo: Repo) -> None:
    repo.commit({"a.md": page("One")})
    repo.commit({"a.md": page("One", draft="true")})
    repo.commit({"a.md": page("One")})
    assert told(iter(replay(repo.folder))) == ["put a One", "skip a.md", "remove a", "put a One", "reach"]


def test_a_draft_gets_its_key_where_it_is_published(repo: Repo) -> None:
    repo.commit({"_drafts/a.md": page("One")})
    (repo.folder / "_posts").mkdir()
    repo.git("mv", "_drafts/a.md", "_posts/a.md")
    repo.record()
    assert "put _posts/a One" in told(iter(replay(repo.folder)))


def test_pictures_are_those_of_the_commit(repo: Repo) -> None:
    repo.commit({"news/a.md": page("One", "![Dot](../p.png)"), "p.png": picture(4, 2)})
    repo.commit({"news/a.md": page("Two", "![Dot](../p.png)"), "p.png": picture(2, 6)})
    figures = [item.draft.body[0] for item in replay(repo.folder) if isinstance(item, Imported)]
    sizes = [(figure.image.width, figure.image.height) for figure in figures if isinstance(figure, Figure)]
    assert sizes == [(4, 2), (2, 6)]


def test_links_submodules_and_strange_names_do_no_harm(repo: Repo, tmp_path: Path) -> None:
    (tmp_path / "secret.md").write_text(page("Secret"))
    (repo.folder / "link.md").symlink_to(tmp_path / "secret.md")
    repo.commit({"a\nb.md": page("Strange"), 'q"\t.md': page("Quoted"), "Жаңа күн.md": page("Kazakh")})
    sentences = told(iter(replay(repo.folder)))
    assert sorted(sentences) == ["put a-b Strange", 'put q" Quoted', "put Жаңа-күн Kazakh", "reach"]


@pytest.mark.parametrize("kind", ["work tree", "bare", "bundle", "folder within"])
def test_every_kind_of_source_tells_the_same(repo: Repo, tmp_path: Path, kind: str) -> None:
    repo.commit({"news/a.md": page("One"), "b.md": page("Two")})
    repo.commit({"news/a.md": page("More")})
    source = {
        "work tree": repo.folder,
        "bare": tmp_path / "bare",
        "bundle": tmp_path / "x.bundle",
        "folder within": repo.folder / "news",
    }[kind]
    if kind == "bare":
        repo.git("clone", "-q", "--bare", str(repo.folder), str(source))
    if kind == "bundle":
        repo.git("bundle", "create", "-q", str(source), "main")
    expected = ["put b Two", "put news/a One", "put news/a More", "reach"]
    assert told(iter(replay(source))) == (["put a One", "put a More", "reach"] if kind == "folder within" else expected)


def test_copies_of_a_history_share_its_identity(repo: Repo, tmp_path: Path) -> None:
    repo.commit({"a.md": page("One")})
    repo.git("bundle", "create", "-q", str(tmp_path / "x.bundle"), "main")
    with open_repository(repo.folder) as one, open_repository(tmp_path / "x.bundle") as other:
        assert one.identity == other.identity


def test_a_rewritten_history_is_read_again_and_said(repo: Repo) -> None:
    repo.commit({"a.md": page("One")})
    old = repo.commit({"a.md": page("Two")})
    repo.git("commit", "-q", "--amend", "-m", "rewritten", at="2024-03-01T00:00:00Z")
    items = replay(repo.folder, since=old)
    assert isinstance(items[0], Skipped)
    assert told(iter(items))[1:] == ["put a One", "put a Two", "reach"]


def test_nothing_in_a_repositorys_configuration_is_run(repo: Repo, tmp_path: Path) -> None:
    repo.commit({"a.md": page("One"), ".gitattributes": "*.md diff=evil filter=evil\n"})
    repo.commit({"a.md": page("Two")})
    evil = tmp_path / "evil"
    evil.write_text(f"#!/bin/sh\ntouch {tmp_path}/harmed\ncat\n")
    evil.chmod(0o755)
    for name in ("core.fsmonitor", "core.pager", "diff.external", "gpg.program", "core.sshCommand",
                 "diff.evil.textconv", "diff.evil.command", "filter.evil.smudge", "filter.evil.clean", "core.editor",
                 "core.askPass"):  # fmt: skip
        repo.git("config", name, str(evil))
    repo.git("config", "log.showSignature", "true")
    for hook in ("post-checkout", "reference-transaction", "post-index-change", "fsmonitor-watchman"):
        shutil.copy(evil, repo.folder / ".git" / "hooks" / hook)
    (tmp_path / "harmed").unlink(missing_ok=True)
    assert told(iter(replay(repo.folder))) == ["put a One", "put a Two", "reach"]
    assert not (tmp_path / "harmed").exists()


def test_another_repository_in_the_environment_is_not_read(
    repo: Repo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    repo.commit({"a.md": page("One")})
    Repo(tmp_path / "other").commit({"b.md": page("Other")})
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "other" / ".git"))
    assert told(iter(replay(repo.folder))) == ["put a One", "reach"]


def test_what_is_no_repository_is_an_error_with_a_reason(repo: Repo, tmp_path: Path) -> None:
    (tmp_path / "text.bundle").write_text("no bundle")
    for source in (tmp_path / "nowhere", tmp_path / "text.bundle", repo.folder):
        with pytest.raises(UnreadableSource):
            replay(source)
    repo.commit({"a.md": page("One")})
    for until in ("nonsense", "--output=x", "main:a.md"):
        with pytest.raises(UnreadableSource):
            replay(repo.folder, until=until)


def test_a_replay_in_steps_comes_to_the_same_newsroom_as_one_in_a_go(repo: Repo, tmp_path: Path) -> None:
    commits = [
        repo.commit({"a.md": page("One"), "b.md": page("Two", "B")}),
        repo.commit({"a.md": None, "c.md": page("One")}),
        repo.commit({"b.md": None}),
        repo.commit({"b.md": page("Two again", "B")}),
        repo.commit({"c.md": page("One", draft="true")}),
    ]
    standing: list[list[tuple[object, ...]]] = []
    for steps in ([commits[-1]], commits):
        newsroom = Newsroom.init(
            tmp_path / f"n{len(steps)}", title="T", editions=["en"], passphrase=None, now=1_800_000_000
        )
        origins = {replay_into(newsroom, repo.folder, until=step).origin for step in steps}
        columns = "SELECT key, draft, published, updated, retracted IS NULL FROM articles ORDER BY key"
        standing.append([tuple(row) for row in newsroom.db.execute(columns)])
        assert [newsroom.recall(origin) for origin in origins] == [commits[-1]]
    assert standing[0] == standing[1]


def test_an_empty_commit_date_far_in_the_future_is_bounded(repo: Repo) -> None:
    repo.commit({})
    (repo.folder / "a.md").write_text(DATED)
    repo.git("add", "-A")
    repo.git("commit", "-q", "-m", "x", at="2099-01-01T00:00:00Z")
    assert [item.at for item in replay(repo.folder) if isinstance(item, Imported)] == [NOW]


def test_a_picture_that_comes_later_is_shown_from_the_next_change_on(repo: Repo) -> None:
    repo.commit({"a.md": page("One", "![Dot](p.png)")})
    repo.commit({"p.png": picture()})
    repo.commit({"a.md": page("One", "![Dot](p.png)", summary="Now")})
    kinds = [type(item.draft.body[0]).__name__ for item in replay(repo.folder) if isinstance(item, Imported)]
    assert kinds == ["Paragraph", "Figure"]
