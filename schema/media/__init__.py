"""The media library in the graph."""
