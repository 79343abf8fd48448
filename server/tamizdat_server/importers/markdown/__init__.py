"""Markdown with front matter, in a folder or in a git history of one."""
