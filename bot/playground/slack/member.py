"""A programmable person: types commands, reads, presses, picks, fills in, submits.

Things are found as a person finds them, by the words on the screen: exactly those words first,
else words that contain them; an open modal hides what is behind it. Each action waits a while
for what it looks for, so a story reads without pauses; but where the screen before and the one
after have something of the same name, say `await alice.sees(…)` in between.
"""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from bot.playground.slack import choosing
from bot.playground.slack.finding import BUTTONS, Control, NotSeen, controls, find
from bot.playground.slack.forms import form_errors
from bot.playground.slack.inputs import TEXT, state_of
from bot.playground.slack.interactions import Interactions
from bot.playground.slack.messages import Message
from bot.playground.slack.reading import Modal, Post
from bot.playground.slack.seeing import Reader, Within
from bot.playground.slack.state import Workspace
from bot.playground.slack.text import links_in
from bot.playground.slack.views import ShownView

# How many seconds a person gives the bot after each thing they do.
QUIET = 0.06  # since something last happened
HESITATION = 0.35  # where nothing happens
TYPING = 0.06  # the same, while typing: most bots only take note
LONGEST = 2.0


class Member(Reader):
    def __init__(self, workspace: Workspace, member_id: str, interactions: Interactions) -> None:
        super().__init__(interactions.slack, workspace, member_id)
        self.clicks = 0  # each press, pick, tick, submit and close
        self.typed = 0  # each field filled in
        self._interactions = interactions

    # what this member does

    async def runs(self, command: str, channel: str | None = None) -> None:
        """Types a slash command, in the DM with the bot or in a channel."""
        self._at_home = False
        place = self._place(channel)
        async with self._watching():
            await self._interactions.command(self.workspace, self.person, place, command)

    async def writes(self, text: str, channel: str | None = None) -> Post:
        """Writes a message."""
        place = self._place(channel)
        message = Message(place.id, self.workspace.new_ts(), self.id, text)
        return self._post(self.workspace.post(place, message))

    async def opens_home(self) -> None:
        """Opens the app's Home tab."""
        self._at_home = True
        happened: dict[str, Any] = {
            "type": "app_home_opened",
            "user": self.id,
            "channel": self.workspace.dm(self.id).id,
            "tab": "home",
        }
        if home := self.workspace.views.homes.get(self.id):
            happened["view"] = self.workspace.views.as_json(home)
        async with self._watching():
            await self._interactions.event(self.workspace, happened)

    async def presses(self, text: str, within: Within = None, accept: bool = True) -> None:
        """Presses a button, a modal's own included; answers a confirmation with `accept`."""
        control = await self._control(text, BUTTONS, within, or_own_button=True)
        if control is None:
            modal = self._modal_now()
            await (self.submits() if text == modal.submit else self.closes())
            return
        await self._act(control, {}, accept)

    async def opens_link(self, text: str, within: Within = None) -> str:
        """Presses a link button (the bot hears of it), or follows a link; returns its URL."""

        def look() -> Control | str | None:
            linking = [c for c in self._controls(within) if "url" in c.placed.element]
            words = within if isinstance(within, str) else None
            found = find(linking, text, kinds=BUTTONS, within=words)
            if found is not None:
                return found
            links = [
                link for surface in self._surfaces(within) for link in links_in(surface.blocks)
            ]
            return next((url for url, label in links if text in label), None)

        found: Control | str = await self._until(look, f"a link “{text}”")
        if isinstance(found, str):
            self.clicks += 1
            return found
        await self._act(found, {})
        return str(found.placed.element["url"])

    async def fills(
        self, label: str, text: str, within: Within = None, enter: bool = False
    ) -> None:
        """Types into a field in place of what stands there; `enter` presses the key afterwards."""
        control = await self._control(label, TEXT, within)
        self.typed += 1
        self._keep(control, text or None)
        element = control.placed.element
        config = element.get("dispatch_action_config") or {}
        triggers = config.get("trigger_actions_on", ["on_enter_pressed"])
        told = "on_character_entered" in triggers or (enter and "on_enter_pressed" in triggers)
        if control.placed.dispatches and told:
            await self._tell(control, {"value": text or None}, TYPING)

    async def picks(
        self,
        label: str,
        option: str,
        query: str | None = None,
        within: Within = None,
        accept: bool = True,
    ) -> None:
        """Picks from a menu: a select (of several: adds), radio buttons, an overflow, a date.

        `query` is what is typed into a menu that asks the bot; the option's words if not given.
        """
        control = await self._control(label, choosing.MENUS, within)
        offered = await self._offered(control, option if query is None else query)
        chosen = choosing.pick(control, offered, option)
        if control.type == "overflow":
            await self._act(control, {"selected_option": chosen}, accept)
            return
        await self._choose(control, choosing.with_choice(control, chosen), accept)

    async def unpicks(self, label: str, option: str, within: Within = None) -> None:
        """Takes one away from a menu of several."""
        control = await self._control(label, choosing.MENUS, within)
        await self._choose(control, choosing.without_choice(self.workspace, control, option))

    async def ticks(self, label: str, option: str | None = None, within: Within = None) -> None:
        """Ticks a check box: of that label, or simply the box that says `label`."""
        await self._tick(label, option, within, on=True)

    async def unticks(self, label: str, option: str | None = None, within: Within = None) -> None:
        await self._tick(label, option, within, on=False)

    async def options(self, label: str, query: str = "", within: Within = None) -> list[str]:
        """What a menu offers, without picking anything."""
        control = await self._control(label, {*choosing.MENUS, "checkboxes"}, within)
        return [words for words, _ in await self._offered(control, query)]

    async def submits(self, times: int = 1) -> Modal | None:
        """Submits the modal on top; `times` 2 is a double click. Returns what is on top then."""

        def look() -> ShownView | None:
            modal = self.modal
            return modal.view if modal and modal.submit else None

        view = await self._until(look, "a modal that can be submitted")
        self.clicks += 1
        view.errors = form_errors(view)
        if view.errors:  # Slack's own check: the bot hears nothing
            self.workspace.views.touched(view)
            return self.modal
        async with self._watching():
            await self._interactions.submit(self.workspace, self.person, view, times)
        return self.modal

    async def closes(self, everything: bool = False) -> None:
        """Closes the modal on top, or the whole stack."""
        modal = self._modal_now()
        self.clicks += 1
        cleared = everything or bool(modal.view.body.get("clear_on_close"))
        views = self.workspace.views
        gone = views.clear(self.id) if cleared else views.close(modal.view)
        async with self._watching(TYPING):
            await self._interactions.closed(self.workspace, self.person, gone, cleared)

    # how

    async def _tick(self, label: str, option: str | None, within: Within, on: bool) -> None:
        def look() -> tuple[Control, dict[str, Any]] | None:
            return choosing.box(self._controls(within), label, option)

        wanted = f"a check box “{option or label}”"
        control, chosen = await self._until(look, wanted)
        before = choosing.chosen(control)
        if (chosen in before) is on:
            return
        after = [*before, chosen] if on else [item for item in before if item != chosen]
        await self._choose(control, after)

    async def _offered(self, control: Control, query: str) -> list[tuple[str, Any]]:
        """The words and the value of each choice that a menu shows."""
        if control.type in choosing.EXTERNAL:
            least = control.placed.element.get("min_query_length", 3)
            if len(query) < least:
                raise NotSeen(f"“{control.name}” shows nothing before {least} characters")
            options = await self._interactions.suggest(
                self.workspace, self.person, control.surface, control.placed, query
            )
            return choosing.named_options(options)
        return choosing.offered(self.workspace, self.person, control.placed.element)

    async def _choose(self, control: Control, value: Any, accept: bool = True) -> None:
        self.clicks += 1
        if not self._confirms(control, accept):
            return
        self._keep(control, value)
        if control.placed.dispatches:
            await self._tell(control, choosing.as_action(control, value))

    async def _act(self, control: Control, chosen: dict[str, Any], accept: bool = True) -> None:
        self.clicks += 1
        if self._confirms(control, accept):
            await self._tell(control, chosen)

    def _confirms(self, control: Control, accept: bool) -> bool:
        if "confirm" in control.placed.element:
            self.clicks += 1
            return accept
        return True

    def _keep(self, control: Control, value: Any) -> None:
        placed, surface = control.placed, control.surface
        states = surface.values.get(placed.block_id, {})
        if placed.action_id not in states:
            raise NotSeen(f"“{control.name}” is gone from the screen")
        states[placed.action_id] = state_of(placed.type, value)
        if isinstance(surface, ShownView):
            surface.errors.pop(placed.block_id, None)
            self.workspace.views.touched(surface)

    async def _tell(
        self, control: Control, chosen: dict[str, Any], patience: float = HESITATION
    ) -> None:
        async with self._watching(patience):
            await self._interactions.act(
                self.workspace, self.person, control.surface, control.placed, chosen
            )

    async def _control(
        self, words: str, kinds: set[str], within: Within, or_own_button: bool = False
    ) -> Any:
        """Waits for it. None: a button of the modal's own frame."""
        near = within if isinstance(within, str) else None

        def look() -> tuple[Control | None] | None:
            found = find(self._controls(within), words, kinds=kinds, within=near)
            modal = self.modal
            own = or_own_button and modal and not near and words in (modal.submit, modal.close)
            return (found,) if found or own else None

        what = f"“{words}”" + (f" near “{near}”" if near else "")
        [found] = await self._until(look, what)
        return found

    def _controls(self, within: Within) -> list[Control]:
        return [
            control
            for surface in self._surfaces(within)
            for control in controls(self.workspace, surface)
        ]

    @asynccontextmanager
    async def _watching(self, patience: float | None = None) -> AsyncIterator[None]:
        """Gives the bot a moment to draw after what is done within, as a person's eye does.

        Until something happened and then nothing for a while; `patience` seconds (a hesitation)
        where nothing happens at all.
        """
        patience = HESITATION if patience is None else patience
        start = stirred = time.monotonic()
        before = seen = self._happened()
        yield
        now = time.monotonic()
        while now - start < LONGEST:
            await asyncio.sleep(0.01)
            now, happened = time.monotonic(), self._happened()
            if happened != seen or self._slack.calls_under_way:
                seen, stirred = happened, now
            elif now - stirred > (patience if seen == before else QUIET):
                return

    def _happened(self) -> tuple[int, float]:
        return len(self._slack.changes.entries), self._slack.last_call
