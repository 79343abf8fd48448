"""How an importer's HTML writes footnotes, so that one reader makes blocks of them whatever they were in the source.

`<tamizdat-note id="1">` refers to one; at the end, `<tamizdat-notes>` holds a `<tamizdat-note-text id="1">` for each.
"""

from typing import Final

NOTE: Final = "tamizdat-note"
NOTES: Final = "tamizdat-notes"
NOTE_TEXT: Final = "tamizdat-note-text"
