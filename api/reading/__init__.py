"""What anybody may read without the graph: article pages, feeds, sitemaps. No JavaScript."""
