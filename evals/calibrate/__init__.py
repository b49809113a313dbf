"""The fits of every weight that the tree holds: `python -m evals.calibrate <name> [--write]`.

`answerability` (whether there is an answer), `premises` (whether the evidence contradicts what a
question takes for granted) and `grounding` (whether it bears a generated sentence). They learn from
the golden questions open to tuning, never from held ones, by the signals of run time; what they
report of a set comes from weights that were fitted without it, and but for `answerability` without
any other set of its author.
"""
