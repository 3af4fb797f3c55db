"""What the integration form's drop-downs offer for what is typed in them."""

from collections.abc import Sequence
from functools import cache
from zoneinfo import available_timezones

from slack_sdk.models.blocks import Option

from handlers.read.integration_form import EmailChoice, SourceChoice, looks_like_email, narrowed
from handlers.read.integrations import NamedIntegration
from handlers.views.common import option
from store.vocabulary import IntegrationState

MOST = 100  # Slack shows nothing at all for more
VALUE = 150

_STATES = {
    IntegrationState.INACTIVE: "Inactive",
    IntegrationState.ACTIVE: "Active",
    IntegrationState.PAUSED: "Paused",
    IntegrationState.DISABLED: "Disabled",
    IntegrationState.NEEDS_AUTHORIZATION: "Needs authorization",
}


def source_options(sources: Sequence[SourceChoice], typed: str) -> list[Option]:
    found = narrowed(typed, sources, lambda source: source.name)
    return [option(source.name, source.id) for source in found[:MOST]]


def integration_options(found: Sequence[NamedIntegration], typed: str) -> list[Option]:
    shown = narrowed(typed, found, lambda each: each.name)
    return [option(each.name, each.id, _STATES[each.state]) for each in shown[:MOST]]


def timezone_options(own: str, typed: str) -> list[Option]:
    """The member's own first; “new york” finds America/New_York."""
    zones = sorted(_timezones(), key=lambda zone: zone != own)
    found = narrowed(typed, zones, lambda zone: zone.replace("_", " "))
    return [option(zone, zone) for zone in found[:MOST]]


@cache
def _timezones() -> list[str]:
    """All there are: looked up once, since that reads a hundred files."""
    return sorted(available_timezones())


def email_options(members: Sequence[EmailChoice], typed: str) -> list[Option]:
    """Members' addresses; an outside one that is typed whole is offered too."""
    known = [member for member in members if len(member.address) <= VALUE]
    address = typed.strip()
    is_known = address.casefold() in {member.address.casefold() for member in members}
    if is_known or len(address) > VALUE or not looks_like_email(address):
        found = narrowed(typed, known, lambda member: f"{member.address} {member.name}")
        return [option(each.address, each.address, each.name) for each in found[:MOST]]
    return [option(f"Add {address} (will be asked to confirm)", address)]
