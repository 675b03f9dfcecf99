"""/metrics for Prometheus: of the API, of a worker, of the database."""
