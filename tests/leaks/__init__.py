"""What nobody may learn of drafts, put into every place that holds a text, and every way to ask."""
