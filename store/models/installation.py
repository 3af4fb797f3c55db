"""Slack's installations and OAuth states: slack_sdk's own tables, made by our migrations.

The token columns are wider than slack_sdk's, since what stands in them is encrypted.
"""

from slack_sdk.oauth.installation_store.sqlalchemy import AsyncSQLAlchemyInstallationStore
from slack_sdk.oauth.state_store.sqlalchemy import AsyncSQLAlchemyOAuthStateStore
from sqlalchemy import Text

from store.models.base import Base

slack_bots = AsyncSQLAlchemyInstallationStore.build_bots_table(Base.metadata, "slack_bots")
slack_installations = AsyncSQLAlchemyInstallationStore.build_installations_table(
    Base.metadata, "slack_installations"
)
slack_oauth_states = AsyncSQLAlchemyOAuthStateStore.build_oauth_states_table(
    Base.metadata, "slack_oauth_states"
)

TOKENS = ("bot_token", "bot_refresh_token", "user_token", "user_refresh_token")

for table in (slack_bots, slack_installations):
    for name in TOKENS:
        if name in table.c:
            table.c[name].type = Text()
