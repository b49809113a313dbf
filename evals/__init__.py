"""How well and how fast: `yorisoi eval` and `yorisoi bench`. See `evals/README.md`."""
