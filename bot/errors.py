"""What can go wrong for a member, each with a sentence they can act on.

The sentence says what happened, why, and what to do next. One place in `handlers` turns these
into Slack messages; anything else that is raised becomes an apology with a reference number.
"""


class PatchbayError(Exception):
    """Base of all that a member may be told. `sentence` is plain text, not mrkdwn."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


class NotAllowed(PatchbayError):
    """The member's role does not cover this."""


class NotFound(PatchbayError):
    """It does not exist (any more), or belongs to another workspace."""


class Refused(PatchbayError):
    """The request cannot be done as it stands. `field` names the input it is about, if any."""

    def __init__(self, sentence: str, field: str | None = None) -> None:
        super().__init__(sentence)
        self.field = field


class ChangedMeanwhile(PatchbayError):
    """Somebody else saved first. `changes` says what they changed, a sentence each."""

    def __init__(self, sentence: str, changes: list[str]) -> None:
        super().__init__(sentence)
        self.changes = changes


class ServiceError(PatchbayError):
    """A third-party service did not do its part. `code` groups equal failures."""

    code = "service"


class ServiceUnreachable(ServiceError):
    """Time-outs, connection errors, 429 and 5xx beyond the retries."""

    code = "unreachable"


class ServiceMisbehaves(ServiceError):
    """An answer that cannot be used: not JSON, too large, endless, or not of its form."""

    code = "misbehaves"


class ServiceRefuses(ServiceError):
    """A 4xx that repeating will not mend."""

    code = "refuses"


class AuthorizationLost(ServiceError):
    """Revoked, or expired beyond refresh: a member has to authorize again."""

    code = "authorization"


class AddressForbidden(ServiceError):
    """The URL leads to a private network and PATCHBAY_ALLOW_PRIVATE_NETWORKS is off."""

    code = "forbidden_address"


class ProjectError(PatchbayError):
    """The project's database did not do its part. `code` groups equal failures."""

    code = "project"


class SchemaDrift(PatchbayError):
    """A mapped field disappeared or changed its type. `changes`: a sentence each."""

    code = "drift"

    def __init__(self, sentence: str, changes: list[str]) -> None:
        super().__init__(sentence)
        self.changes = changes
