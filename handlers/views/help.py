"""The answer to `/patchbay help`: every command with an example and a button."""

from dataclasses import dataclass

from slack_sdk.models.blocks import ActionsBlock, Block

from handlers.views.common import button, context, escape, escape_code, header, section
from handlers.views.integrations import INTEGRATION_LIST, INTEGRATION_NEW
from handlers.views.members import MEMBER_LIST
from handlers.views.projects import PROJECT_LIST
from handlers.views.sources import SOURCE_LIST, SOURCE_NEW

COMMAND = "/patchbay"
HELP = "help"  # action id
ASK = "command_ask"  # asks which integration a command is about; value: the command


@dataclass(frozen=True, slots=True)
class Entry:
    words: str
    usage: str  # what follows the words
    text: str
    label: str
    action_id: str

    @property
    def value(self) -> str:
        return self.words if self.action_id == ASK else ""


ENTRIES = (
    Entry(
        "source new",
        "",
        "Connect a third-party service: choose it, name it, authorize it.",
        "Create a new Integration Source",
        SOURCE_NEW,
    ),
    Entry("sources", "", "See the sources and what they transfer.", "See sources", SOURCE_LIST),
    Entry(
        "integration new",
        "",
        "Sync a source on a schedule, and say who is told when there is trouble.",
        "Create an integration",
        INTEGRATION_NEW,
    ),
    Entry(
        "integrations",
        "",
        "See the integrations and open one.",
        "See integrations",
        INTEGRATION_LIST,
    ),
    Entry("status", "[name]", "How it is going: all of them, or one.", "Status", ASK),
    Entry("sync", "<name>", "Sync now, without waiting for the schedule.", "Sync now", ASK),
    Entry("pause", "<name>", "Stop syncing until it is activated again.", "Pause", ASK),
    Entry("activate", "<name>", "Start syncing, or start again.", "Activate", ASK),
    Entry("errors", "<name>", "Records that were rejected and syncs that failed.", "Errors", ASK),
    Entry("history", "<name>", "The last syncs, and what each of them did.", "History", ASK),
    Entry("projects", "", "The databases that data goes to.", "See projects", PROJECT_LIST),
    Entry("help", "", "This list.", "Help", HELP),
)


def help_blocks(*, is_admin: bool, unknown: str = "", nearest: str = "") -> list[Block]:
    """`unknown`: what was typed and means nothing; `nearest`: the command spelled most alike."""
    blocks: list[Block] = []
    if unknown:
        blocks.append(section(_unknown(unknown, nearest)))
    blocks += [
        header("Patchbay"),
        section(
            "Brings data from third-party services into your own project, and keeps it up to "
            "date. Names may be shortened: "
            f"`{COMMAND} sync shop` finds “Shop sync”."
        ),
    ]
    blocks += [_entry(entry) for entry in ENTRIES if entry.action_id != HELP]
    blocks.append(context(f"`{COMMAND} help` shows this again. The Home tab has all of it too."))
    if is_admin:
        blocks.append(ActionsBlock(elements=[button("Members and roles", MEMBER_LIST)]))
    return blocks


def _unknown(typed: str, nearest: str) -> str:
    text = f":grey_question: There is no command “{escape(typed[:100])}”."
    return f"{text} Did you mean `{COMMAND} {nearest}`?" if nearest else text


def _entry(entry: Entry) -> Block:
    usage = f" {escape_code(entry.usage)}" if entry.usage else ""
    first = entry.words == "source new"
    return section(
        f"`{COMMAND} {entry.words}{usage}`\n{entry.text}",
        accessory=button(
            entry.label, entry.action_id, entry.value, style="primary" if first else None
        ),
    )
