"""Sends what is owed: once, in order, however often this process or the other side falls over."""

import asyncio
import random
from collections.abc import Mapping
from datetime import datetime, timedelta

import structlog
from sqlalchemy.exc import SQLAlchemyError

from bot.alerts.fallback import tell_others
from bot.alerts.pace import Pace
from bot.alerts.sending import Hopeless, RetryLater, Sender, Sent, Undeliverable
from bot.engine import Engine
from store import deliveries
from store.deliveries import Claim
from store.models import Delivery
from store.vocabulary import DeliveryState, Way

__all__ = ["Hopeless", "Outbox", "RetryLater", "Sender", "Sent", "Undeliverable"]

log = structlog.get_logger(__name__)

AT_ONCE = 20  # deliveries on their way at a time
SEND_SECONDS = 60  # for one attempt
LEASE = timedelta(seconds=150)  # longer than an attempt: then its process is gone
GIVE_UP = timedelta(days=1)
LEAST_ATTEMPTS = 20  # before that: a bot that was switched off for a day has not tried
FIRST_WAIT = 2.0  # seconds before the second attempt; doubles
LONGEST_WAIT = 900.0
PACE = timedelta(seconds=1)  # between two messages to one Slack channel or DM
GRACE = 5  # seconds that what is on its way gets when we stop


class Outbox:
    def __init__(self, engine: Engine, senders: Mapping[Way, Sender]) -> None:
        self._engine = engine
        self._senders = senders
        self._pace = Pace(PACE)
        self._held: set[int] = set()  # ids of what this process is sending

    async def run_forever(self, stop: asyncio.Event) -> None:
        """Until `stop`; what is on its way then gets a moment to arrive."""
        on_its_way: set[asyncio.Task[bool]] = set()
        stopping = asyncio.create_task(stop.wait())
        try:
            while not stop.is_set():
                ready, _ = await self._claim(AT_ONCE - len(on_its_way))
                for claimed in ready:
                    task = asyncio.create_task(self._deliver(claimed))
                    on_its_way.add(task)
                    # what waits behind it (its thread, its sequel) is due once it is settled
                    task.add_done_callback(lambda done: self._settled(on_its_way, done))
                await self._rest(stopping, is_full=len(on_its_way) >= AT_ONCE)
        finally:
            stopping.cancel()
            if on_its_way:
                _, late = await asyncio.wait(on_its_way, timeout=GRACE)
                for task in late:  # its claim runs out, and it is looked for before it is repeated
                    task.cancel()
                await asyncio.gather(*late, return_exceptions=True)

    async def sweep(self) -> int:
        """Sends all that is due now; returns how many went out."""
        sent, taken = 0, True
        while taken:
            ready, taken = await self._claim(AT_ONCE)
            sent += sum(await asyncio.gather(*(self._deliver(claimed) for claimed in ready)))
        return sent

    def _settled(self, on_its_way: set[asyncio.Task[bool]], task: asyncio.Task[bool]) -> None:
        on_its_way.discard(task)
        if not task.cancelled() and task.exception() is not None:
            log.error("outbox.failed", exc_info=task.exception())
        self._engine.outbox.wake()

    async def _rest(self, stopping: asyncio.Task[bool], *, is_full: bool) -> None:
        """Until something is due (and there is room for it), we are woken, or are to stop."""
        try:
            async with self._engine.database.read() as session:
                due = await deliveries.next_due(session)
        except SQLAlchemyError:
            log.exception("outbox.database_failed")
            due = None
        longest = self._engine.settings.tick_seconds
        wait = longest
        if due is not None and not is_full:
            wait = (due - self._engine.clock.now()).total_seconds()
        woken = asyncio.create_task(self._engine.outbox.wait(min(max(wait, 0.02), longest)))
        await asyncio.wait({woken, stopping}, return_when=asyncio.FIRST_COMPLETED)
        woken.cancel()

    async def _claim(self, limit: int) -> tuple[list[Claim], bool]:
        """What is due and whose channel had its pause; whether anything was due at all.

        What comes too soon for its channel is put off until its turn.
        """
        ready: list[Claim] = []
        if limit <= 0:
            return ready, False
        now = self._engine.clock.now()
        try:
            async with self._engine.database.begin() as session:
                claims = await deliveries.claim(
                    session, now, lease=LEASE, limit=limit, held=self._held
                )
                places = [_place(claimed.delivery) for claimed in claims]
                turns = self._pace.turns(places, now)
                for claimed, turn in zip(claims, turns, strict=True):
                    if turn == now:
                        ready.append(claimed)
                    else:
                        claimed.delivery.attempts -= 1
                        _put_back(claimed.delivery, turn, maybe_sent=claimed.maybe_sent)
        except SQLAlchemyError:  # the database is away for a moment: nothing is lost
            log.exception("outbox.database_failed")
            return [], False
        self._held |= {claimed.delivery.id for claimed in ready}
        return ready, bool(claims)

    async def _deliver(self, claimed: Claim) -> bool:
        """True where it went out."""
        try:
            return await self._try(claimed)
        finally:
            self._held.discard(claimed.delivery.id)

    async def _try(self, claimed: Claim) -> bool:
        delivery = claimed.delivery
        try:
            sent = await self._send(claimed)
        except RetryLater as problem:
            await self._later(delivery, problem)
        except Undeliverable as problem:
            await self._fall_back(delivery, problem.reason)
        except Hopeless as problem:
            log.error("outbox.dropped", key=delivery.key, reason=problem.reason)
            await self._settle(delivery, DeliveryState.DROPPED, problem.reason)
        else:
            await self._sent(delivery, sent)
            return True
        return False

    async def _send(self, claimed: Claim) -> Sent:
        sender = self._senders.get(claimed.delivery.way)
        if sender is None:
            raise Hopeless(f"no sender for {claimed.delivery.way}")
        try:
            async with asyncio.timeout(SEND_SECONDS):
                return await sender.send(claimed.delivery, maybe_sent=claimed.maybe_sent)
        except (RetryLater, Undeliverable, Hopeless):
            raise
        except TimeoutError as error:
            raise RetryLater("no answer in time", maybe_sent=True) from error
        except Exception as error:  # one message that cannot be made must not stop the others
            log.exception("outbox.send_failed", key=claimed.delivery.key)
            raise RetryLater(type(error).__name__, maybe_sent=True) from error

    async def _sent(self, delivery: Delivery, sent: Sent) -> None:
        """Written down at once, and again until it is: it must not go out twice."""
        for pause in (0.1, 0.5, 2.0, None):
            try:
                await self._settle(delivery, DeliveryState.SENT, None, sent)
                break
            except SQLAlchemyError:
                log.exception("outbox.not_recorded", key=delivery.key)
                if pause is None:
                    raise
                await asyncio.sleep(pause)
        log.info("outbox.sent", key=delivery.key, attempts=delivery.attempts, says=delivery.level)

    async def _settle(
        self, delivery: Delivery, state: DeliveryState, error: str | None, sent: Sent | None = None
    ) -> None:
        async with self._engine.database.begin() as session:
            row = await deliveries.get(session, delivery.id)
            if row is None:  # its incident was deleted meanwhile
                return
            row.state, row.error = state, error
            if sent is not None:
                row.sent_at = self._engine.clock.now()
                row.message_channel, row.message_ts = sent.channel, sent.ts

    async def _later(self, delivery: Delivery, problem: RetryLater) -> None:
        now = self._engine.clock.now()
        if now - delivery.created_at >= GIVE_UP and delivery.attempts >= LEAST_ATTEMPTS:
            await self._fall_back(delivery, f"it failed for a whole day ({problem.reason}).")
            return
        wait = _backoff(delivery.attempts) if problem.seconds is None else problem.seconds
        async with self._engine.database.begin() as session:
            row = await deliveries.get(session, delivery.id)
            if row is not None:
                row.error = problem.reason
                _put_back(row, now + timedelta(seconds=wait), maybe_sent=problem.maybe_sent)
        log.warning(
            "outbox.put_off", key=delivery.key, reason=problem.reason, seconds=round(wait, 1)
        )

    async def _fall_back(self, delivery: Delivery, reason: str) -> None:
        async with self._engine.database.begin() as session:
            row = await deliveries.get(session, delivery.id)
            if row is None:
                return
            row.error = reason
            told = await tell_others(session, self._engine, row, reason)
            row.state = DeliveryState.FELL_BACK if told else DeliveryState.DROPPED
        log.warning("outbox.undeliverable", key=delivery.key, reason=reason, others_told=told)


def _place(delivery: Delivery) -> tuple[str, Way, str] | None:
    """Where in Slack it goes; e-mail needs no pause."""
    if delivery.way is Way.EMAIL:
        return None
    return delivery.workspace_id, delivery.way, delivery.address


def _put_back(delivery: Delivery, until: datetime, *, maybe_sent: bool) -> None:
    delivery.state = DeliveryState.SENDING if maybe_sent else DeliveryState.OWED
    delivery.next_attempt_at = until


def _backoff(attempts: int) -> float:
    """Seconds before the next attempt: doubling, half of it by chance."""
    longest = min(LONGEST_WAIT, FIRST_WAIT * 2.0 ** min(attempts - 1, 20))
    return longest * random.uniform(0.5, 1.0)  # noqa: S311
