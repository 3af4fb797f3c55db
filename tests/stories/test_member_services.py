"""GitHub and Stripe, spoken to by nothing but their files in the catalog."""

from pathlib import Path

from pydantic import SecretStr

from bot.playground.host import Playground, playground
from bot.playground.member import Member
from bot.playground.walk import until
from tests.stories.members import ON_SQLITE, project_sql
from tests.stories.services import GitHub, Stripe, connects, in_catalog, served
from tests.stories.shop import said, sees_once


async def syncs(ground: Playground, member: Member, data_type: str) -> None:
    """From the source's page to the end of the first sync."""
    await member.picks("Choose the type of data", data_type)
    await member.presses("Add")
    await member.sees("fields are proposed")
    await member.submits()
    await member.sees("Active · ", timeout=10)
    await member.presses("Create an integration")
    await member.sees("Types of updates")
    await member.presses("Activate")
    await member.sees(":large_green_circle: Active")
    await member.closes(everything=True)
    await sees_once(member, "its first sync is done")


async def syncs_again(member: Member, name: str) -> str:
    before = len(said(member.dm(), "the sync is done"))
    await member.runs(f"/patchbay sync {name}")
    await until(lambda: len(said(member.dm(), "the sync is done")) > before, "the summary")
    return member.dm()[-1].text.replace("\n", " ")


async def test_github(database_url: str, project_url: str, tmp_path: Path) -> None:
    github = GitHub()
    async with (
        served(*github.routes()) as url,
        playground(
            tmp_path,
            database_url=SecretStr(database_url),
            project_url=SecretStr(project_url),
            catalog_dir=in_catalog(tmp_path / "catalog", "github", url),
        ) as ground,
    ):
        boris = ground.slack.member("U_BORIS")
        await connects(
            boris,
            "Local GitHub",
            params={"Owner": "acme", "Repository": "app"},
            secrets={"Personal access token": "ghp_right"},
        )
        await boris.sees("Local GitHub (acme/app)")
        await syncs(ground, boris, "Issues")
        assert github.pages == ["1", "2", "3"]

        read = "SELECT id, title, state, user_login, comments FROM local_github_issues ORDER BY id"
        table = read.replace("local_github_issues", "github_here_issues")
        rows = await project_sql(ground, table)
        assert rows == [
            (issue["id"], issue["title"], "open", "octocat", issue["comments"])
            for issue in github.only_issues
        ]

        github.closes(33)
        github.issues.append(github._issue(231))
        summary = await syncs_again(boris, "local")
        assert "Created 1" in summary
        assert "Updated 1" in summary
        assert github.since[-1] == "2026-01-05T12:48:00Z"  # the latest change, less a minute
        assert (await project_sql(ground, table))[32 - 3][2] == "closed"


@ON_SQLITE
async def test_stripe(database_url: str, project_url: str, tmp_path: Path) -> None:
    stripe = Stripe()
    async with (
        served(*stripe.routes()) as url,
        playground(
            tmp_path,
            database_url=SecretStr(database_url),
            project_url=SecretStr(project_url),
            catalog_dir=in_catalog(tmp_path / "catalog", "stripe", url),
        ) as ground,
    ):
        boris = ground.slack.member("U_BORIS")
        await connects(boris, "Local Stripe", secrets={"Secret or restricted key": "sk_test_right"})
        await boris.sees("Local Stripe (Acme SAS)")
        await syncs(ground, boris, "Customers")
        assert stripe.asked == [None, "cus_00151", "cus_00051"]

        read = "SELECT id, email, address_city, balance FROM stripe_here_customers ORDER BY id"
        assert await project_sql(ground, read) == [
            (each["id"], each["email"], (each["address"] or {}).get("city"), each["balance"])
            for each in stripe.customers
        ]
        made = await project_sql(
            ground, "SELECT created FROM stripe_here_customers WHERE id = 'cus_00001'"
        )
        assert str(made[0][0]).startswith("2026-01-05 09:01:00")

        stripe.customers[6]["name"] = "Somebody else"
        del stripe.customers[0]
        summary = await syncs_again(boris, "local")
        assert "Updated 1" in summary
        assert "Created 0" in summary
