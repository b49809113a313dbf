"""Which language model may see what, under which contract, and signs that something went wrong."""
