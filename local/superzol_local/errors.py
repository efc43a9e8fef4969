"""What can keep the one-machine mode from running; each class knows its exit code."""


class LocalError(Exception):
    """A failure with a sentence that says what to do."""

    exit_code = 70


class NotFoundError(LocalError):
    """A folder that was named is not there."""

    exit_code = 66


class BusyError(LocalError):
    """Somebody else uses the port or the state folder."""

    exit_code = 75


class RefusedError(LocalError):
    """The system does not let this user write there, or listen there."""

    exit_code = 77


class WrongStateError(LocalError):
    """The state folder or the database holds other data than was asked for."""

    exit_code = 78


class ProgramError(LocalError):
    """A program that was started has failed; its own words are in the message."""

    def __init__(self, message: str, exit_code: int) -> None:
        super().__init__(message)
        self.exit_code = exit_code
