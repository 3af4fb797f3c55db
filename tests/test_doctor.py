"""`python -m bot doctor` finds what is wrong and says what to do, without a secret in it."""

import io
import os
import re
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr
from rich.console import Console

from bot import doctor
from bot.doctor import examine
from bot.findings import Finding, Verdict, bad, good, remark, report
from bot.playground.mailbox import Mailbox
from bot.playground.slack import SlackServer
from bot.scopes import SCOPES
from bot.settings import OAuthClient, Settings
from handlers.samples import Sample, samples
from store import migrate
from store.vault import Vault

BOT_TOKEN = "xoxb-doctor-test"
SAMPLES = samples()


@pytest.fixture
async def slack() -> AsyncIterator[SlackServer]:
    server = SlackServer(bot_token=BOT_TOKEN, scopes=SCOPES)
    await server.start()
    yield server
    await server.stop()


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    mailbox = Mailbox()
    mailbox.start()
    yield mailbox
    mailbox.stop()


@pytest.fixture
def well(
    database_url: str, project_url: str, slack: SlackServer, mailbox: Mailbox, tmp_path: Path
) -> Settings:
    """Everything is set, and everything answers."""
    return Settings(
        _env_file=None,
        database_url=SecretStr(database_url),
        project_url=SecretStr(project_url),
        secret_keys=[SecretStr(Vault.new_key())],
        public_url="https://patchbay.example.com",
        slack_bot_token=SecretStr(BOT_TOKEN),
        slack_signing_secret=SecretStr("the-signing-secret"),
        slack_app_token=None,
        slack_client_id=None,
        slack_client_secret=None,
        slack_api_url=slack.api_url,
        smtp_url=SecretStr(mailbox.url),
        oauth_clients={
            name: OAuthClient(client_id="patchbay") for name in ("demo_store", "github", "stripe")
        },
    )


@pytest.fixture
def bare(tmp_path: Path, slack: SlackServer, mailbox: Mailbox) -> Settings:
    """As `well`, once: on SQLite files that are not there yet."""
    return Settings(
        _env_file=None,
        database_url=SecretStr(f"sqlite:///{tmp_path / 'patchbay.db'}"),
        project_url=SecretStr(f"sqlite:///{tmp_path / 'project.db'}"),
        secret_keys=[SecretStr(Vault.new_key())],
        public_url="https://patchbay.example.com",
        slack_bot_token=SecretStr(BOT_TOKEN),
        slack_signing_secret=SecretStr("the-signing-secret"),
        slack_app_token=None,
        slack_client_id=None,
        slack_client_secret=None,
        slack_api_url=slack.api_url,
        smtp_url=SecretStr(mailbox.url),
    )


@pytest.fixture
def few_views(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only three of them, where the test is about something else."""
    monkeypatch.setattr(doctor, "samples", lambda: SAMPLES[:3])


async def the(part: str, settings: Settings, **changes: Any) -> Finding:
    """The only finding about that part."""
    [finding] = await about(part, settings, **changes)
    return finding


async def about(part: str, settings: Settings, **changes: Any) -> list[Finding]:
    found = await examine(settings.model_copy(update=changes))
    return [finding for finding in found if finding.part == part]


async def test_all_is_well(well: Settings, mailbox: Mailbox, slack: SlackServer) -> None:
    started = time.perf_counter()
    found = await examine(well)
    seconds = time.perf_counter() - started

    assert [finding for finding in found if finding.verdict is not Verdict.GOOD] == []
    assert [finding.part for finding in found] == [
        "secrets",
        "address",
        "database",
        "project",
        "services",
        "Slack",
        "scopes",
        "views",
        "e-mail",
    ]
    assert mailbox.messages == []
    assert {call.method for call in slack.calls} == {"auth.test", "blocks.validate"}
    assert seconds < 10


async def test_every_ordinary_sample_is_asked_about(bare: Settings, slack: SlackServer) -> None:
    finding = await the("views", bare)
    asked = [call for call in slack.calls if call.method == "blocks.validate"]
    typical = [sample for sample in SAMPLES if sample.size == "typical"]
    assert len(asked) == len(typical)
    assert finding == good("views", f"Slack accepts all {len(typical)}")


@pytest.mark.usefixtures("few_views")
class TestSettings:
    async def test_without_a_key_it_makes_one(self, bare: Settings) -> None:
        finding = await the("secrets", bare, secret_keys=[])
        assert finding.verdict is Verdict.BAD
        made = re.search(r"PATCHBAY_SECRET_KEYS=(\S+)", finding.what_to_do)
        assert made is not None
        Vault([made[1]])

    async def test_a_malformed_key_is_not_repeated(self, bare: Settings) -> None:
        finding = await the("secrets", bare, secret_keys=[SecretStr("not-a-key")])
        assert finding.verdict is Verdict.BAD
        assert "not-a-key" not in finding.what + finding.what_to_do

    async def test_an_older_key_may_stand_behind_the_new_one(self, bare: Settings) -> None:
        keys = [SecretStr(Vault.new_key()), SecretStr(Vault.new_key())]
        assert await the("secrets", bare, secret_keys=keys) == good(
            "secrets", "2 keys, the first one encrypts"
        )

    @pytest.mark.parametrize(
        ("url", "verdict"),
        [
            ("https://patchbay.example.com", Verdict.GOOD),
            ("http://localhost:3000", Verdict.REMARK),
            ("http://patchbay.example.com", Verdict.BAD),
            ("ftp://localhost", Verdict.BAD),
            ("patchbay", Verdict.BAD),
        ],
    )
    async def test_browsers_need_an_https_address(
        self, bare: Settings, url: str, verdict: Verdict
    ) -> None:
        finding = await the("address", bare, public_url=url)
        assert finding.verdict is verdict
        assert url in finding.what
        assert ("PATCHBAY_PUBLIC_URL" in finding.what_to_do) is (verdict is not Verdict.GOOD)


@pytest.mark.usefixtures("few_views")
class TestDatabases:
    async def test_files_that_are_not_there_are_not_made(
        self, bare: Settings, tmp_path: Path
    ) -> None:
        database = await the("database", bare)
        assert database == remark("database", "SQLite, not made yet", "python -m bot migrate")
        assert await the("project", bare) == good("project", "SQLite, made with the first table")
        assert os.listdir(tmp_path) == []

    async def test_an_older_schema(self, bare: Settings, tmp_path: Path) -> None:
        (tmp_path / "patchbay.db").touch()
        finding = await the("database", bare)
        assert (finding.verdict, finding.what_to_do) == (Verdict.REMARK, "python -m bot migrate")
        migrate.upgrade(bare.database_url.get_secret_value())
        assert await the("database", bare) == good("database", "SQLite, up to date")

    @pytest.mark.parametrize(
        "url",
        [
            "postgresql://patchbay:open-sesame@127.0.0.1:1/patchbay",
            "mysql://patchbay:open-sesame@db/patchbay",
            "open-sesame",
            "sqlite:////no/such/open-sesame/patchbay.db",
        ],
    )
    async def test_one_that_does_not_answer(self, bare: Settings, url: str) -> None:
        database = await the("database", bare, database_url=SecretStr(url))
        assert database.verdict is Verdict.BAD
        assert "PATCHBAY_DATABASE_URL" in database.what_to_do
        project = await the("project", bare, project_url=SecretStr(url))
        assert project.verdict is Verdict.BAD
        assert "PATCHBAY_PROJECT_URL" in project.what_to_do
        told = [*(database.what, database.what_to_do), project.what, project.what_to_do]
        assert "open-sesame" not in " ".join(told)

    async def test_the_bots_own_database_is_no_project(self, bare: Settings) -> None:
        finding = await the("project", bare, project_url=bare.database_url)
        assert finding.verdict is Verdict.BAD
        assert "own" in finding.what


@pytest.mark.usefixtures("few_views")
class TestServices:
    async def test_a_service_without_our_registration(self, bare: Settings) -> None:
        found = await about("services", bare)
        assert found[0].verdict is Verdict.GOOD
        assert "Demo Store" in found[0].what
        assert any("GitHub" in finding.what for finding in found[1:])
        assert all("PATCHBAY_OAUTH_CLIENTS" in finding.what_to_do for finding in found[1:])

    async def test_a_registration_with_nobody(self, bare: Settings) -> None:
        clients = {"githup": OAuthClient(client_id="x")}
        found = await about("services", bare, oauth_clients=clients)
        [finding] = [finding for finding in found if "githup" in finding.what]
        assert "github" in finding.what_to_do

    async def test_a_bad_service_file(self, bare: Settings, tmp_path: Path) -> None:
        (tmp_path / "shop.yaml").write_text("id: shop\nnmae: Shop\n")
        finding = await the("services", bare, catalog_dir=tmp_path)
        assert finding.verdict is Verdict.BAD
        assert "shop.yaml" in finding.what
        assert "file" in finding.what_to_do


@pytest.mark.usefixtures("few_views")
class TestSlack:
    async def test_no_token_at_all(self, bare: Settings) -> None:
        finding = await the("Slack", bare, slack_bot_token=None)
        assert (finding.verdict, finding.what) == (Verdict.BAD, "no SLACK_BOT_TOKEN")
        assert "manifest.yml" in finding.what_to_do

    async def test_a_wrong_token(self, bare: Settings, slack: SlackServer) -> None:
        finding = await the("Slack", bare, slack_bot_token=SecretStr("xoxb-another"))
        assert finding.verdict is Verdict.BAD
        assert "invalid_auth" in finding.what
        assert "SLACK_BOT_TOKEN" in finding.what_to_do
        assert "xoxb-another" not in finding.what

    async def test_a_revoked_token(self, bare: Settings, slack: SlackServer) -> None:
        slack.slack.revoke(BOT_TOKEN)
        finding = await the("Slack", bare)
        assert "token_revoked" in finding.what
        assert "reinstall" in finding.what_to_do

    async def test_slack_cannot_be_reached(self, bare: Settings) -> None:
        found = await about("Slack", bare, slack_api_url="http://127.0.0.1:1/api/")
        assert [finding.verdict for finding in found] == [Verdict.BAD]
        assert "SLACK_API_URL" in found[0].what_to_do

    async def test_missing_scopes_are_named(self, bare: Settings, slack: SlackServer) -> None:
        some = tuple(scope for scope in SCOPES if scope not in ("im:write", "users:read.email"))
        slack.slack.install(slack.workspace, BOT_TOKEN, some)
        finding = await the("scopes", bare)
        assert (finding.verdict, finding.what) == (
            Verdict.BAD,
            "missing: im:write, users:read.email",
        )
        assert "manifest.yml" in finding.what_to_do

    async def test_no_signing_secret(self, bare: Settings) -> None:
        found = await about("Slack", bare, slack_signing_secret=SecretStr(""))
        assert [finding.verdict for finding in found] == [Verdict.BAD, Verdict.GOOD]
        assert "SLACK_SIGNING_SECRET" in found[0].what
        socket = {"slack_app_token": SecretStr("xapp-1"), "slack_signing_secret": SecretStr("")}
        assert [each.verdict for each in await about("Slack", bare, **socket)] == [Verdict.GOOD]

    async def test_an_app_token_that_is_none(self, bare: Settings) -> None:
        found = await about("Slack", bare, slack_app_token=SecretStr("xoxb-app"))
        assert "xapp-" in found[0].what_to_do

    async def test_many_workspaces(self, bare: Settings) -> None:
        many = {
            "slack_bot_token": None,
            "slack_client_id": "1.2",
            "slack_client_secret": SecretStr("client-secret"),
        }
        finding = await the("Slack", bare, **many)
        assert finding.verdict is Verdict.GOOD
        assert "/slack/install" in finding.what
        away = await the("Slack", bare, **many, slack_api_url="http://127.0.0.1:1/api/")
        assert away.verdict is Verdict.BAD


class TestViews:
    async def test_a_view_that_slack_refuses(
        self, bare: Settings, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        heading = {"type": "plain_text", "text": "x" * 25}
        view = {"type": "modal", "title": heading, "blocks": [{"type": "alert"}]}
        wrong = Sample("sources.list_view", "typical", "", "view", "modal", view)
        monkeypatch.setattr(doctor, "samples", lambda: [*SAMPLES[:2], wrong])
        found = await about("views", bare)
        assert {finding.verdict for finding in found} == {Verdict.BAD}
        assert all("sources.list_view, typical" in finding.what for finding in found)
        assert any("/title/text" in finding.what for finding in found)
        assert all(finding.what_to_do for finding in found)

    @pytest.mark.usefixtures("few_views")
    async def test_slack_does_not_check_them(self, bare: Settings, slack: SlackServer) -> None:
        slack.trouble.fail("blocks.validate", "unknown_method", times=3)
        finding = await the("views", bare)
        assert finding.verdict is Verdict.REMARK
        assert "unknown_method" in finding.what

    @pytest.mark.usefixtures("few_views")
    async def test_a_rate_limit_is_waited_out(self, bare: Settings, slack: SlackServer) -> None:
        slack.trouble.rate_limit("blocks.validate", retry_after=1)
        assert (await the("views", bare)).verdict is Verdict.GOOD


@pytest.mark.usefixtures("few_views")
class TestEmail:
    async def test_none_is_set(self, bare: Settings) -> None:
        finding = await the("e-mail", bare, smtp_url=None)
        assert finding.verdict is Verdict.REMARK
        assert "smtp://" in finding.what_to_do

    async def test_the_server_is_down(self, bare: Settings, mailbox: Mailbox) -> None:
        mailbox.stop()
        finding = await the("e-mail", bare)
        assert finding.verdict is Verdict.BAD
        assert "PATCHBAY_SMTP_URL" in finding.what_to_do

    async def test_a_log_in_that_fails(self, bare: Settings, mailbox: Mailbox) -> None:
        url = mailbox.url.replace("smtp://", "smtp://patchbay:open%20sesame@")
        finding = await the("e-mail", bare, smtp_url=SecretStr(url))
        assert finding.verdict is Verdict.BAD
        assert "sesame" not in finding.what + finding.what_to_do

    async def test_a_url_that_is_none(self, bare: Settings) -> None:
        finding = await the("e-mail", bare, smtp_url=SecretStr("mail.example.com:587"))
        assert finding.verdict is Verdict.BAD
        assert "smtp://" in finding.what


async def test_no_secret_is_ever_told(bare: Settings, mailbox: Mailbox) -> None:
    """Whatever goes wrong, and whatever the libraries quote."""
    secrets = {
        "slack_bot_token": SecretStr("xoxb-hidden-1"),
        "slack_signing_secret": SecretStr("hidden-2"),
        "slack_app_token": SecretStr("hidden-3"),
        "slack_client_secret": SecretStr("hidden-4"),
        "secret_keys": [SecretStr("hidden-5")],
        "database_url": SecretStr("hidden-6://hidden-7"),
        "project_url": SecretStr("postgresql://u:hidden-8@127.0.0.1:1/hidden"),
        "smtp_url": SecretStr("smtp://u:hidden%2D9@127.0.0.1:1"),
        "oauth_clients": {"x": OAuthClient(client_id="x", client_secret=SecretStr("hidden-0"))},
    }
    found = await examine(bare.model_copy(update=secrets))
    assert sum(finding.verdict is Verdict.BAD for finding in found) >= 5
    assert re.findall(r"hidden(?:-|%2D)\d", repr(found)) == []
    assert all(finding.what_to_do for finding in found if finding.verdict is not Verdict.GOOD)


def test_errors_that_quote_a_secret_are_masked() -> None:
    settings = Settings(
        _env_file=None,
        slack_bot_token=SecretStr("xoxb-hidden"),
        smtp_url=SecretStr("smtp://u:p%40ss-hidden@host"),
    )
    hide = doctor._hiding(settings)
    assert hide("no: xoxb-hidden, p%40ss-hidden, p@ss-hidden") == "no: ***, ***, ***"


def test_the_report_and_its_exit_code() -> None:
    def printed(*findings: Finding) -> tuple[int, str]:
        console = Console(file=io.StringIO(), width=100)
        code = report(findings, console)
        return code, console.file.getvalue()  # type: ignore[attr-defined]

    code, text = printed(good("Slack", "Acme"), remark("e-mail", "none", "set it"))
    assert code == 0
    assert "All is well." in text
    assert "→ set it" in text
    code, text = printed(bad("views", "[/]: not [bold]", "mend [it]"), good("Slack", "Acme"))
    assert code == 1
    assert "1 to mend." in text
    assert "[/]: not [bold]" in text
    assert "→ mend [it]" in text
