"""Writes reviews: the only place that does."""
