"""Publishing: what the newsroom wants becomes the next version of its public tree.

The order is what keeps a tree whole, also when the power fails in the middle of it:

1. What an earlier run left unfinished is finished.
2. In one transaction of newsroom.db: records, deltas, segments, revisions, media, lists, catalog. Their files are
   written at once, under names that nobody knows yet. Signing comes before the commit: a missing key changes nothing.
3. The transaction is committed. From here on the version exists, and 1 would finish it.
4. Targets, snapshot, timestamp.json: the version is live. Files for browsers, then the heads.
5. What is withdrawn or old is deleted, and merged deltas are made for the next version to list.
"""

from tamizdat_server.publish.settings import SETTINGS, Settings
from tamizdat_server.publish.workflow import EditionReport, PublishReport, publish

__all__ = ["SETTINGS", "EditionReport", "PublishReport", "Settings", "publish"]
