"""What members do, told to the bot; what the bot answers, done on their screens."""

import asyncio
import json
from typing import Any

from bot.playground.slack import payloads
from bot.playground.slack.core import Slack
from bot.playground.slack.deliveries import Deliveries, Exchange, Parcel
from bot.playground.slack.errors import SlackError
from bot.playground.slack.inputs import Placed
from bot.playground.slack.limits import option_problems, refuse_view
from bot.playground.slack.messages import Message
from bot.playground.slack.payloads import Surface
from bot.playground.slack.response_urls import ResponseUrl, answer_with
from bot.playground.slack.state import Channel, Person, Workspace
from bot.playground.slack.views import ShownView

TROUBLE = "We had some trouble connecting. Try again?"
SLACKBOT = "USLACKBOT"


class Interactions:
    def __init__(self, slack: Slack, deliveries: Deliveries) -> None:
        self.slack = slack
        self.deliveries = deliveries
        self.retry_delays: tuple[float, ...] = (0.0, 60.0, 300.0)  # seconds, of events

    async def command(
        self, workspace: Workspace, person: Person, channel: Channel, words: str
    ) -> Exchange:
        url = self.slack.response_urls.new(workspace, channel.id, person.id)
        trigger_id = self.slack.triggers.new(person.id)
        fields = payloads.command(workspace, person, channel, words, trigger_id, url)
        exchange = await self.deliveries.form("command", words, fields)
        if exchange.problem:
            reason = _reason(exchange)
            told = f'`{fields["command"]}` failed with the error "{reason}"'
            _slackbot(workspace, channel, person, told)
        elif exchange.answer:
            answer = exchange.answer
            content = answer if isinstance(answer, dict) else {"text": str(answer)}
            try:
                answer_with(ResponseUrl(workspace, channel.id, person.id, None, 0.0), content)
            except SlackError as error:
                exchange.problem = error.code
                told = f'`{fields["command"]}` failed with the error "{error.code}"'
                _slackbot(workspace, channel, person, told)
        return exchange

    async def act(
        self,
        workspace: Workspace,
        person: Person,
        surface: Surface,
        placed: Placed,
        chosen: dict[str, Any],
    ) -> Exchange:
        """block_actions."""
        payload = {
            **payloads.base("block_actions", workspace, person),
            "trigger_id": self.slack.triggers.new(person.id),
            **payloads.on_surface(workspace, surface),
            "actions": [payloads.action(placed, chosen)],
        }
        if isinstance(surface, Message):
            payload["response_url"] = self.slack.response_urls.new(
                workspace, surface.channel, person.id, surface
            )
        surface.notice = ""
        exchange = await self._send("block_actions", placed.action_id, payload)
        if exchange.problem:
            self._notice(workspace, surface)
        return exchange

    async def suggest(
        self, workspace: Workspace, person: Person, surface: Surface, placed: Placed, query: str
    ) -> list[dict[str, Any]]:
        """block_suggestion: the options to show; none where the answer is not to Slack's liking."""
        payload = {
            **payloads.base("block_suggestion", workspace, person),
            **payloads.on_surface(workspace, surface),
            "action_id": placed.action_id,
            "block_id": placed.block_id,
            "value": query,
        }
        exchange = await self._send("block_suggestion", placed.action_id, payload)
        if exchange.problem:
            return []
        if found := option_problems(exchange.answer):
            exchange.problem = f"options not shown: {found[0]['pointer']} {found[0]['message']}"
            return []
        options = list(exchange.answer.get("options", []))
        for group in exchange.answer.get("option_groups", []):
            options += group["options"]
        return options

    async def submit(
        self, workspace: Workspace, person: Person, view: ShownView, times: int = 1
    ) -> list[Exchange]:
        """view_submission; `times` presses of the same button before the first is answered."""
        view.errors, view.notice = {}, ""
        sent = []
        for _ in range(times):
            payload = {
                **payloads.base("view_submission", workspace, person),
                "trigger_id": self.slack.triggers.new(person.id),
                "view": workspace.views.as_json(view),
                "response_urls": [],
            }
            what = str(view.body.get("callback_id", ""))
            sent.append(self._send("view_submission", what, payload))
        exchanges = await asyncio.gather(*sent)
        for exchange in exchanges:
            if view in workspace.views.stack(person.id):
                self._answer_form(workspace, view, exchange)
        return exchanges

    async def closed(
        self, workspace: Workspace, person: Person, gone: list[ShownView], cleared: bool
    ) -> None:
        """view_closed, for those that asked for it; their state comes empty."""
        for view in gone:
            if view.body.get("notify_on_close"):
                payload = {
                    **payloads.base("view_closed", workspace, person),
                    "view": workspace.views.as_json(view, with_state=False),
                    "is_cleared": cleared,
                }
                await self._send("view_closed", str(view.body.get("callback_id", "")), payload)

    async def event(
        self, workspace: Workspace, happened: dict[str, Any], event_id: str | None = None
    ) -> Exchange:
        """An event, repeated as Slack does until it is acknowledged."""
        body = json.dumps(payloads.event(workspace, happened, event_id)).encode()
        parcel = Parcel("event", str(happened["type"]), body, "application/json")
        exchange = await self.deliveries.send(parcel)
        for number, delay in enumerate(self.retry_delays, start=1):
            if not exchange.problem:
                break
            reason = {"operation_timeout": "http_timeout"}.get(exchange.problem, exchange.problem)
            await asyncio.sleep(delay)
            headers = {"X-Slack-Retry-Num": str(number), "X-Slack-Retry-Reason": reason}
            exchange = await self.deliveries.send(
                Parcel(parcel.kind, parcel.what, parcel.body, parcel.content_type, headers)
            )
        return exchange

    async def _send(self, kind: str, what: str, payload: dict[str, Any]) -> Exchange:
        return await self.deliveries.form(kind, what, {"payload": json.dumps(payload)})

    def _answer_form(self, workspace: Workspace, view: ShownView, exchange: Exchange) -> None:
        answer = exchange.answer if isinstance(exchange.answer, dict) else {}
        try:
            if exchange.problem:
                raise SlackError(exchange.problem)
            _respond(workspace, view, answer)
        except SlackError as error:
            exchange.problem = error.code
            exchange.answer = error.answer or exchange.answer
            self._notice(workspace, view)

    def _notice(self, workspace: Workspace, surface: Surface) -> None:
        surface.notice = TROUBLE
        if isinstance(surface, ShownView):
            workspace.views.touched(surface)
        else:
            workspace.changes.add("message.touched", workspace.id, ts=surface.ts)


def _respond(workspace: Workspace, view: ShownView, answer: dict[str, Any]) -> None:
    """Does what the answer to a form says (https://docs.slack.dev/surfaces/modals)."""
    views = workspace.views
    match answer.get("response_action"):
        case None:
            views.close(view)
        case "clear":
            views.clear(view.member_id)
        case "update":
            refuse_view(answer.get("view"), "modal")
            views.update(view, answer["view"])
        case "push":
            refuse_view(answer.get("view"), "modal")
            views.push(view.member_id, answer["view"])
        case "errors":
            errors = answer.get("errors") or {}
            inputs = {block["block_id"] for block in view.blocks if block["type"] == "input"}
            if not errors or not set(errors) <= inputs:
                raise SlackError("invalid_errors", unknown=sorted(set(errors) - inputs))
            view.errors = {key: str(text) for key, text in errors.items()}
            views.touched(view)
        case other:
            raise SlackError("invalid_response_action", given=other)


def _reason(exchange: Exchange) -> str:
    if exchange.problem == "http_error":
        return "dispatch_failed" if exchange.status == 404 else f"http_status_{exchange.status}"
    return {"connection_failed": "dispatch_failed"}.get(
        exchange.problem or "", exchange.problem or ""
    )


def _slackbot(workspace: Workspace, channel: Channel, person: Person, text: str) -> None:
    message = Message(channel.id, workspace.new_ts(), SLACKBOT, text, ephemeral_for=person.id)
    workspace.whisper(person.id, message)
