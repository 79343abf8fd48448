"""`tamizdat status`."""

import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import click

from tamizdat.cli.options import open_to_read, reader_options
from tamizdat.cli.output import count, one_line, show_json, size
from tamizdat.library import Library, MirrorNote, Publication

_MIRRORS_SHOWN: Final = 12


@click.command()
@reader_options
def status(path: Path, as_json: bool) -> None:
    """Show what the library holds and how fresh it is."""
    with open_to_read(path) as library:
        found = {
            "library": str(path),
            "bytes": sum(part.stat().st_size for part in (path, Path(f"{path}-wal")) if part.exists()),
            "publications": [_publication(library, known) for known in library.publications()],
        }
    if as_json:
        show_json(found)
    else:
        click.echo(_for_people(found))


def _publication(library: Library, known: Publication) -> dict[str, Any]:
    from tamizdat.trust import freshness

    catalog = library.catalog(known.publication)
    notes, places = library.mirror_notes(known.publication), (known.last_good, known.place, *known.mirrors)
    return {
        "publication": known.publication,
        "title": known.title,
        "address": str(known.address),
        "fingerprint": str(known.fingerprint),
        "version": known.version,
        "published": known.published,
        "signed": datetime.fromtimestamp(known.signed, UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "fresh": freshness(known.signed, int(time.time())),
        "mirror": known.last_good,
        "mirrors": [_mirror(place, known, notes) for place in dict.fromkeys(filter(None, places))],
        "choice": known.choice,
        "editions": {code: _edition(library, known, code) for code in (catalog.editions if catalog else ())},
        "syncs": library.syncs(known.publication),
    }


def _mirror(place: str, known: Publication, notes: dict[str, MirrorNote]) -> dict[str, Any]:
    note = notes.get(place, MirrorNote(""))
    return {"address": place, "last_good": place == known.last_good, "asked": note.asked, "problem": note.problem}


def _edition(library: Library, known: Publication, code: str) -> dict[str, Any]:
    catalog = library.catalog(known.publication)
    standing, holding = library.standing(known.publication, code), library.holding(known.publication, code)
    return {
        "chosen": not known.choice.editions or code in known.choice.editions,
        "version": standing.version,
        "offered": catalog.editions[code].version if catalog else 0,
        "complete_since": standing.complete_since,
        **holding._asdict(),
    }


def _for_people(found: dict[str, Any]) -> str:
    lines = [f"{found['library']}, {size(found['bytes'])}"]
    for known in found["publications"]:
        lines += ["", click.style(one_line(known["title"]), bold=True), f"  address   {one_line(known['address'])}"]
        lines.append(f"  version   {known['version']}, published {known['published']}")
        lines.append(f"  freshness {known['fresh']}, signed {known['signed']}")
        lines += [f"  mirror    {_told_mirror(mirror)}" for mirror in known["mirrors"][:_MIRRORS_SHOWN]]
        if len(known["mirrors"]) > _MIRRORS_SHOWN:
            lines.append(f"            and {len(known['mirrors']) - _MIRRORS_SHOWN} more; --json shows all")
        lines += [f"  {code:<9} {_told(edition)}" for code, edition in known["editions"].items()]
    if not found["publications"]:
        lines.append("nothing in it yet; 'tamizdat sync ADDRESS' brings the first publication")
    return "\n".join(lines)


def _told_mirror(mirror: dict[str, Any]) -> str:
    if mirror["last_good"]:
        told = "answered last"
    elif mirror["problem"]:
        told = f"{mirror['problem']}, {mirror['asked'][:10]}"
    else:
        told = "not needed yet" if not mirror["asked"] else "good"
    return f"{one_line(mirror['address'])} ({told})"


def _told(edition: dict[str, Any]) -> str:
    if not edition["chosen"] and not edition["articles"]:
        return "not chosen"
    parts = [count(edition["articles"], "article"), count(edition["retractions"], "retraction")]
    if edition["version"] != edition["offered"]:
        parts.append("incomplete; sync again to go on")
    elif edition["complete_since"]:
        parts.append(f"complete since {edition['complete_since'][:10]}")
    return ", ".join(parts)
