"""Expected failures of measuring. Every message is Japanese and says what to do."""


class EvalError(Exception):
    """Base of everything `evals` raises on purpose."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class GoldenError(EvalError):
    """The golden questions are missing or malformed."""


class BaselineError(EvalError):
    """The saved baseline cannot be read, or must not be written from this run."""


class MeasurementError(EvalError):
    """Something that had to be measured could not be: nothing was ingested, no server came up."""
