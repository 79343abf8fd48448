"""The archive's pages: what a public Datasette shows of a library to people who came to read.

Datasette knows them by the thin plugins in `datasette/plugins`; their templates lie in `datasette/templates`. Nothing
here imports Datasette: what is needed of it comes with each request.
"""
