"""The command line: `python -m bot run | worker | demo | migrate | doctor`."""

import asyncio
import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, NoReturn

import structlog
import typer
from pydantic import ValidationError
from pydantic_settings import SettingsError
from rich.console import Console
from rich.markup import escape
from sqlalchemy.exc import SQLAlchemyError

from bot import logs
from bot.settings import Settings, variable_of
from store import migrate as migrations
from store.vault import Vault

log = structlog.get_logger(__name__)
console = Console(stderr=True)
cli = typer.Typer(
    help="Patchbay: connect third-party services to your own data, without leaving Slack.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,  # tracebacks with local variables would show secrets
)

STOP_WITHIN = 10.0  # seconds from SIGTERM to the end


@cli.command()
def run() -> None:
    """The bot: answers Slack (HTTP, or Socket Mode with SLACK_APP_TOKEN), syncs, alerts."""
    settings = _settings()
    _check_for_run(settings)
    _upgrade(settings)
    _host(settings, web=True)


@cli.command()
def worker() -> None:
    """Only syncs and alerts, no web: more processes beside `run`, on one PostgreSQL."""
    settings = _settings()
    _check_for_run(settings)
    with _database_answers():
        pending = migrations.pending(settings.database_url.get_secret_value())
    if pending:
        _refuse("the database is not at this version's schema: run `python -m bot migrate` first")
    _host(settings.model_copy(update={"slack_app_token": None}), web=False)


@cli.command()
def migrate() -> None:
    """Brings the bot's database to this version's schema."""
    _upgrade(_settings())
    console.print("The database is up to date.")


@cli.command()
def doctor() -> None:
    """Checks settings, database, Slack, e-mail and every view; says what to do."""
    from bot.doctor import examine, report

    findings = asyncio.run(examine(_settings()))
    raise typer.Exit(report(findings, Console()))


@cli.command()
def demo(
    walk: Annotated[bool, typer.Option("--walk", help="Play the whole story, then exit.")] = False,
    json: Annotated[Path | None, typer.Option(help="With --walk: the figures as JSON.")] = None,
    port: Annotated[int, typer.Option(help="Where the page is served; 0: any free port.")] = 0,
    host: Annotated[str, typer.Option(help="A name of this machine; others are refused.")] = (
        "127.0.0.1"
    ),
    fresh: Annotated[
        bool, typer.Option("--fresh", help="Forget what an earlier demo left.")
    ] = False,
    no_browser: Annotated[
        bool, typer.Option("--no-browser", help="Only print where the page is.")
    ] = False,
) -> None:
    """Patchbay in your browser, without Slack: a stand-in for it, a demo store, a mailbox."""
    try:
        from bot.playground import demo as playground
    except ModuleNotFoundError as missing:
        _refuse(f"the demo needs {missing.name}: pip install 'patchbay[playground]'")
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"):
        os.environ.pop(name, None)  # slack_sdk would send loopback through it
    if walk:
        raise typer.Exit(playground.walk(json))
    try:
        code = playground.look_around(host=host, port=port, fresh=fresh, browser=not no_browser)
    except playground.CannotStart as reason:
        _refuse(str(reason))
    raise typer.Exit(code)


@cli.command("playground-gallery")
def playground_gallery(folder: Annotated[Path, typer.Argument(help="Where to put them.")]) -> None:
    """Draws every view and message of the bot as pictures, and says which are not right."""
    from bot.playground import gallery

    raise typer.Exit(gallery.main(folder, console))


def _settings() -> Settings:
    try:
        settings = Settings()
    except ValidationError as error:
        # never the value itself: it may be a secret
        problems = error.errors(include_url=False, include_input=False)
        told = [f"{variable_of(str(each['loc'][0]))}: {each['msg']}" for each in problems]
        _refuse(f"a setting cannot be used. {'; '.join(told)}")
    except SettingsError as error:
        _refuse(f"a setting cannot be used: {error}")
    logs.configure(settings.log_format)
    return settings


def _check_for_run(settings: Settings) -> None:
    if not settings.secret_keys:
        _refuse("PATCHBAY_SECRET_KEYS is not set: `python -m bot doctor` makes one for you")
    try:
        Vault([key.get_secret_value() for key in settings.secret_keys])
    except ValueError:
        _refuse(
            "a key in PATCHBAY_SECRET_KEYS is malformed: `python -m bot doctor` makes a new one"
        )
    installable = settings.slack_client_id and settings.slack_client_secret
    if settings.slack_bot_token is None and not installable:
        _refuse(
            "neither SLACK_BOT_TOKEN nor SLACK_CLIENT_ID with SLACK_CLIENT_SECRET is set: "
            "see “Installing” in README.md"
        )
    if not settings.slack_signing_secret.get_secret_value() and not settings.socket_mode:
        _refuse("SLACK_SIGNING_SECRET is not set: Slack's requests could not be verified")


def _host(settings: Settings, *, web: bool) -> None:
    from bot.connectors.catalog import CatalogError

    try:
        asyncio.run(_serve(settings, web=web))
    except CatalogError as error:
        _refuse(f"a service file cannot be used: {error}")
    except OSError as error:
        _refuse(f"cannot listen on {settings.host}:{settings.port}: {error}")


async def _serve(settings: Settings, *, web: bool) -> None:
    from bot.app import build
    from bot.heap import freeze_heap
    from bot.web.serving import Serving

    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for wanted in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(wanted, stop.set)

    patchbay = build(settings)
    serving = Serving(patchbay.asgi, settings.port, settings.host) if web else None
    if serving is not None:
        await serving.start()
        log.info("web.listening", url=serving.url, public_url=settings.public_url)
    await patchbay.start()
    freeze_heap()
    await stop.wait()
    try:
        async with asyncio.timeout(STOP_WITHIN):
            if serving is not None:
                await serving.stop()
            await patchbay.stop()
    except TimeoutError:
        log.error("patchbay.stopped_hard", after_seconds=STOP_WITHIN)


def _upgrade(settings: Settings) -> None:
    with _database_answers():
        migrations.upgrade(settings.database_url.get_secret_value())


@contextmanager
def _database_answers() -> Iterator[None]:
    """Says so in a sentence where it does not."""
    try:
        yield
    except (SQLAlchemyError, ValueError) as error:
        first_line = (str(error).strip().splitlines() or [type(error).__name__])[0]
        _refuse(f"the database of PATCHBAY_DATABASE_URL cannot be used: {first_line}")


def _refuse(why: str) -> NoReturn:
    console.print(f"[red]Patchbay:[/red] {escape(why)}", highlight=False, soft_wrap=True)
    raise typer.Exit(2)


def main() -> None:
    cli()


if __name__ == "__main__":
    main()
