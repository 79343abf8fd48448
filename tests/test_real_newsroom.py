"""The main job on real input: a newsroom's folder with five years of edits, published, served, synced, read offline."""

import hashlib
import json
import subprocess
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from conftest import Clock
from paper import Reader
from serving import serving
from tamizdat.cli.app import tamizdat as command
from tamizdat.sync import SyncOptions
from tamizdat_server.newsroom import Newsroom

# Five years of edits and dozens of publishes take two minutes.
pytestmark = pytest.mark.long
LAST_COMMITS = 60
EDITION = "en"


@dataclass(frozen=True)
class Replay:
    """The newsroom after all commits, and the three readers that followed it at their own pace."""

    newsroom: Path
    versions: int
    readers: dict[str, Reader]

    @property
    def public(self) -> Path:
        return self.newsroom / "public"


def tamizdat(*words: str | Path) -> Result:
    result = CliRunner().invoke(command, [str(word) for word in words], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result


def commits(bundle: Path, place: Path) -> list[str]:
    """The newest commits of the first-parent history, oldest first."""
    subprocess.run(["git", "clone", "-q", "--bare", "-b", "main", bundle, place], check=True)
    command = ["git", "-C", place, "log", "--first-parent", "--format=%H", f"-{LAST_COMMITS + 1}"]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()[::-1]


@pytest.fixture(scope="module")
def replay(corpora: Path, tmp_path_factory: pytest.TempPathFactory) -> Replay:
    place = tmp_path_factory.mktemp("digitalgov")
    repository, newsroom = place / "repository", place / "newsroom"
    tamizdat("init", newsroom, "--title", "Digital.gov", "--edition", EDITION)
    first, *later = commits(corpora / "digitalgov-news" / "history.bundle", repository)
    clock = Clock()
    options = SyncOptions(trust_first_use=True, revisions=True, accept_retractions=True)
    readers = {name: Reader(place / f"{name}.db", clock, options) for name in ("each", "seventh", "end")}
    made = [advance(newsroom, repository, first)]
    follow(readers, newsroom, made[-1], ["each", "seventh"])
    for commit in later:
        version = advance(newsroom, repository, commit)
        if version != made[-1]:
            made.append(version)
            follow(readers, newsroom, version, ["each", *(["seventh"] if version % 7 == 0 else [])])
    follow(readers, newsroom, made[-1], ["seventh", "end"])
    return Replay(newsroom, len(made), readers)


def advance(newsroom: Path, repository: Path, commit: str) -> int:
    tamizdat("import", "markdown", repository, "--to", newsroom, "--git", "--until", commit)
    return json.loads(tamizdat("publish", newsroom, "--json").stdout)["version"]


def follow(readers: dict[str, Reader], newsroom: Path, version: int, names: list[str]) -> None:
    for name in names:
        readers[name].clock.at = datetime.now(UTC)
        assert readers[name].sync(str(newsroom / "public")).to == version


def digest(lines: list[bytes]) -> str:
    return hashlib.sha256(b"".join(line + b"\n" for line in lines)).hexdigest()


def test_readers_at_every_pace_hold_the_newsrooms_own_records(replay: Replay) -> None:
    with Newsroom.open(replay.newsroom) as newsroom:
        own = digest(list(newsroom.lines(EDITION)))
    assert replay.versions > 30
    assert {name: digest(reader.lines(EDITION)) for name, reader in replay.readers.items()} == dict.fromkeys(
        replay.readers, own
    )


def test_readers_at_every_pace_hold_the_same_earlier_revisions(replay: Replay) -> None:
    with Newsroom.open(replay.newsroom) as newsroom:
        own = list(newsroom.superseded(EDITION))
    assert len(own) > 30
    assert {name: reader.superseded(EDITION) for name, reader in replay.readers.items()} == dict.fromkeys(
        replay.readers, own
    )


def test_published_served_synced_and_then_read_with_the_network_gone(replay: Replay, tmp_path: Path) -> None:
    library = tmp_path / "library.db"
    with serving(replay.newsroom) as server:
        tamizdat("sync", server.url, "--trust-first-use", "--library", library)
    listed = json.loads(tamizdat("list", "--library", library, "--json").stdout)["articles"]
    found = json.loads(tamizdat("search", "accessibility", "--library", library, "--json").stdout)["articles"]
    assert listed
    assert found
    text = tamizdat("read", found[0]["key"], "--library", library).stdout
    assert "accessib" in text.lower()
    with Newsroom.open(replay.newsroom) as newsroom:
        assert Reader(library, Clock()).lines(EDITION) == list(newsroom.lines(EDITION))


def test_importing_the_same_history_again_changes_nothing(replay: Replay, corpora: Path) -> None:
    before = json.loads(tamizdat("publish", replay.newsroom, "--json").stdout)
    bundle = corpora / "digitalgov-news" / "history.bundle"
    tamizdat("import", "markdown", bundle, "--to", replay.newsroom, "--git")
    after = json.loads(tamizdat("publish", replay.newsroom, "--json").stdout)
    assert (after["changed"], after["version"]) == (False, before["version"])


def test_six_undated_articles_are_published_with_an_explicit_date_and_found_offline(
    corpora: Path, tmp_path: Path
) -> None:
    newsroom, library = tmp_path / "newsroom", tmp_path / "library.db"
    tamizdat("init", newsroom, "--title", "Campaign", "--edition", "en")
    source = corpora / "campaign-kazakhstan"
    without = json.loads(tamizdat("import", "markdown", source, "--to", newsroom, "--json").stdout)
    assert (without["added"], len([s for s in without["skipped"] if "date" in s["reason"]])) == (0, 6)
    dated = json.loads(
        tamizdat("import", "markdown", source, "--to", newsroom, "--date", "2017-05-03", "--json").stdout
    )
    assert dated["added"] == 6
    tamizdat("publish", newsroom)
    with serving(newsroom) as server:
        tamizdat("sync", server.url, "--trust-first-use", "--library", library)
    listed = json.loads(tamizdat("list", "--library", library, "--json").stdout)["articles"]
    assert len(listed) == 6
    found = json.loads(tamizdat("search", "oilworkers", "--library", library, "--json").stdout)["articles"]
    assert "Oilworkers" in tamizdat("read", found[0]["key"], "--library", library).stdout
