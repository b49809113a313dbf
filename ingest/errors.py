"""Errors of the ingest package. Every message is Japanese, one line, and says what to do."""


class IngestError(Exception):
    """Base of everything `ingest` raises on purpose."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class BadPathError(IngestError):
    """A path that was named does not exist or is neither a file nor a folder."""


class LoadError(IngestError):
    """A file cannot be used; `load_paths` turns the message into a `LoadFailure`."""
