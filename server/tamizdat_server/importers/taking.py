"""What happens to the items of one import, and what is told of it in the end."""

from typing import Final

import msgspec

from tamizdat.errors import FormatError, UsageError
from tamizdat_server.clock import rfc3339, unix
from tamizdat_server.draft import Told
from tamizdat_server.importers.gone import SECONDS, is_much
from tamizdat_server.importers.items import Complete, Imported, Item, Reached, Removed, Skipped
from tamizdat_server.importers.origins import Origins, Standing
from tamizdat_server.importers.report import Held, Report
from tamizdat_server.importers.source import Source
from tamizdat_server.importers.tally import Tally
from tamizdat_server.newsroom import Newsroom

_MISSING: Final = "its source has it no more"
_UNTRANSLATED: Final = "its source has it no more in this language"


class Taking:
    """Takes items into a newsroom, inside `editing()`, and keeps count of them."""

    def __init__(self, newsroom: Newsroom, source: Source, *, now: str, confirm: bool) -> None:
        self._newsroom, self._source, self._now, self._confirm = newsroom, source, now, confirm
        self._origins = Origins(newsroom, source.origin, splits=source.splits)
        self._tally = Tally(history=source.history)
        self._removed = 0
        self._corrected = ""
        self._revised: dict[str, None] = {}  # keys, in order
        self._seen: set[str] = set()
        self._hidden: set[str] = set()
        self._written: set[str] = set()  # told of as written, that is in all of their languages
        self._doubted: set[str] = set()  # of these, not each language could be taken
        self._present: frozenset[str] | None = None
        self._left: dict[str, str] = {}
        self._held: list[Held] = []

    @property
    def taken(self) -> int:
        """How many articles came in, changed or not."""
        return self._tally.taken

    def take(self, item: Item) -> None:
        """Let this item have its effect. Raises: NewsroomError."""
        match item:
            case Imported():
                self._put(item)
            case Removed(key=key, at=at):
                self._remove(key, at)
            case Skipped():
                self._skip(item)
            case Complete(present=present):
                self._present = present
            case Reached(place=place):
                self._newsroom.remember(self._source.origin, place)

    def settle(self) -> None:
        """Let go of what the source has no more; where that is much and unconfirmed, hold it. Raises: NewsroomError."""
        gone = self._gone()
        if self._confirm:
            self._newsroom.remember(self._confirmed, self._now)
        elif is_much(gone, self._origins.count, lately=self._origins.lately(self._since())):
            self._held, gone = gone, []
        for article in gone:
            self._removed += self._newsroom.retract(article.key, at=self._left.get(article.key, self._now))
        self._log()

    @property
    def _confirmed(self) -> str:
        """Under which name the newsroom remembers when somebody last said that what is gone is right."""
        return f"confirmed {self._source.origin}"

    def _since(self) -> str:
        """From when on what went counts towards how much may go without a word."""
        return max(rfc3339(unix(self._now) - SECONDS), self._newsroom.recall(self._confirmed) or "")

    def _log(self) -> None:
        """An import that changed nothing leaves nothing."""
        did = {name: number for name, number in self._tally.outcomes.items() if name != "unchanged"}
        told = ", ".join(f"{number} {name}" for name, number in (did | {"removed": self._removed}).items() if number)
        if told:
            self._newsroom.log("import", self._source.origin, told, at=self._now)

    def correct(self, note: str) -> None:
        """Give this note to the one published article that was revised. Raises: UsageError, FormatError."""
        if len(self._revised) > 1:
            named = ", ".join([*self._revised][:5])
            raise UsageError(
                f"a correction is for one article, and {len(self._revised)} are revised ({named}): nothing was changed."
                " Import without it, then say 'tamizdat correct' for the right one"
            )
        for key in self._revised:
            self._newsroom.correct(key, note, at=self._now)
            self._corrected = key

    def report(self, *, dry_run: bool) -> Report:
        """What happened."""
        return Report(
            dry_run=dry_run,
            origin=self._source.origin,
            added=self._tally.outcomes["added"],
            revised=self._tally.outcomes["revised"],
            unchanged=self._tally.outcomes["unchanged"],
            removed=self._removed,
            corrected=self._corrected,
            pictures=self._tally.pictures,
            held=self._held,
            skipped=self._tally.skipped(),
            warnings=self._tally.warnings(),
            undescribed=self._tally.undescribed,
        )

    # -- articles that are there ---------------------------------------------------------------------------------------

    def _put(self, item: Imported) -> None:
        item = self._linked(self._as_known(item))
        if not self._source.history and (item.source in self._seen or item.source in self._hidden):
            # Taking both would revise the article at every import.
            self._tally.skip(Skipped(item.source, "the source has it twice; only the first counts"))
            return
        if reason := self._objection(item):
            self._skip(Skipped(item.source, reason))
            return
        key = self._key(item)
        if key is None:
            self._skip(Skipped(item.source, f"an article from elsewhere is known as {item.draft.key!r}"))
            return
        if item.form == "raw":
            self._written.add(self._origins.whole(item.source))
        draft = msgspec.structs.replace(item.draft, key=key)
        try:
            outcome = self._newsroom.put(draft, source=item.source, at=item.at, told=_told(item, self._source.origin))
        except FormatError as error:
            self._skip(Skipped(item.source, f"not an article that the format allows: {error.what}"))
            return
        self._seen.add(item.source)
        self._tally.take(item, outcome)
        if outcome == "revised" and (found := self._origins.under(key)) and found.public:
            self._revised[key] = None

    def _as_known(self, item: Imported) -> Imported:
        """The item as what stands of it in its language, which may have come alone or beside others."""
        whole = self._origins.whole(item.source)
        standing = {one.source: one.edition for one in self._origins.all_of(whole)}
        if not standing.keys() - {item.source}:
            return item
        same = (source for source, edition in standing.items() if edition == item.draft.edition)
        source = item.source if item.source in standing else next(same, item.source)
        draft = msgspec.structs.replace(item.draft, translation_group=item.draft.translation_group or whole)
        return msgspec.structs.replace(item, draft=draft, source=source)

    def _linked(self, item: Imported) -> Imported:
        """The item beside its translations: a file and an API may name one group otherwise, by what they know of it."""
        if not (group := self._origins.group_of(item.translations)):
            return item
        return msgspec.structs.replace(item, draft=msgspec.structs.replace(item.draft, translation_group=group))

    def _objection(self, item: Imported) -> str:
        """Why this source may not say what stands there; a folder's articles are known by their keys alone."""
        if self._source.fixed_keys:
            return ""
        if not self._confirm and (other := self._origins.other_site(item.source)):
            return (
                f"it belongs to '{other}', which is another site; if that is where it has moved from, --confirm lets it"
            )
        if self._newsroom.key_of(item.source) is None and self._origins.is_withdrawn(item.draft):
            return f"an editor withdrew {item.draft.key!r}, and this is the same under another name"
        return ""

    def _key(self, item: Imported) -> str | None:
        """The key that the article gets; None where it can't have any."""
        if not self._source.fixed_keys:
            return self._origins.free_key(item.draft.key, source=item.source)
        return None if self._origins.has_another(item.draft.key, source=item.source) else item.draft.key

    # -- articles that aren't ------------------------------------------------------------------------------------------

    def _skip(self, skipped: Skipped) -> None:
        if not skipped.hidden:
            found = self._origins.all_of(skipped.source)
            self._doubted.add(self._origins.whole(skipped.source))
            self._seen.update((skipped.source, *(one.source for one in found)))
            skipped = _still_standing(skipped) if found else skipped
        elif not self._source.history:
            found = self._origins.all_of(self._origins.whole(skipped.source))
            self._hidden.update((skipped.source, *(one.source for one in found)))
            for article in found:
                self._leave(article, skipped.reason, at=self._now)
        self._tally.skip(skipped)

    def _remove(self, key: str, at: str) -> None:
        # What was never imported (a draft, say) is gone already.
        if found := self._origins.under(key):
            self._left[key] = at
            self._leave(found, _MISSING, at=at)

    def _leave(self, article: Standing, reason: str, *, at: str) -> None:
        """What is public goes when all is known that is gone; what never was must not become so meanwhile."""
        self._origins.miss(article.key, reason)
        if not article.public:
            self._removed += self._newsroom.retract(article.key, at=at)

    def _gone(self) -> list[Held]:
        """What the source has no more, by source; also noted in the newsroom, for the day when somebody confirms it."""
        found: list[Held] = []
        for article in [*self._origins.standing()]:
            reason = self._why_gone(article)
            if reason != article.gone:
                self._origins.miss(article.key, reason)
            if reason:
                found.append(Held(article.source, article.key, article.edition, reason))
        return found

    def _why_gone(self, article: Standing) -> str:
        if article.source in self._hidden or self._source.history:
            return article.gone
        if article.source in self._seen:
            return ""
        whole = self._origins.whole(article.source)
        if whole in self._written and whole not in self._doubted:
            return _UNTRANSLATED
        if self._present is None or (whole in self._present and article.gone == _UNTRANSLATED):
            return article.gone
        return "" if {article.source, whole} & self._present else _MISSING


def _still_standing(skipped: Skipped) -> Skipped:
    """The source has it, though it can't be taken: its author should know what readers have."""
    reason = f"{skipped.reason}; what was imported before still stands: 'tamizdat retract' withdraws it"
    return Skipped(skipped.source, reason)


def _told(item: Imported, origin: str) -> Told:
    return Told(origin=origin, stamp=item.stamp, form=item.form, corrections=item.corrections)
