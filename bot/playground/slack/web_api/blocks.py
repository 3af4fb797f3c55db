"""blocks.validate."""

from bot.playground.slack.errors import SlackError
from bot.playground.slack.limits import problems
from bot.playground.slack.web_api.call import Answer, Call, method

_WHAT = ("blocks", "message", "view")


@method("blocks.validate")
def blocks_validate(call: Call) -> Answer:
    """Holds exactly one of blocks, message, view against Slack's limits."""
    given = [name for name in _WHAT if name in call.args]
    if len(given) != 1:
        message = "[ERROR] provide exactly one of: blocks, message, view"
        raise SlackError("invalid_arguments", response_metadata={"messages": [message]})
    [what] = given
    found = problems(call.args.json(what), what)
    if found:
        raise SlackError(f"invalid_{what}", errors=found)
    return {}
