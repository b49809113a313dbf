"""Retrieval and generation: models, embedders, indexes and the answers drawn from them.

Knows nothing of the application; every collaborator arrives through a constructor.
"""
