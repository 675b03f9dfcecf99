"""Articles as files that others read: Markdown, DOCX, JSON."""
