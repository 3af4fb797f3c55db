"""Every view and message once with ordinary and once with extreme data.

`doctor` holds them against the workspace's own rules. Only read models go in: no engine, no
session.
"""

from handlers.samples import (
    alerts,
    authorizations,
    common,
    custom,
    errors,
    help,
    history,
    home,
    integration_form,
    integration_page,
    integrations,
    mapped,
    mapping,
    members,
    messages,
    preview,
    progress,
    projects,
    rejects,
    source_form,
    source_page,
    sources,
    transfers,
)
from handlers.samples.sample import Sample as Sample

_NOUNS = (
    alerts,
    authorizations,
    common,
    custom,
    errors,
    help,
    history,
    home,
    integration_form,
    integration_page,
    integrations,
    mapped,
    mapping,
    members,
    messages,
    preview,
    progress,
    projects,
    rejects,
    source_form,
    source_page,
    sources,
    transfers,
)


def samples() -> list[Sample]:
    """All of them, by noun; a sample's name is its own."""
    return [sample for noun in _NOUNS for sample in noun.samples()]
