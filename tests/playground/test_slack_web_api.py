"""The Web API through slack_sdk's own client: answers, Slack's error codes, trouble switches."""

from typing import Any
from urllib.parse import parse_qs, urlsplit

import aiohttp
import httpx
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.http_retry.builtin_async_handlers import AsyncRateLimitErrorRetryHandler
from slack_sdk.web.async_client import AsyncWebClient

from bot.playground.slack import SlackServer
from tests.playground.conftest import Room
from tests.playground.views import modal, section


async def error_of(call: Any) -> str:
    with pytest.raises(SlackApiError) as caught:
        await call
    code: str = caught.value.response["error"]
    return code


# who one is


async def test_auth_test_says_who_the_bot_is_and_what_it_may(room: Room) -> None:
    answer = await room.client.auth_test()
    assert (answer["team_id"], answer["user_id"], answer["bot_id"]) == ("T1", "UBOT", "BBOT")
    assert "chat:write" in answer.headers["x-oauth-scopes"].split(",")


async def test_tokens_that_are_no_good(room: Room) -> None:
    assert await error_of(room.client.auth_test(token="xoxb-other")) == "invalid_auth"
    await room.client.auth_revoke()
    assert await error_of(room.client.auth_test()) == "token_revoked"


async def test_a_token_may_come_in_the_form(room: Room) -> None:
    async with httpx.AsyncClient(trust_env=False) as http:
        form = {"token": "xoxb-playground", "user": "U2"}
        answer = await http.post(f"{room.slack.api_url}users.info", data=form)
        nobody = await http.post(f"{room.slack.api_url}users.info", data={"user": "U2"})
    assert answer.json()["user"]["tz"] == "Asia/Tokyo"
    assert answer.json()["user"]["tz_offset"] == 9 * 3600
    assert nobody.json() == {"ok": False, "error": "not_authed"}


async def test_an_unknown_method(room: Room) -> None:
    assert await error_of(room.client.api_call("chat.shout")) == "unknown_method"


async def test_what_a_scope_allows() -> None:
    slack = SlackServer(scopes=("users:read", "channels:read"))
    await slack.start()
    slack.add_member("U1", "Alice", "alice@example.com")
    client = AsyncWebClient(token="xoxb-playground", base_url=slack.api_url)
    with pytest.raises(SlackApiError) as caught:
        await client.chat_postMessage(channel="U1", text="Hi")
    assert caught.value.response["error"] == "missing_scope"
    assert caught.value.response["needed"] == "chat:write"
    assert "email" not in (await client.users_info(user="U1"))["user"]["profile"]
    await slack.stop()


async def test_people(room: Room) -> None:
    alice = (await room.client.users_info(user="U1"))["user"]
    assert alice["profile"]["email"] == "alice@example.com"
    assert alice["is_admin"] is True
    room.slack.workspace.people["U2"].deleted = True
    assert (await room.client.users_info(user="U2"))["user"]["deleted"] is True
    assert await error_of(room.client.users_info(user="U9")) == "user_not_found"

    first = await room.client.users_list(limit=2)
    rest = await room.client.users_list(limit=2, cursor=first["response_metadata"]["next_cursor"])
    ids = [user["id"] for page in (first, rest) for user in page["members"]]
    assert ids == ["UBOT", "U1", "U2"]
    assert rest["response_metadata"]["next_cursor"] == ""
    assert (await room.client.team_info())["team"]["name"] == "Acme"
    assert (await room.client.bots_info(bot="BBOT"))["bot"]["user_id"] == "UBOT"


# channels


async def test_channels_that_the_bot_knows(room: Room) -> None:
    room.slack.add_channel("C2", "quiet", ["U1"], with_bot=False)
    room.slack.add_channel("C3", "hidden", ["U1"], private=True, with_bot=False)
    room.slack.add_channel("C4", "old").archived = True
    both = "public_channel,private_channel"
    listed = await room.client.conversations_list(types=both, exclude_archived=True)
    assert [channel["id"] for channel in listed["channels"]] == ["C1", "C2"]
    mine = await room.client.users_conversations(types=both)
    assert [channel["id"] for channel in mine["channels"]] == ["C1", "C4"]
    assert await error_of(room.client.conversations_info(channel="C3")) == "channel_not_found"
    members = await room.client.conversations_members(channel="C1")
    assert members["members"] == ["U1", "U2", "UBOT"]


async def test_where_the_bot_may_post(room: Room) -> None:
    room.slack.add_channel("C2", "quiet", ["U1"], with_bot=False)
    post = room.client.chat_postMessage
    assert await error_of(post(channel="C2", text="Hi")) == "not_in_channel"
    await room.client.conversations_join(channel="C2")
    await post(channel="C2", text="Hi")
    room.slack.workspace.channels["C2"].archived = True
    assert await error_of(post(channel="C2", text="Hi")) == "is_archived"
    assert await error_of(post(channel="C9", text="Hi")) == "channel_not_found"
    empty = room.client.api_call("chat.postMessage", json={"channel": "C1"})
    assert await error_of(empty) == "no_text"
    assert await error_of(post(channel="C1", text="x" * 40_001)) == "msg_too_long"
    assert await error_of(post(channel="C1", text="x", thread_ts="1.1")) == "thread_not_found"


async def test_a_dm(room: Room) -> None:
    opened = await room.client.conversations_open(users="U1")
    await room.client.chat_postMessage(channel=opened["channel"]["id"], text="One")
    await room.client.chat_postMessage(channel="U1", text="Two")
    assert [post.text for post in room.alice.dm()] == ["One", "Two"]
    assert room.boris.dm() == []
    assert await error_of(room.client.conversations_open(users="U9")) == "user_not_found"
    room.slack.workspace.people["U1"].deleted = True
    assert await error_of(room.client.conversations_open(users="U1")) == "user_disabled"
    assert await error_of(room.client.chat_postMessage(channel="U1", text="3")) == "is_archived"


# messages


async def test_messages_are_edited_and_removed(room: Room) -> None:
    posted = await room.client.chat_postMessage(channel="C1", text="One", blocks=[section("*One*")])
    ts = posted["ts"]
    await room.client.chat_update(channel="C1", ts=ts, text="Two", blocks=[section("*Two*")])
    [post] = room.alice.channel("C1")
    assert (post.text, post.fallback, post.is_edited) == ("Two", "Two", True)
    await room.client.chat_update(channel="C1", ts=ts, text="Three")
    assert (post.text, post.fallback) == ("Two", "Three")
    link = await room.client.chat_getPermalink(channel="C1", message_ts=ts)
    assert link["permalink"].endswith(f"/archives/C1/p{ts.replace('.', '')}")
    await room.client.chat_delete(channel="C1", ts=ts)
    update = room.client.chat_update(channel="C1", ts=ts, text="Four")
    assert await error_of(update) == "message_not_found"

    own = await room.alice.writes("Mine", channel="C1")
    update = room.client.chat_update(channel="C1", ts=own.ts, text="Yours")
    assert await error_of(update) == "cant_update_message"
    assert await error_of(room.client.chat_delete(channel="C1", ts=own.ts)) == "cant_delete_message"


async def test_ephemeral_messages_are_seen_by_one(room: Room) -> None:
    room.slack.add_member("U3", "Chiara")
    whisper = room.client.chat_postEphemeral
    await whisper(channel="C1", user="U1", text="Psst")
    assert room.alice.ephemeral
    assert room.alice.ephemeral.text == "Psst"
    assert room.boris.ephemeral is None
    assert await error_of(whisper(channel="C1", user="U3", text="x")) == "user_not_in_channel"
    history = await room.client.conversations_history(channel="C1")
    assert history["messages"] == []


async def test_history_threads_and_metadata(room: Room) -> None:
    metadata = {"event_type": "patchbay_delivery", "event_payload": {"delivery_id": 7}}
    post = room.client.chat_postMessage
    parent = await post(channel="C1", text="Parent", metadata=metadata)
    reply = await post(channel="C1", text="Reply", thread_ts=parent["ts"])
    later = await post(channel="C1", text="Later")
    assert parent["ts"] < reply["ts"] < later["ts"]

    plain = await room.client.conversations_history(channel="C1")
    assert [message["text"] for message in plain["messages"]] == ["Later", "Parent"]
    assert "metadata" not in plain["messages"][1]
    assert plain["messages"][1]["reply_count"] == 1

    full = await room.client.conversations_history(
        channel="C1", include_all_metadata=True, limit=1, latest=later["ts"]
    )
    assert full["messages"][0]["metadata"] == metadata
    replies = await room.client.conversations_replies(channel="C1", ts=parent["ts"])
    assert [message["text"] for message in replies["messages"]] == ["Parent", "Reply"]
    [parent_post, _] = room.alice.channel("C1")
    assert [post.text for post in room.alice.thread(parent_post)] == ["Reply"]

    page = await room.client.conversations_history(channel="C1", limit=1)
    assert page["has_more"] is True
    rest = await room.client.conversations_history(
        channel="C1", limit=1, cursor=page["response_metadata"]["next_cursor"]
    )
    assert [message["text"] for message in rest["messages"]] == ["Parent"]
    assert rest["has_more"] is False


# what is refused


async def test_a_view_over_the_limits_is_refused_with_the_path(room: Room) -> None:
    view = modal("T" * 25, section(""))
    with pytest.raises(SlackApiError) as caught:
        await room.client.views_publish(user_id="U1", view=view)
    assert caught.value.response["error"] == "invalid_arguments"
    trigger_id = room.slack.slack.triggers.new("U1")
    with pytest.raises(SlackApiError) as caught:
        await room.client.views_open(trigger_id=trigger_id, view=view)
    assert caught.value.response["response_metadata"]["messages"] == [
        "[ERROR] must be less than 25 characters [json-pointer:/view/title/text]",
        "[ERROR] must be more than 0 characters [json-pointer:/view/blocks/0/text/text]",
    ]
    big = modal("Big", *[section("x" * 2900) for _ in range(90)])
    open_big = room.client.views_open(trigger_id=trigger_id, view=big)
    assert await error_of(open_big) == "view_too_large"


async def test_a_message_over_the_limits_is_refused(room: Room) -> None:
    post = room.client.chat_postMessage
    many = [section("x")] * 51
    assert await error_of(post(channel="C1", text="x", blocks=many)) == "invalid_blocks"
    long = [section("x" * 2800) for _ in range(5)]
    assert await error_of(post(channel="C1", text="x", blocks=long)) == "msg_blocks_too_long"
    assert await error_of(post(channel="C1", text="x", blocks="[{")) == "invalid_arguments"


async def test_blocks_validate_answers_in_the_references_form(room: Room) -> None:
    assert (await room.client.blocks_validate(blocks=[section("x")]))["ok"]
    assert (await room.client.blocks_validate(view=modal("A", section("x"))))["ok"]
    with pytest.raises(SlackApiError) as caught:
        await room.client.blocks_validate(message={"blocks": [{"type": "alert"}]})
    assert caught.value.response["error"] == "invalid_message"
    [error] = caught.value.response["errors"]
    assert error["pointer"] == "/blocks/0/type"
    assert error["code"] == "failed_constraint"
    assert await error_of(room.client.blocks_validate()) == "invalid_arguments"


# trouble


async def test_rate_limits_are_told_with_retry_after(room: Room) -> None:
    room.slack.trouble.rate_limit("chat.postMessage", times=1, retry_after=7)
    with pytest.raises(SlackApiError) as caught:
        await room.client.chat_postMessage(channel="C1", text="Hi")
    assert caught.value.response.status_code == 429
    assert caught.value.response.headers["Retry-After"] == "7"
    await room.client.chat_postMessage(channel="C1", text="Hi")
    assert [call.status for call in room.slack.calls] == [429, 200]

    room.slack.trouble.rate_limit("chat.postMessage", retry_after=0)
    patient = AsyncWebClient(
        token="xoxb-playground",
        base_url=room.slack.api_url,
        retry_handlers=[AsyncRateLimitErrorRetryHandler()],
    )
    await patient.chat_postMessage(channel="C1", text="Again")


async def test_a_pace_is_kept_per_channel(room: Room) -> None:
    room.slack.trouble.pace("chat.postMessage", 30)
    await room.client.chat_postMessage(channel="C1", text="1")
    await room.client.chat_postMessage(channel="U1", text="2")
    assert await error_of(room.client.chat_postMessage(channel="C1", text="3")) == "ratelimited"
    room.slack.trouble.clear()
    await room.client.chat_postMessage(channel="C1", text="4")


async def test_a_method_may_be_made_to_fail(room: Room) -> None:
    room.slack.trouble.fail("*", "internal_error")
    assert await error_of(room.client.auth_test()) == "internal_error"
    assert (await room.client.auth_test())["ok"]


async def test_a_dropped_answer_leaves_the_work_done(room: Room) -> None:
    room.slack.trouble.drop_answer("chat.postMessage")
    once = AsyncWebClient(token="xoxb-playground", base_url=room.slack.api_url, retry_handlers=[])
    with pytest.raises(aiohttp.ClientConnectionError):
        await once.chat_postMessage(channel="C1", text="Once")
    assert [post.text for post in room.alice.channel("C1")] == ["Once"]

    room.slack.trouble.drop_answer("chat.postMessage")
    await room.client.chat_postMessage(channel="C1", text="Twice")  # it repeats by default
    assert [post.text for post in room.alice.channel("C1")] == ["Once", "Twice", "Twice"]


async def test_a_slow_answer(room: Room) -> None:
    room.slack.trouble.slow("auth.test", 1.5)
    impatient = AsyncWebClient(
        token="xoxb-playground", base_url=room.slack.api_url, timeout=1, retry_handlers=[]
    )
    with pytest.raises(TimeoutError):
        await impatient.auth_test()


# installing


@pytest.mark.filterwarnings("ignore:BasicAuth is deprecated")  # slack_sdk's, with newer aiohttp
async def test_the_app_is_installed_and_removed(room: Room) -> None:
    told: list[str] = []

    @room.app.event("tokens_revoked")
    async def revoked() -> None:
        told.append("tokens_revoked")

    @room.app.event("app_uninstalled")
    async def uninstalled() -> None:
        told.append("app_uninstalled")

    second = room.slack.add_workspace("T2", "Other", "xoxb-t2")
    second.add_member("U5", "Dana")
    query = {"client_id": "playground-client", "state": "s", "redirect_uri": "http://bot/back"}
    async with httpx.AsyncClient(trust_env=False) as http:
        page = await http.get(room.slack.authorize_url, params={**query, "team": "T2"})
    back = parse_qs(urlsplit(page.headers["location"]).query)
    assert back["state"] == ["s"]
    exchange: dict[str, Any] = {
        "client_id": "playground-client",
        "client_secret": "playground-client-secret",
        "code": back["code"][0],
    }
    installed = await room.client.oauth_v2_access(**exchange)
    assert installed["team"] == {"id": "T2", "name": "Other"}
    assert installed["authed_user"]["id"] == "U5"
    assert await error_of(room.client.oauth_v2_access(**exchange)) == "invalid_code"

    there = AsyncWebClient(token=installed["access_token"], base_url=room.slack.api_url)
    assert await error_of(there.users_info(user="U1")) == "user_not_found"
    await there.apps_uninstall(
        client_id="playground-client", client_secret="playground-client-secret"
    )
    assert await error_of(there.auth_test()) == "token_revoked"
    assert (await room.client.auth_test())["ok"]
    for _ in range(100):
        if len(told) == 2:
            break
        await room.slack.slack.changes.another(0.01)
    assert sorted(told) == ["app_uninstalled", "tokens_revoked"]
