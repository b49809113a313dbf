"""From files to chunks: load, check, normalise, segment, index.

Errors are Japanese and say what to do; one bad file never stops the others.
"""
