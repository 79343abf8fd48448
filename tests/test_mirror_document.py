"""docs/operating-a-mirror.md tells the truth: what it says to type, or to write into a file, does what it says."""

import configparser
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import click
import httpx
import pytest

import ftpd
from conftest import CHECKOUT, Ferry
from console import Console, section, typed
from tamizdat import errors
from tamizdat.cli import app
from tamizdat.errors import TamizdatError
from tamizdat.library import Library
from tamizdat.mirror import mirror, verify
from tamizdat.sync import SyncOptions, sync
from tamizdat_server.headers import NO_FRAMES, POLICY
from tamizdat_server.live import read_live
from webservers import apache, caddy, free_port, need, nginx, open_folder, running

TEXT = (CHECKOUT / "docs" / "operating-a-mirror.md").read_text(encoding="utf-8")
FIRST_USE = SyncOptions(trust_first_use=True)


def fenced(kind: str) -> list[str]:
    """The examples of a kind, in order."""
    return re.findall(rf"^```{kind}\n(.*?)^```", TEXT, re.DOTALL | re.MULTILINE)


@pytest.fixture
def newsroom(ferry: Ferry, tmp_path: Path) -> Path:
    """A newsroom to copy from, to do with as a test likes."""
    return Path(shutil.copytree(ferry.newsroom, tmp_path / "newsroom"))


@pytest.fixture
def console(newsroom: Path, ferry: Ferry, monkeypatch: pytest.MonkeyPatch) -> Iterator[Console]:
    """Types what the document says; `srv` stands for /srv."""
    monkeypatch.setenv("PATH", f"{Path(sys.executable).parent}:{os.environ['PATH']}:/usr/sbin")
    with open_folder() as srv:
        source = str(newsroom / "public")
        yield Console(**{
            "https://news.example/#1.FINGERPRINT": f"{source}#{ferry.fingerprint}",
            "https://news.example/": source,
            "/srv/": f"{srv}/",
        })  # fmt: skip


def srv(console: Console) -> Path:
    return Path(console.replaced["/srv/"])


@pytest.fixture
def copy(console: Console) -> Path:
    """The copy, made as the document says."""
    for line in typed(section(TEXT, "1 Get a copy")):
        console.type(line)
    return srv(console) / "mirror"


def published_once_more(newsroom: Path) -> int:
    """Something is retracted; says the new version."""
    assert app.run(["retract", str(newsroom), "en/bus", "--notice", "It never came."]) == 0
    assert app.run(["publish", str(newsroom)]) == 0
    live = read_live(newsroom / "public")
    assert live
    return live.catalog.version


# -- 1 and 2, 5: the copy, by hand and by clock ------------------------------------------------------------------------


def test_the_copy_is_made_as_typed(copy: Path) -> None:
    assert verify(str(copy)).exit_code == 0


def test_cron_is_told_nothing_while_all_is_well_and_everything_when_not(
    console: Console, copy: Path, newsroom: Path
) -> None:
    freshen, check = typed(section(TEXT, "2 Keep it fresh"))[0], typed(section(TEXT, "5 Be told when it fails"))[0]
    version = published_once_more(newsroom)
    assert [said(console, line) for line in (freshen, check)] == ["", ""]
    assert verify(str(copy)).version == version
    next(copy.glob("bundles/*")).write_bytes(b"rotten")
    assert "broken" in said(console, check)
    shutil.rmtree(newsroom / "public")
    assert "can't be reached" in said(console, freshen) or "no such folder" in said(console, freshen)


def said(console: Console, line: str) -> str:
    """What cron would mail."""
    for placeholder, value in console.replaced.items():
        line = line.replace(placeholder, value)
    return subprocess.run(["sh", "-c", line], capture_output=True, text=True, check=False).stdout


def test_a_crontab_line_comes_by_once_an_hour_or_once_a_week() -> None:
    times = [line.split()[:5] for example in fenced("crontab") for line in example.splitlines()]
    assert times == [["23", "*", "*", "*", "*"], ["41", "4", "*", "*", "1"]]


def test_the_units_are_ones_that_systemd_understands(tmp_path: Path) -> None:
    analyze = shutil.which("systemd-analyze")
    names = re.findall(r"`/etc/systemd/system/(.*?)`", TEXT)
    tamizdat = shutil.which("tamizdat", path=str(Path(sys.executable).parent))
    assert tamizdat
    for name, text in zip(names, fenced("ini"), strict=True):
        text = text.replace("/usr/local/bin/tamizdat", tamizdat).replace("User=mirror", "User=root")
        assert configparser.ConfigParser(interpolation=None).read_string(text) is None
        (tmp_path / name).write_text(text)
    if analyze is None:
        return  # no Linux with systemd: that they can be parsed is all that can be said here
    done = subprocess.run(
        [analyze, "verify", "--man=no", *(str(tmp_path / name) for name in names)], capture_output=True, text=True
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_the_service_runs_what_was_typed_by_hand() -> None:
    unit = configparser.ConfigParser(interpolation=None)
    unit.optionxform = str  # pyright: ignore[reportAttributeAccessIssue]
    unit.read_string(fenced("ini")[0])
    words = shlex.split(unit["Service"]["ExecStart"])
    assert words[1:] == ["mirror", "https://news.example/", "/srv/mirror"]
    assert unit["Service"]["ReadWritePaths"] == words[-1]


def test_what_needs_a_running_systemd_names_the_units_that_are_there() -> None:
    lines = [line for line in typed(TEXT) if line.startswith("systemctl ")]
    assert lines == ["systemctl daemon-reload", "systemctl enable --now tamizdat-mirror.timer"]


def test_the_exit_codes_are_those_of_the_errors() -> None:
    rows = re.findall(r"^\| (\d+) \|", section(TEXT, "1 Get a copy"), re.MULTILINE)
    kinds = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, TamizdatError)]
    codes = {kind.exit_code for kind in kinds}
    assert {int(code) for code in rows} - {0} <= codes
    assert errors.MirrorLocked.exit_code == 51


# -- 3: web servers ----------------------------------------------------------------------------------------------------


def nginx_of_the_document(folder: Path) -> AbstractContextManager[str]:
    port = free_port()
    (site,) = fenced("nginx")
    site = site.replace("listen 80;", f"listen 127.0.0.1:{port};").replace("    listen [::]:80;\n", "")
    return nginx(site.replace("/srv/mirror", str(folder)), port)


def caddy_of_the_document(folder: Path) -> AbstractContextManager[str]:
    port = free_port()
    (site,) = fenced("caddyfile")
    return caddy(site.replace("copy.example", f"http://127.0.0.1:{port}").replace("/srv/mirror", str(folder)), port)


def apache_of_the_document(folder: Path) -> AbstractContextManager[str]:
    port = free_port()
    (site,) = fenced("apache")
    site = site.replace("*:80", f"127.0.0.1:{port}").replace("/srv/mirror", str(folder))
    return apache(site, port, extra=("headers", "filter", "deflate"))


@contextmanager
def shared_host(folder: Path) -> Iterator[str]:
    """Apache with nothing but what shared hosts set, so that the copy's .htaccess has to do."""
    port = free_port()
    site = f'DocumentRoot "{folder}"\n<Directory "{folder}">\nAllowOverride All\nRequire all granted\n</Directory>'
    with apache(site, port, extra=("headers", "filter", "deflate")) as url:
        yield url


@contextmanager
def tamizdat_serve(folder: Path) -> Iterator[str]:
    (line,) = [line for line in typed(TEXT) if line.startswith("tamizdat serve")]
    port = free_port()
    words = shlex.split(line.replace("/srv/mirror", str(folder)).replace("8000", str(port)))
    tamizdat = shutil.which("tamizdat", path=str(Path(sys.executable).parent))
    assert tamizdat
    with running([tamizdat, *words[1:]], port, user=None, group=None, extra_groups=None) as url:
        yield url


SERVERS: dict[str, Callable[[Path], AbstractContextManager[str]]] = {
    "nginx": nginx_of_the_document,
    "caddy": caddy_of_the_document,
    "apache": apache_of_the_document,
    "shared host": shared_host,
    "tamizdat serve": tamizdat_serve,
}


@pytest.fixture(scope="module")
def served(ferry: Ferry) -> Iterator[Path]:
    """A copy that several tests look at. Skips where there is no reader app to copy."""
    with open_folder() as folder:
        mirror(ferry.address, folder / "mirror")
        if not (folder / "mirror" / "sw.js").exists():
            pytest.skip("no reader app was built (`make app`)")
        yield folder / "mirror"


@pytest.fixture(scope="module", params=SERVERS)
def site(request: pytest.FixtureRequest, served: Path) -> Iterator[str]:
    """The copy, served as the document says."""
    with SERVERS[request.param](served) as url:
        yield url


def test_a_copy_that_is_served_so_is_whole_and_readers_sync_from_it(site: str, ferry: Ferry, tmp_path: Path) -> None:
    assert app.run(["verify", f"{site}#{ferry.fingerprint}"]) == 0
    with Library.open(tmp_path / "reader.db") as library:
        assert sync(library, f"{site}#{ferry.fingerprint}").complete
        report = sync(library)
    assert (report.requests, report.complete) == (1, True)
    assert report.bytes <= 500


def test_a_copy_of_a_copy_is_whole_though_apache_hands_out_no_settings(
    served: Path, ferry: Ferry, tmp_path: Path
) -> None:
    with apache_of_the_document(served) as url:
        assert httpx.get(f"{url}.htaccess", trust_env=False).status_code == 403
        assert app.run(["mirror", f"{url}#{ferry.fingerprint}", str(tmp_path / "second")]) == 0
        assert app.run(["mirror", f"{url}#{ferry.fingerprint}", str(tmp_path / "second")]) == 0
    assert not (tmp_path / "second" / ".htaccess").exists()
    assert app.run(["verify", str(tmp_path / "second")]) == 0


KEPT = "public, max-age=31536000, immutable"
PACKED = (".html", ".atom", ".js", ".css")


def test_what_never_changes_is_kept_and_what_is_replaced_is_asked_for(site: str, served: Path) -> None:
    answers = {path: httpx.get(site + path, trust_env=False) for path in some_of_each(served)}
    assert {path: answer.status_code for path, answer in answers.items()} == dict.fromkeys(answers, 200)
    for path, answer in answers.items():
        immutable = path.partition("/")[0] in ("bundles", "lists", "media", "targets", "app")
        assert answer.headers["cache-control"] == (KEPT if immutable else "no-cache"), path
        assert answer.headers["access-control-allow-origin"] == "*", path
        assert answer.headers["x-content-type-options"] == "nosniff", path
        # What readers check by its size comes as it is; pages and scripts as small as can be.
        if not path.endswith(".webmanifest"):
            assert ("content-encoding" in answer.headers) == path.endswith(PACKED), path
        assert answer.content == (served / path).read_bytes()
    told = {path: answer.headers["content-type"].partition(";")[0] for path, answer in answers.items()}
    types = {path.rpartition(".")[2]: kind for path, kind in told.items()}
    assert types == {
        "zst": "application/zstd", "json": "application/json", "html": "text/html",
        "atom": "application/atom+xml", "tar": "application/x-tar", "webp": types["webp"],
        "js": types["js"], "css": "text/css", "webmanifest": "application/manifest+json",
    }  # fmt: skip
    assert types["js"] in ("text/javascript", "application/javascript")


def test_pages_and_scripts_are_held_to_what_they_need(site: str, served: Path) -> None:
    script = str(next(served.glob("app/engine-*.js")).relative_to(served))
    for path in ("", "index.html", script, "sw.js"):
        policy = httpx.get(site + path, trust_env=False).headers["content-security-policy"]
        assert policy.endswith(NO_FRAMES), path
        assert path.endswith(".html") or not path or policy == f"{POLICY % ''}; {NO_FRAMES}"


def some_of_each(copy: Path) -> list[str]:
    patterns = ("bundles/*.zst", "lists/*", "media/*.tar", "media/*.webp", "targets/*", "metadata/timestamp.json",
                "metadata/1.root.json", "head.tar.zst", "head-ru.tar.zst", "index.html", "feeds/en.atom",
                "sw.js", "app/page-*.js", "app/style-*.css", "manifest.webmanifest")  # fmt: skip
    return [str(next(copy.glob(pattern)).relative_to(copy)) for pattern in patterns]


def test_no_cache_keeps_that_a_file_is_missing(site: str) -> None:
    missing = httpx.get(f"{site}bundles/{'0' * 64}.jsonl.zst", trust_env=False)
    assert missing.status_code == 404
    assert "immutable" not in missing.headers.get("cache-control", "")


def test_the_copys_own_notes_are_nobody_elses_business(site: str, served: Path) -> None:
    hidden = [path for path in (served / ".tamizdat").rglob("*") if path.is_file()]
    assert hidden
    for path in hidden:
        path.chmod(0o644)
        assert httpx.get(f"{site}{path.relative_to(served)}", trust_env=False).status_code == 404
    assert httpx.get(f"{site}.tamizdat/", trust_env=False).status_code == 404


@pytest.mark.parametrize("kind", ["nginx", "caddy", "apache"])
def test_nobodys_address_is_written_down(served: Path, kind: str) -> None:
    with SERVERS[kind](served) as url:
        for path in ("head.tar.zst", "not-there", ".tamizdat/x", "%00", "../x"):
            httpx.get(f"{url}{path}", trust_env=False, headers={"User-Agent": "somebody"})
        logs = url.logs()  # pyright: ignore[reportAttributeAccessIssue]
    assert "somebody" not in logs
    assert "not-there" not in logs
    assert not re.search(r"127\.0\.0\.1:\d+ |client:? 127|remote_ip", logs)


# -- 4: elsewhere ------------------------------------------------------------------------------------------------------


def test_an_ftp_upload_shows_a_whole_version_at_every_moment(
    console: Console, copy: Path, newsroom: Path, tmp_path: Path
) -> None:
    lftp, web = need("lftp"), tmp_path / "web"
    web.mkdir()
    (script,) = fenced("lftp")
    with ftpd.ftpd(web) as (port, log):
        script = script.replace("/srv/mirror", str(copy)).replace("USER,PASSWORD", f"{ftpd.USER},{ftpd.PASSWORD}")
        (tmp_path / "upload.lftp").write_text(script.replace("ftp.copy.example", f"-p {port} 127.0.0.1"))
        upload = [lftp, "-f", str(tmp_path / "upload.lftp")]
        subprocess.run(upload, check=True, timeout=60)
        assert verify(str(web / "htdocs")).exit_code == 0
        assert not (web / "htdocs" / ".tamizdat").exists()
        version = published_once_more(newsroom)
        console.type("tamizdat mirror https://news.example/ /srv/mirror")
        log.write_text("")
        subprocess.run(upload, check=True, timeout=60)
        done = [(command, path.removeprefix("/htdocs/")) for command, path in ftpd.commands(log)]
    assert_safe_order(done)
    found = verify(str(web / "htdocs"))
    assert (found.exit_code, found.version, found.extra) == (0, version, [])
    head = web / "htdocs" / "head.tar.zst"
    assert int(head.stat().st_mtime) == int((copy / "head.tar.zst").stat().st_mtime)


def assert_safe_order(done: list[tuple[str, str]]) -> None:
    """Nothing is named before it is there, and nothing goes before it is named no more."""
    stored = [path for command, path in done if command == "RNTO"]
    at = stored.index("metadata/timestamp.json")
    immutable = [path for path in stored if path.split("/")[0] in ("bundles", "lists", "media", "targets")]
    assert immutable
    assert all(stored.index(path) < at for path in immutable)
    assert all(stored.index(path) > at for path in stored if path.startswith("head"))
    deletions = [index for index, (command, _) in enumerate(done) if command == "DELE"]
    assert deletions
    assert min(deletions) > max(index for index, (command, _) in enumerate(done) if command == "RNTO")


def test_an_object_store_shows_a_whole_version_after_each_command(
    console: Console, copy: Path, newsroom: Path, ferry: Ferry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rclone, store, port = need("rclone"), tmp_path / "store", free_port()
    (store / "copy").mkdir(parents=True)
    lines = [line for line in typed(TEXT) if line.startswith("rclone ")]
    for name, value in {
        "TYPE": "s3", "PROVIDER": "Rclone", "ENDPOINT": f"http://127.0.0.1:{port}", "USE_MULTIPART_ETAG": "false",
        "ACCESS_KEY_ID": "somebody", "SECRET_ACCESS_KEY": "secret",
    }.items():  # fmt: skip
        monkeypatch.setenv(f"RCLONE_CONFIG_STORE_{name}", value)
    monkeypatch.setenv("RCLONE_CONFIG", str(tmp_path / "none.conf"))
    serve = [rclone, "serve", "s3", "--addr", f"127.0.0.1:{port}", "--auth-key", "somebody,secret", str(store)]
    with running(serve, port, user=None, group=None, extra_groups=None):
        for line in lines:
            console.type(line)
        assert verify(str(store / "copy")).exit_code == 0
        assert not (store / "copy" / ".tamizdat").exists()
        before = verify(str(store / "copy")).version
        version = published_once_more(newsroom)
        console.type("tamizdat mirror https://news.example/ /srv/mirror")
        versions: list[int] = []
        for line in lines:
            console.type(line)
            versions.append(readable(store / "copy", ferry, tmp_path / f"{len(versions)}.db"))
    assert versions == [before, before, version, version]
    found = verify(str(store / "copy"))
    assert (found.exit_code, found.version, found.extra) == (0, version, [])


def readable(copy: Path, ferry: Ferry, path: Path) -> int:
    """The version that a new reader gets, whole. Until the heads are there, the old ones lead to the old version."""
    with Library.open(path) as library:
        report = sync(library, f"{copy}#{ferry.fingerprint}")
    assert report.complete
    return report.to


# -- 6 to 9 ------------------------------------------------------------------------------------------------------------


def test_the_onion_service_is_one_that_tor_understands(tmp_path: Path) -> None:
    tor = need("tor")
    (text,) = fenced("torrc")
    (tmp_path / "torrc").write_text(text.replace("/var/lib/tor", str(tmp_path)) + f"DataDirectory {tmp_path}\n")
    done = subprocess.run([tor, "--verify-config", "-f", str(tmp_path / "torrc")], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout


def test_everything_that_is_shown_is_held_by_a_test_of_this_file() -> None:
    kinds = re.findall(r"^```(\w+)$", TEXT, re.MULTILINE)
    assert set(kinds) == {"console", "crontab", "ini", "nginx", "caddyfile", "apache", "lftp", "torrc"}
    commands = {line.split()[0] for line in typed(TEXT)}
    assert commands == {"tamizdat", "systemctl", "rclone", "out=$(tamizdat"}


def test_its_links_lead_somewhere() -> None:
    titles = re.findall(r"^## (.+)$", TEXT, re.MULTILINE)
    anchors = {re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-") for title in titles}
    for target in re.findall(r"\]\(([^)]+)\)", TEXT):
        path, _, anchor = target.partition("#")
        if not path.startswith("https:"):
            assert (CHECKOUT / "docs" / path).exists() if path else anchor in anchors, target


def test_the_options_it_names_are_there() -> None:
    for command in ("mirror", "verify", "serve"):
        words = " ".join(re.findall(rf"tamizdat {command}[^`\n]*", TEXT))
        found = app.tamizdat.get_command(click.Context(app.tamizdat), command)
        assert found
        assert set(re.findall(r"--[a-z-]+", words)) <= {opt for param in found.params for opt in param.opts}
