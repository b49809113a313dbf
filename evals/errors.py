"""Expected failures of measuring. Every message is Japanese and says what to do."""

from app.errors import YorisoiError


class EvalError(YorisoiError):
    """Base of everything `evals` raises on purpose; the command line shows it like all others."""


class GoldenError(EvalError):
    """The golden questions are missing or malformed."""


class BaselineError(EvalError):
    """The saved baseline cannot be read, or must not be written from this run."""


class MeasurementError(EvalError):
    """Something that had to be measured could not be: nothing was ingested, no server came up."""


class BadOptionError(EvalError):
    """An option of the command line cannot be used."""

    exit_code = 2
