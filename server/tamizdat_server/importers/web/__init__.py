"""The web as importers see it: hostile, bounded, and never the newsroom's own network."""
