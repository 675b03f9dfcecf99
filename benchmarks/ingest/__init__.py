"""`./xinfeng bench ingest`: what comes in, beside the bare way to take it in."""
