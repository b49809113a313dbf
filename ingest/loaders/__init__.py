"""Files and folders to documents of raw text, one loader a format.

`load_paths` is the way in. Importing this package loads no format library; each loader module
(and what it needs) is imported when the first file of its format is met.
"""

from ingest.loaders.registry import SUPPORTED_SUFFIXES
from ingest.loaders.walk import load_paths

__all__ = ["SUPPORTED_SUFFIXES", "load_paths"]
