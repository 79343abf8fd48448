"""What makes, keeps and serves a publication: newsroom, publisher, server."""
