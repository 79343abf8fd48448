"""Copies of a publication: making one and keeping it fresh, what belongs to one, and whether one is whole."""

from tamizdat.mirror.options import MirrorOptions, MirrorReport, Planned, parse_newest
from tamizdat.mirror.session import mirror
from tamizdat.mirror.verify import VerifyReport, verify

__all__ = ["MirrorOptions", "MirrorReport", "Planned", "VerifyReport", "mirror", "parse_newest", "verify"]
