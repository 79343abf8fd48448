"""What an editor does next: three commands, chosen by what the newsroom needs."""

import os
import shlex
import subprocess
from pathlib import Path

import msgspec

from tamizdat_server.importers.orders import Order
from tamizdat_server.keys.store import key_files
from tamizdat_server.newsroom import Newsroom
from tamizdat_server.publish.changes import pending
from tamizdat_server.starting.begin import Answers


class Following(msgspec.Struct, frozen=True):
    """A command to type, and why."""

    why: str
    command: str


def following(newsroom: Newsroom, answers: Answers) -> list[Following]:
    """The next three commands, most needed first."""
    folder = str(newsroom.folder)
    steps = [
        _publish(folder) if pending(newsroom.db) or not newsroom.version else None,
        _export_root(folder) if (newsroom.keys / "root.pem").exists() else None,
        Following(
            "Show it, and let its signatures be renewed daily, for as long as this runs:", command_line("serve", folder)
        ),
        _daily(folder, answers, locked=any(file.locked for file in key_files(newsroom.keys))),
        Following(
            "When somebody keeps a copy elsewhere, tell readers, with the next publish:",
            command_line("mirrors", "add", folder, "https://copy.example/"),
        ),
    ]
    return [step for step in steps if step][:3]


def _publish(folder: str) -> Following:
    return Following("Publish what was imported:", command_line("publish", folder))


def _export_root(folder: str) -> Following:
    stick = "E:\\" if os.name == "nt" else "/media/stick"
    return Following(
        "Move the root key to a stick, and make a second copy of that for another place; publishing needs it not:",
        command_line("keys", "export-root", folder, stick),
    )


def _daily(folder: str, answers: Answers, *, locked: bool) -> Following | None:
    """A file doesn't change, so what comes after it comes from the site that wrote it."""
    kind, source = answers.order.kind, answers.order.source[0]
    if kind != "markdown" and Path(source).exists():
        source = answers.site
    if not source:
        return None
    both = " ; " if os.name == "nt" else " && "
    command = both.join(
        (
            command_line("import", kind, source, "--to", folder, *_options(answers.order)),
            command_line("publish", folder),
        )
    )
    asked = ", which asks for the passphrase" if locked else ""
    return Following(f"Bring what is new, daily or whenever something is, and publish it{asked}:", command)


def _options(order: Order) -> list[str]:
    """The words of `tamizdat import` for what was answered otherwise than it takes for granted."""
    words = ["--fetch"] if order.fetch else []
    words += ["--pictures", order.pictures] if order.pictures != "fetch" else []
    words += [word for folder in order.uploads for word in ("--uploads", folder)]
    words += ["--allow-private"] if order.allow_private else []
    return [*words, "--proxy", order.proxy] if order.proxy else words


def command_line(*words: str) -> str:
    """A command of tamizdat as it is typed in this system's shell."""
    words = ("tamizdat", *words)
    return subprocess.list2cmdline(words) if os.name == "nt" else shlex.join(words)
