"""Every failure a caller can meet, as one tree with stable codes.

    ActionQLError
    ├── DefinitionError      the application definition has problems (start and command line only)
    ├── BadInput             BAD_USER_INPUT 400: a value is missing, surplus or of the wrong kind
    ├── HttpsRequired        HTTPS_REQUIRED 400: credentials were about to travel in the clear
    ├── Unauthenticated      UNAUTHENTICATED 401: no or wrong credentials
    ├── PrivateDataMode      PRIVATE_DATA_MODE 401: only builders get data now
    ├── Forbidden            FORBIDDEN 403: known caller, not allowed
    ├── NotFound             NOT_FOUND 404
    ├── Conflict             CONFLICT 409: a unique value is taken, a record is still referred to
    │   ├── KeyReused        IDEMPOTENCY_KEY_REUSED 422: the key came with another request before
    │   ├── KeyInUse         IDEMPOTENCY_KEY_IN_USE 409: the first request with the key is under way
    │   └── AlreadyDone      ALREADY_DONE 409: what the key came with was done; its answer is not given again
    ├── TooLarge             TOO_LARGE 413
    ├── ActionFailed         ACTION_FAILED 422: the author's `error` step ended the run, with its message
    ├── StepFailed           STEP_FAILED 502: a step could not do its work; callers do not see why
    ├── TooManyRequests      TOO_MANY_REQUESTS 429
    ├── Overloaded           OVERLOADED 503
    ├── TimedOut             TIMED_OUT 504
    └── (anything else)      INTERNAL_SERVER_ERROR 500: answered with a request id, logged with its traceback

Each door owns one table from these codes to its own answer. A message is written for the caller: it never
carries a traceback, SQL, a file path or a secret.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

INTERNAL_CODE = "INTERNAL_SERVER_ERROR"
INTERNAL_MESSAGE = "Something went wrong on the server."


class ActionQLError(Exception):
    """A failure with a stable `code`, an HTTP `status` and a message that its caller may read."""

    code = INTERNAL_CODE
    status = 500
    told = False
    """Set once the audit trail has been told of it."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One mistake in a definition: where it stands, what is wrong and how to mend it."""

    file: str
    line: int
    path: str
    message: str

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}"
        return f"{place} {self.path}: {self.message}" if self.path else f"{place} {self.message}"


class DefinitionError(ActionQLError):
    """A definition that cannot be served, with every problem found in it."""

    code = "DEFINITION_ERROR"

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = sorted(set(problems))
        super().__init__("\n".join(str(problem) for problem in self.problems))


class BadInput(ActionQLError):
    """A value is missing, surplus or of the wrong kind; `fields` maps each name to its codes.

    `reasons` has for some of the names what is wrong in words that go on after a name: `is required`.
    """

    code = "BAD_USER_INPUT"
    status = 400

    def __init__(
        self,
        message: str,
        fields: Mapping[str, Sequence[str]] | None = None,
        reasons: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.fields = dict(fields or {})
        self.reasons = dict(reasons or {})


class HttpsRequired(ActionQLError):
    """The door takes credentials over HTTPS only, and the request came over plain HTTP."""

    code = "HTTPS_REQUIRED"
    status = 400

    def __init__(self) -> None:
        super().__init__("Use HTTPS. Plain HTTP is for callers on the server's own machine.")


class Unauthenticated(ActionQLError):
    """No credentials, or wrong ones."""

    code = "UNAUTHENTICATED"
    status = 401


class PrivateDataMode(ActionQLError):
    """The application is in Private Data Mode and the caller is no builder."""

    code = "PRIVATE_DATA_MODE"
    status = 401

    def __init__(self) -> None:
        super().__init__("redirect_to_login")


class Forbidden(ActionQLError):
    """The caller is known and may not do this."""

    code = "FORBIDDEN"
    status = 403


class NotFound(ActionQLError):
    """There is no such thing, or none that this caller may see."""

    code = "NOT_FOUND"
    status = 404


class Conflict(ActionQLError):
    """The change contradicts what is stored: a unique value is taken, a record is still referred to."""

    code = "CONFLICT"
    status = 409


class KeyReused(Conflict):
    """An idempotency key came with another request than the first time."""

    code = "IDEMPOTENCY_KEY_REUSED"
    status = 422

    def __init__(self) -> None:
        super().__init__("This idempotency key was sent with another request; take a new one.")


class KeyInUse(Conflict):
    """The first request with an idempotency key is still under way."""

    code = "IDEMPOTENCY_KEY_IN_USE"

    def __init__(self) -> None:
        super().__init__("A request with this idempotency key is under way; send it again in a moment.")


class AlreadyDone(Conflict):
    """What an idempotency key came with was done before, and its answer is not given again."""

    code = "ALREADY_DONE"


class TooLarge(ActionQLError):
    """More bytes, records or nesting than the limits allow."""

    code = "TOO_LARGE"
    status = 413


class ActionFailed(ActionQLError):
    """The author's `error` step ended the run; the message is the author's."""

    code = "ACTION_FAILED"
    status = 422


class StepFailed(ActionQLError):
    """A step could not do its work. `message` names the step; `reason` is for the journal and the log only."""

    code = "STEP_FAILED"
    status = 502

    def __init__(self, message: str, reason: str = "") -> None:
        super().__init__(message)
        self.reason = reason


class TooManyRequests(ActionQLError):
    """The caller is over a rate limit; `retry_after` is in seconds."""

    code = "TOO_MANY_REQUESTS"
    status = 429

    def __init__(self, message: str, retry_after: int = 60) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class Overloaded(ActionQLError):
    """The server has more in flight than it can finish in time."""

    code = "OVERLOADED"
    status = 503


class TimedOut(ActionQLError):
    """The work did not end within its time."""

    code = "TIMED_OUT"
    status = 504


def error_of(code: str, message: str) -> ActionQLError:
    """The error with this code and message, as a run that ended with it has it; a `StepFailed` for other codes."""
    kinds = (BadInput, Unauthenticated, Forbidden, NotFound, Conflict, TooLarge, ActionFailed, TimedOut)
    kind = next((one for one in kinds if one.code == code), StepFailed)
    error = kind(message)
    # The run's own entry has told.
    error.told = True
    return error
