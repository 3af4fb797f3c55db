"""What Slack answers instead of `ok`."""

from typing import Any


class SlackError(Exception):
    """An error code of Slack's Web API, with what else stands in the answer."""

    def __init__(self, code: str, **answer: Any) -> None:
        super().__init__(code)
        self.code = code
        self.answer = answer


class RateLimited(Exception):
    """HTTP 429; `retry_after` in seconds."""

    def __init__(self, retry_after: int) -> None:
        super().__init__(f"retry after {retry_after} s")
        self.retry_after = retry_after
