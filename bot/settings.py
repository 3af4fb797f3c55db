"""Every setting, read from the environment and from `.env`."""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import AliasChoices, BaseModel, Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict


class OAuthClient(BaseModel):
    """How this installation is registered with a service that speaks OAuth 2."""

    client_id: str
    client_secret: SecretStr | None = None  # None: a public client, PKCE alone


def _slack(name: str) -> AliasChoices:
    return AliasChoices(name.lower(), name)


class Settings(BaseSettings):
    model_config = SettingsConfigDict(
        env_prefix="PATCHBAY_", env_file=".env", extra="ignore", populate_by_name=True
    )

    # Slack
    slack_bot_token: SecretStr | None = Field(None, validation_alias=_slack("SLACK_BOT_TOKEN"))
    slack_signing_secret: SecretStr = Field(
        SecretStr(""), validation_alias=_slack("SLACK_SIGNING_SECRET")
    )
    slack_app_token: SecretStr | None = Field(None, validation_alias=_slack("SLACK_APP_TOKEN"))
    slack_client_id: str | None = Field(None, validation_alias=_slack("SLACK_CLIENT_ID"))
    slack_client_secret: SecretStr | None = Field(
        None, validation_alias=_slack("SLACK_CLIENT_SECRET")
    )
    slack_api_url: str = Field("https://slack.com/api/", validation_alias=_slack("SLACK_API_URL"))
    # where people consent to an installation; Slack's own page by default
    slack_authorize_url: str = "https://slack.com/oauth/v2/authorize"
    slack_proxy: str | None = None

    # where things are
    database_url: SecretStr = SecretStr("sqlite:///patchbay.db")
    project_url: SecretStr = SecretStr("sqlite:///patchbay-project.db")
    secret_keys: Annotated[list[SecretStr], NoDecode] = []
    public_url: str = "http://localhost:3000"
    host: str = "127.0.0.1"
    port: int = 3000
    catalog_dir: Path | None = None

    # our registrations with services, by the service's id; JSON in the environment:
    # {"github": {"client_id": "…", "client_secret": "…"}}
    oauth_clients: dict[str, OAuthClient] = {}

    # e-mail
    smtp_url: SecretStr | None = None
    email_from: str = "patchbay@localhost"

    # limits
    allow_private_networks: bool = False
    request_timeout: float = Field(30.0, gt=0)  # seconds, each request to a service
    request_attempts: int = Field(5, ge=1)  # tries of one request within a run
    retry_base_delay: float = Field(0.5, ge=0)  # seconds before the first repeat; doubles
    retry_max_delay: float = Field(60.0, ge=0)
    max_page_bytes: int = Field(64 * 1024 * 1024, gt=0)  # one answer, decompressed
    max_pages: int = Field(100_000, gt=0)  # of one data type in one run
    concurrent_runs: int = Field(64, ge=1)  # most of them wait for a service most of the time

    # how long things are kept
    keep_runs_days: int = Field(90, ge=1)
    keep_rejects_days: int = Field(30, ge=1)
    keep_deliveries_days: int = Field(30, ge=1)
    keep_uninstalled_days: int = Field(30, ge=0)

    # how things run
    tick_seconds: float = Field(5.0, gt=0)  # how often due integrations are looked for
    log_format: Literal["console", "json"] = "console"

    @field_validator("secret_keys", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        return (
            [key.strip() for key in value.split(",") if key.strip()]
            if isinstance(value, str)
            else value
        )

    @property
    def socket_mode(self) -> bool:
        return self.slack_app_token is not None


def variable_of(name: str) -> str:
    """The environment variable that a setting is read from: PATCHBAY_PORT for port."""
    field = Settings.model_fields.get(name.lower())
    is_ours = field is None or field.validation_alias is None
    return f"PATCHBAY_{name.upper()}" if is_ours else name.upper()
