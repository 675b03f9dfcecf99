"""One reader for each format: from a file's bytes to what is found in it. Pure."""
