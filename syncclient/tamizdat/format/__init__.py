"""Format 1: bytes <-> typed values, and limits. No input or output here. docs/format.md is the law."""
