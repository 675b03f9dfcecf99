"""Files of the library over HTTP: uploaded, and shown."""
