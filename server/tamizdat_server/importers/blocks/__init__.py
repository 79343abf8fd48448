"""HTML, whatever it came from, as the blocks of an article: nothing of its words is lost, and order is kept."""
