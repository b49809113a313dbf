"""Guards between people, documents and models: masking, classification, injection, grounding.

The package arrives with its issue; nothing imports it yet.
"""
