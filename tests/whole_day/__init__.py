"""A whole day of a media centre in chapters, over HTTP: what editors, a partner and a guest do."""
