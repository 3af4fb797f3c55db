"""What can be wrong with a service, as switches."""

import asyncio
from typing import Any

from pydantic import BaseModel
from starlette.responses import JSONResponse, Response

Times = int | bool  # how often; True: until it is switched off


class Trouble(BaseModel):
    errors_500: Times = False
    seconds: float = 0  # how late each answer comes
    malformed: Times = False
    bad_share: float = 0  # of the records, 0 to 1
    limited: Times = False
    retry_after: float = 1  # seconds, as said in the 429
    dropped: list[str] = []  # fields that are no longer sent, as paths

    def takes(self, switch: str) -> bool:
        """Whether the switch is on for this request; counts it down."""
        left: Times = getattr(self, switch)
        if left is not True and left:
            setattr(self, switch, left - 1)
        return bool(left)

    async def answer(self) -> Response | None:
        """The answer of a service in trouble; None: it works."""
        if self.seconds:
            await asyncio.sleep(self.seconds)
        if self.takes("limited"):
            return JSONResponse(
                {"error": "too_many_requests"},
                status_code=429,
                headers={"Retry-After": f"{self.retry_after:g}"},
            )
        if self.takes("errors_500"):
            return JSONResponse({"error": "internal"}, status_code=500)
        if self.takes("malformed"):
            return Response(b'{"data": [{"id": 1, "em', media_type="application/json")
        return None

    @property
    def alters_records(self) -> bool:
        return bool(self.bad_share or self.dropped)

    def alter(self, record: dict[str, Any]) -> dict[str, Any]:
        """The record as a store in trouble would send it; always the same for the same id."""
        if (record["id"] * 0.6180339887) % 1 < self.bad_share:
            for amount in ("total_spent", "total", "price"):
                if amount in record:
                    record[amount] = "twelve"
        for path in self.dropped:
            *parents, name = path.split(".")
            holder: Any = record
            for parent in parents:
                holder = holder.get(parent, {})
            holder.pop(name, None)
        return record
