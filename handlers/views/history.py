"""An integration's last syncs."""

from slack_sdk.models.blocks import ActionsBlock, Block
from slack_sdk.models.views import View

from handlers.metadata import Metadata
from handlers.read.history import History
from handlers.read.integrations import RunLine
from handlers.views.common import button, context, cut, escape, header, modal, section
from handlers.views.integrations import run_text
from store.vocabulary import RunState

HISTORY_TURN = "history_turn"  # value: show runs below this id; nothing: the newest
HISTORY_VIEW = "history"  # callback id
ERROR = 1000  # characters of an error shown


class HistoryMetadata(Metadata):
    integration: int


def history_view(history: History) -> View:
    blocks: list[Block] = [header(history.name)]
    if not history.runs:
        blocks.append(section("There was no sync yet."))
    blocks += [section(_run(run)) for run in history.runs]
    newest = "Refresh" if history.is_newest else "Newest"
    turns = [button(newest, f"{HISTORY_TURN}:newest")]
    if history.older is not None:
        turns.append(button("Older", f"{HISTORY_TURN}:older", history.older))
    blocks += [ActionsBlock(elements=turns), context("Times are in your own time zone.")]
    return modal(
        "History",
        blocks,
        callback_id=HISTORY_VIEW,
        metadata=HistoryMetadata(integration=history.integration_id).dump(),
    )


def _run(run: RunLine) -> str:
    text = run_text(run)
    if run.error and run.state is not RunState.SUCCEEDED:
        text += f"\n{escape(cut(run.error, ERROR))}"
    return text
