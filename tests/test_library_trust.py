"""What was accepted is kept whole, beside how far it was applied and what the reader chose."""

from pathlib import Path

import msgspec
import pytest

from shelf import AT, FINGERPRINT, OTHER, PUBLICATION, SIGNED, accepted, apply, article, assert_sound, shelf
from tamizdat.errors import LibraryError
from tamizdat.library import Choice, Library, MirrorNote, Standing, Sync


@pytest.fixture
def library(tmp_path: Path):
    with shelf(tmp_path / "library.db") as library:
        yield library
        assert_sound(library)


def test_what_was_accepted_comes_back_byte_for_byte(library: Library):
    state = accepted(2)
    library.accept(msgspec.structs.replace(state, roots={2: b"second"}), fingerprint=FINGERPRINT)
    held = library.held(PUBLICATION)
    assert held is not None
    assert dict(held.roots) == {1: b"root", 2: b"second"}
    assert (held.timestamp, held.snapshot, held.targets) == (b"timestamp", b"snapshot", b"targets")
    assert held.catalog == state.catalog_bytes
    assert dict(held.catalogs) == {1: accepted(1).catalog_sha256, 2: state.catalog_sha256}
    assert library.catalog(PUBLICATION) == state.catalog
    assert library.site(PUBLICATION) == ("0" * 64, 9)


def test_of_an_unknown_publication_nothing_is_held(library: Library):
    assert library.held(OTHER) is None
    assert library.catalog(OTHER) is None
    assert library.publication(OTHER) is None
    assert library.standing(OTHER, "en") == Standing("en")
    with pytest.raises(LibraryError):
        library.choose(OTHER, Choice())


def test_a_publication_is_known_by_its_newest_catalog_and_the_place_it_was_found_at(library: Library):
    library.accept(accepted(5), fingerprint=FINGERPRINT, head=("head.tar.zst", "ab" * 32, 999))
    known = library.publication(PUBLICATION)
    assert known is not None
    assert (known.title, known.version, known.published, known.signed) == ("The Paper", 5, AT, SIGNED)
    assert known.place == "https://paper.example/"
    assert str(known.address) == f"https://paper.example/#{FINGERPRINT}"
    assert known.head == ("head.tar.zst", "ab" * 32, 999)
    library.accept(accepted(6), fingerprint=FINGERPRINT, place="https://moved.example/")
    known = library.publication(PUBLICATION)
    assert known is not None
    assert (known.place, known.head) == ("https://moved.example/", None)


def test_several_publications_live_side_by_side(library: Library):
    library.accept(accepted(publication=OTHER), fingerprint=FINGERPRINT)
    apply(library, article("one"))
    assert [known.publication for known in library.publications()] == [PUBLICATION, OTHER]
    assert library.articles(publication=OTHER) == []
    assert library.standing(OTHER, "en").version == 0


def test_an_edition_new_in_the_catalog_can_be_applied(library: Library):
    library.accept(accepted(2, editions=("en", "kk")), fingerprint=FINGERPRINT)
    apply(library, article("one", edition="kk"), edition="kk")
    assert library.standing(PUBLICATION, "kk").version == 1


def test_choices_mirror_and_figures_are_remembered(library: Library):
    known = library.publication(PUBLICATION)
    assert known is not None
    assert known.choice == Choice()
    choice = Choice(("en", "ru"), keep_days=30, keep_megabytes=None, media="previews", revisions=True)
    library.choose(PUBLICATION, choice)
    library.remember_mirror(PUBLICATION, "https://mirror.example/")
    known = library.publication(PUBLICATION)
    assert known is not None
    assert (known.choice, known.last_good) == (choice, "https://mirror.example/")
    syncs = [Sync(AT, "https://mirror.example/", n, n + 1, 3, 4000, 1, 0.5) for n in range(3)]
    for sync in syncs:
        library.note_sync(PUBLICATION, sync)
    assert library.syncs(PUBLICATION, limit=2) == [syncs[2], syncs[1]]


def test_a_state_that_cannot_be_committed_whole_is_not_committed_at_all(library: Library):
    library.db.execute("CREATE TRIGGER no BEFORE INSERT ON catalogs BEGIN SELECT RAISE(ABORT, 'no'); END")
    with pytest.raises(LibraryError):
        library.accept(accepted(9), fingerprint=FINGERPRINT)
    library.db.execute("DROP TRIGGER no")
    held, known = library.held(PUBLICATION), library.publication(PUBLICATION)
    assert held is not None
    assert known is not None
    assert (list(held.catalogs), known.version) == ([1], 1)


def test_what_is_known_of_mirrors_is_kept_and_forgotten_with_the_mirror(library: Library):
    library.accept(accepted(5), fingerprint=FINGERPRINT)
    library.learn_more_mirrors(PUBLICATION, ["https://ninth.example/"], sha256="ab" * 32)
    known = library.publication(PUBLICATION)
    assert known
    assert known.mirrors[-1] == "https://ninth.example/"
    assert library.more_mirrors_sha256(PUBLICATION) == "ab" * 32
    notes = {place: MirrorNote(AT, "unreachable", sends_held=True) for place in (known.place, "https://ninth.example/")}
    library.note_mirrors(PUBLICATION, notes)
    assert library.mirror_notes(PUBLICATION) == notes
    library.learn_more_mirrors(PUBLICATION, [], sha256="")
    library.note_mirrors(PUBLICATION, {known.place: MirrorNote(AT)})
    assert library.mirror_notes(PUBLICATION) == {known.place: MirrorNote(AT)}


def test_of_an_unknown_publications_mirrors_nothing_is_known(library: Library):
    library.note_mirrors(OTHER, {"https://a.example/": MirrorNote(AT)})
    assert library.mirror_notes(OTHER) == {}
    assert library.more_mirrors_sha256(OTHER) == ""
