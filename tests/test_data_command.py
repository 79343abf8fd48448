"""`tamizdat datasette` begins with a clear word and ends in time; a plain Datasette shows the same from its folder."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from conftest import CHECKOUT, Ferry
from hosting import SLOW_SQL, hosting, until
from tamizdat.cli import app

pytest.importorskip("datasette.app", reason="Datasette is not installed (extra: datasette)")


def test_it_ends_in_time_whatever_readers_and_queries_do(ferry: Ferry):
    with hosting("datasette", str(ferry.library)) as host:
        large = "select hex(zeroblob(1000000)) from articles limit 3"
        endless = "select instr(printf('%.*c', 3000000, 'a'), printf('%.*c', 1500000, 'a') || 'b')"
        opened = []
        for sql in (large, SLOW_SQL, endless):
            target = httpx.Request("GET", host.url + "/library.json", params={"sql": sql}).url.raw_path
            opened.append(host.connect(receive_bytes=4096))
            opened[-1].sendall(b"GET " + target + b" HTTP/1.1\r\nHost: x\r\n\r\n")
        opened.append(host.connect())
        opened[-1].sendall(b"GET / HTTP/1.1\r\nHost:")
        assert opened[0].recv(8) == b"HTTP/1.1"
        family = host.family()

        assert host.end(within=15) == 0

        until(lambda: not any(Path(f"/proc/{pid}").exists() for pid in family[1:]))
        assert not [line for line in host.log if "Traceback" in line or "ERROR" in line]
        for connection in opened:
            connection.close()


def test_a_ctrl_c_that_every_process_hears_is_a_clean_end_too(ferry: Ferry, tmp_path: Path):
    library = shutil.copy(ferry.library, tmp_path / "library.db")
    with hosting("datasette", str(library), "--sync", ferry.address) as host:
        until(lambda: host.get("/").status_code == 200)
        assert host.sql("select 1").status_code == 200
        for pid in reversed(host.family()):
            os.kill(pid, signal.SIGINT)

        assert host.end(signal.SIGINT, within=15) == 0
        assert not [line for line in host.log if "Traceback" in line or "Interrupt" in line]


def test_who_never_says_what_he_wants_is_cut_off(ferry: Ferry):
    code = f"""
from pathlib import Path
from tamizdat_server.data import create_data
from tamizdat_server.data.running import run
from tamizdat_server.listen import bind
listen, bound = bind("127.0.0.1", 0)
run(create_data(Path({str(ferry.library)!r})), bound, ready=lambda: print(listen.port, flush=True), silence_seconds=1)
"""
    process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout
        place = ("127.0.0.1", int(process.stdout.readline()))
        with socket.create_connection(place, 30) as silent, socket.create_connection(place, 30) as halfway:
            halfway.sendall(b"GET / HTTP/1.1\r\nHost:")
            assert (silent.recv(1), halfway.recv(1)) == (b"", b"")
        assert httpx.get("http://{}:{}/".format(*place), trust_env=False).status_code == 200
    finally:
        process.terminate()
        assert process.wait(20) == 0


def test_two_at_one_port_are_told_apart(ferry: Ferry, capsys: pytest.CaptureFixture[str]):
    with hosting("datasette", str(ferry.library)) as host:
        assert app.run(["datasette", str(ferry.library), "--port", str(host.port)]) == 1
        assert "another program serves there already" in capsys.readouterr().err
        assert host.get("/").status_code == 200


@pytest.mark.parametrize(
    ("make", "code", "word"),
    [
        (lambda path: None, 34, "tamizdat sync ADDRESS"),
        (lambda path: path.write_bytes(b""), 34, "the file is empty"),
        (lambda path: path.write_bytes(b"x" * 200), 34, "isn't an SQLite file"),
    ],
)
def test_what_is_no_library_is_refused_with_a_word(
    make: object, code: int, word: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    path = tmp_path / "library.db"
    make(path)
    assert app.run(["datasette", str(path)]) == code
    assert word in capsys.readouterr().err


def test_without_the_extra_the_command_says_what_it_needs(ferry: Ferry):
    """Also from the checkout's root, where a folder of that name looks like an empty package."""
    code = f"""
import sys
class Absent:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in ("datasette", "uvicorn") and name != "datasette":
            raise ModuleNotFoundError(f"No module named {{name!r}}", name=name)
sys.meta_path.insert(0, Absent())
from tamizdat.cli import app
import tamizdat_server.app
from tamizdat_server.data import is_installed
assert not is_installed()
sys.exit(app.run(["datasette", {str(ferry.library)!r}]))
"""
    done = subprocess.run([sys.executable, "-c", code], cwd=CHECKOUT, capture_output=True, text=True, check=False)
    assert done.returncode == 2, done.stderr
    assert "pip install 'tamizdat[datasette]'" in done.stderr
    assert "Traceback" not in done.stderr


def test_nothing_of_datasette_is_loaded_before_it_is_asked_for():
    code = (
        "import sys, tamizdat, tamizdat_server.app, tamizdat_server.serve, tamizdat_server.cli.datasette\n"
        "import tamizdat_server.data.following\n"
        "print([name for name in sys.modules if name.split('.')[0] in ('datasette', 'uvicorn')])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_following_and_showing_need_nothing_of_the_other_extras():
    code = (
        "import sys, tamizdat_server.cli.datasette, tamizdat_server.data.following, tamizdat_server.data.beside\n"
        "import tamizdat_server.data.running, tamizdat_server.data.queries\n"
        "print([name for name in ('granian', 'litestar', 'lxml', 'PIL') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_a_plain_datasette_shows_the_same_by_the_documented_line(ferry_library: Path, tmp_path: Path):
    readme = (CHECKOUT / "datasette" / "README.md").read_text(encoding="utf-8")
    line = readme.partition("```console\n$ datasette ")[2].partition("```")[0].replace("\\\n", " ")
    words = line.replace("library.db", str(ferry_library)).replace("DIR/", f"{CHECKOUT / 'datasette'}/").split()
    settings = json.loads((CHECKOUT / "datasette" / "settings.json").read_text())
    named = {words[at + 1]: words[at + 2] for at, word in enumerate(words) if word == "--setting"}
    assert {name: json.loads(value) for name, value in named.items()}.items() <= settings.items()
    log = tmp_path / "log"
    with log.open("w") as output:
        command = [Path(sys.executable).parent / "datasette", *words, "--port", "0"]
        process = subprocess.Popen(command, cwd=tmp_path, stdout=output, stderr=subprocess.STDOUT)
        try:
            until(lambda: "running on http" in log.read_text() or process.poll() is not None)
            url = next(word for word in log.read_text().split() if word.startswith("http://127.0.0.1:")).rstrip("/")
            with httpx.Client(trust_env=False, base_url=url) as client:
                until(lambda: client.get("/").status_code == 200)
                assert client.get("/article/en/bridge").status_code == 200
                assert "default-src 'none'" in client.get("/library/articles").headers["content-security-policy"]
                for sql in (
                    "select * from saved",
                    "select key from articles natural join saved",
                    "select * from articles join saved using (key)",
                    "with g(place) as (values ('x')) select 1 from g join publications using (place)",
                    SLOW_SQL,
                ):
                    assert client.get("/library.json", params={"sql": sql}).status_code in (400, 403)
                assert client.get("/library/articles", params={"_facet": "text"}).status_code == 400
                joined = "select a.title from articles a join editions using (publication, edition)"
                assert client.get("/library.json", params={"sql": joined}).status_code == 200
        finally:
            process.terminate()
            process.wait(20)
