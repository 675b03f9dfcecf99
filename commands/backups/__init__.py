"""One file that holds a whole database, and the way back."""
