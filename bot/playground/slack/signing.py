"""Signs what is sent to the bot (https://docs.slack.dev/authentication/verifying-requests-from-slack)."""

import hashlib
import hmac
import time


def signed_headers(secret: str, body: bytes, now: float | None = None) -> dict[str, str]:
    timestamp = str(int(time.time() if now is None else now))
    basis = b"v0:" + timestamp.encode() + b":" + body
    digest = hmac.new(secret.encode(), basis, hashlib.sha256).hexdigest()
    return {"X-Slack-Request-Timestamp": timestamp, "X-Slack-Signature": f"v0={digest}"}
