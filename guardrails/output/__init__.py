"""Guards between what a model writes and the people who read it."""
