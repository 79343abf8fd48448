"""What syncs learned of a publication's mirrors: which there are, and how each answered last."""

from collections.abc import Mapping, Sequence

import msgspec

from tamizdat.library.trusting import Trusting
from tamizdat.library.values import MirrorNote


class Mirrors(Trusting):
    """The signed list beyond what stands in the catalog, and the reader's own notes on each place."""

    def more_mirrors_sha256(self, publication: str) -> str:
        """The digest of the list of further mirrors that is known; empty where none is."""
        row = self.row("SELECT more_mirrors_sha256 FROM publications WHERE identity = ?", (publication,))
        return row[0] if row else ""

    def learn_more_mirrors(self, publication: str, mirrors: Sequence[str], *, sha256: str) -> None:
        """Keep the further mirrors that the newest catalog names by a file of this digest. Raises: LibraryError."""
        with self.writing() as db:
            db.execute(
                "UPDATE publications SET more_mirrors = ?, more_mirrors_sha256 = ? WHERE identity = ?",
                (msgspec.json.encode(mirrors).decode(), sha256, publication),
            )

    def mirror_notes(self, publication: str) -> dict[str, MirrorNote]:
        """By place: how it answered when it was asked last."""
        rows = self.rows(
            "SELECT place, asked, problem, sends_held FROM mirrors"
            " WHERE publication = (SELECT id FROM publications WHERE identity = ?)",
            (publication,),
        )
        return {place: MirrorNote(asked, problem, bool(sends_held)) for place, asked, problem, sends_held in rows}

    def note_mirrors(self, publication: str, notes: Mapping[str, MirrorNote]) -> None:
        """Note how these answered, and forget places that the publication has no more. Raises: LibraryError."""
        known = self.publication(publication)
        if known is None:
            return
        with self.writing() as db:
            ours = self._number(publication)
            db.executemany(
                "INSERT OR REPLACE INTO mirrors (publication, place, asked, problem, sends_held)"
                " VALUES (?, ?, ?, ?, ?)",
                [(ours, place, *msgspec.structs.astuple(note)) for place, note in notes.items()],
            )
            left = {known.place, known.last_good, *known.mirrors}
            gone = [place for (place,) in self.rows("SELECT place FROM mirrors WHERE publication = ?", (ours,))]
            db.executemany(
                "DELETE FROM mirrors WHERE publication = ? AND place = ?",
                [(ours, place) for place in gone if place not in left],
            )
