"""Articles from elsewhere: read from what other systems write, shown, and taken as drafts."""
