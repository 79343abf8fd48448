"""Copies of a publication: what belongs to one, and whether one is whole."""

from tamizdat.mirror.verify import VerifyReport, verify

__all__ = ["VerifyReport", "verify"]
