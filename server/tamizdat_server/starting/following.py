"""What an editor does next: three commands, chosen by what the newsroom needs."""

import os
import shlex
import subprocess

import msgspec

from tamizdat_server.keys.store import key_files
from tamizdat_server.newsroom import Newsroom
from tamizdat_server.publish.changes import pending
from tamizdat_server.starting.answers import Answers, again


class Following(msgspec.Struct, frozen=True):
    """A command to type, and why."""

    why: str
    command: str


def following(newsroom: Newsroom, answers: Answers) -> list[Following]:
    """The next three commands, most needed first."""
    folder = str(newsroom.folder)
    steps = [
        _publish(folder) if pending(newsroom.db) else None,
        _export_root(folder) if (newsroom.keys / "root.pem").exists() else None,
        _serve(folder) if newsroom.version or pending(newsroom.db) else None,
        _daily(newsroom, answers),
        Following(
            "When somebody keeps a copy elsewhere, tell readers, with the next publish:",
            command_line("mirrors", "add", folder, "https://copy.example/"),
        ),
    ]
    return [step for step in steps if step][:3]


def _publish(folder: str) -> Following:
    return Following("Publish what was imported:", command_line("publish", folder))


def _serve(folder: str) -> Following:
    why = "Show it, and let its signatures be renewed daily, for as long as this runs:"
    return Following(why, command_line("serve", folder))


def _export_root(folder: str) -> Following:
    stick = "E:\\" if os.name == "nt" else "/media/stick"
    return Following(
        "Move the root key to a stick, and make a second copy of that for another place; publishing does without it:",
        command_line("keys", "export-root", folder, stick),
    )


def _daily(newsroom: Newsroom, answers: Answers) -> Following | None:
    asked = ", which asks for the passphrase" if any(file.locked for file in key_files(newsroom.keys)) else ""
    why = f"Bring what is new, daily or whenever something is, and publish it{asked}:"
    folder = str(newsroom.folder)
    if newsroom.config.imports:
        return Following(why, command_line("pull", folder, "--publish"))
    # A newsroom that was made by hand: its settings are its editor's.
    source = again(answers)
    return Following(why, command_line("import", source.kind, str(source.source), "--to", folder)) if source else None


def command_line(*words: str) -> str:
    """A command of tamizdat as it is typed in this system's shell."""
    words = ("tamizdat", *words)
    return subprocess.list2cmdline(words) if os.name == "nt" else shlex.join(words)
