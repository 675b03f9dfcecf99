"""Writes accounts of people, and what they sign in with: the only place that does."""
