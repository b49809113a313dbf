"""Guards between people, documents and models: masking, classification, injection, grounding.

It knows `rag` (words, figures, values) and nothing else of ours.
"""
