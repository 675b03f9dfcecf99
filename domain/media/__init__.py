"""Pictures, sound, films and documents that articles show, and the files they stand in."""
