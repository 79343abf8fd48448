"""Single web pages: the article that each of them is about."""
