"""Why a run can end badly; each class knows its exit code (docs: the Job command line).

EtlError
├── UsageError          64  the command line is wrong
├── BadData             65  no chain could be loaded, or the version is older than the loaded one
│   └── BadFile             one file is refused whole
├── NotFound            66  the source is not there
├── PassingTrouble      75  try again later: database away, another run is alive
├── NotAllowed          77  refused by the database or the file system
└── WrongConfiguration  78  bad URL, missing or old schema, another owner's dataset
"""


class EtlError(Exception):
    """A failure with a sentence for people, an exit code and a reason in one word for machines.

    retry_after_seconds: how long to wait before the next try, where the source says so.
    """

    exit_code = 70
    reason = "Unforeseen"

    def __init__(
        self, message: str, *, reason: str | None = None, retry_after_seconds: int | None = None
    ) -> None:
        super().__init__(message)
        self.reason = reason or type(self).reason
        self.retry_after_seconds = retry_after_seconds


class UsageError(EtlError):
    """The command line is wrong."""

    exit_code = 64
    reason = "InvalidUsage"


class BadData(EtlError):
    """The data cannot be loaded, and will not be next time either."""

    exit_code = 65
    reason = "BadData"


class BadFile(BadData):
    """One file is refused whole; its chain may be held back, others go on."""


class NotFound(EtlError):
    """The source is not there."""

    exit_code = 66
    reason = "NotFound"


class PassingTrouble(EtlError):
    """The same command may succeed later."""

    exit_code = 75
    reason = "TemporaryFailure"


class NotAllowed(EtlError):
    """The database or the file system refuses us."""

    exit_code = 77
    reason = "NotAllowed"


class WrongConfiguration(EtlError):
    """The set-up is wrong: URL, schema, ownership."""

    exit_code = 78
    reason = "InvalidConfiguration"
