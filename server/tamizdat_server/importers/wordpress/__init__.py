"""Articles of a WordPress site: from its export (WXR), or through its REST API."""
