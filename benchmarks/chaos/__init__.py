"""`./xinfeng bench chaos`: pull and push the same data while processes are killed."""
