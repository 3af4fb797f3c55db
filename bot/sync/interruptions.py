"""Why a run ends before its work does, other than by an error."""


class Interrupted(Exception):
    """Base of the reasons; none of them is anybody's mistake."""


class Stopping(Interrupted):
    """The process is about to end: the run is queued again and goes on from its checkpoint."""


class Unwanted(Interrupted):
    """The integration was paused meanwhile."""


class Lost(Interrupted):
    """The run was deleted, or another worker took it up."""
