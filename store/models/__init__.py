"""Every table, importable from one place (Alembic and the repositories read it)."""

from store.models.alert import Delivery, Incident
from store.models.authorization import Authorization, AuthorizationRequest
from store.models.base import Base
from store.models.draft import Change, Draft, Receipt
from store.models.installation import slack_bots, slack_installations, slack_oauth_states
from store.models.integration import Integration, IntegrationTransfer, Recipient
from store.models.run import Checkpoint, PendingDeletion, Reject, Run
from store.models.source import MappingPair, Project, Source, Transfer
from store.models.workspace import Member, Workspace

__all__ = [
    "Authorization",
    "AuthorizationRequest",
    "Base",
    "Change",
    "Checkpoint",
    "Delivery",
    "Draft",
    "Incident",
    "Integration",
    "IntegrationTransfer",
    "MappingPair",
    "Member",
    "PendingDeletion",
    "Project",
    "Receipt",
    "Recipient",
    "Reject",
    "Run",
    "Source",
    "Transfer",
    "Workspace",
    "slack_bots",
    "slack_installations",
    "slack_oauth_states",
]
