"""What the API counts of itself, and how that leaves the process."""
