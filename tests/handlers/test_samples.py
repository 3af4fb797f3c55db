"""Every view and message keeps to Slack's limits, whatever the data."""

import importlib
import inspect
import logging
import pkgutil
from collections import Counter
from collections.abc import Iterator
from typing import Any, get_type_hints

import pytest
from slack_sdk.models.blocks import Block
from slack_sdk.models.views import View

import handlers.samples
import handlers.views
from bot.playground.slack.limits import problems, refuse_message, refuse_view
from handlers.samples import Sample, samples
from handlers.views.messages import Message

SAMPLES = samples()


def surface_payload(sample: Sample) -> dict[str, Any]:
    """The sample as a whole view or message, where it is only blocks."""
    if sample.kind != "blocks":
        payload: dict[str, Any] = sample.payload
        return payload
    if sample.surface == "message":
        return {"text": "A sentence.", "blocks": sample.payload}
    heading = {"type": "plain_text", "text": "Part of a modal"}
    return {"type": sample.surface, "title": heading, "blocks": sample.payload}


def drawing_functions() -> Iterator[str]:
    """The public functions of handlers/views that return what Slack is shown."""
    for found in pkgutil.iter_modules(handlers.views.__path__):
        module = importlib.import_module(f"handlers.views.{found.name}")
        for name, function in inspect.getmembers(module, inspect.isfunction):
            if function.__module__ != module.__name__ or name.startswith("_"):
                continue
            if get_type_hints(function)["return"] in (View, Message, list[Block]):
                yield f"{found.name}.{name}"


def test_every_function_that_draws_has_an_ordinary_and_an_extreme_sample() -> None:
    drawing = set(drawing_functions())
    assert {"mapping.mapping_view", "alerts.direct_message", "help.help_blocks"} <= drawing
    sizes = {(sample.builder, sample.size) for sample in SAMPLES}
    assert {(name, size) for name in drawing for size in ("typical", "extreme")} - sizes == set()


def test_each_noun_has_its_file_of_samples() -> None:
    nouns = {name.partition(".")[0] for name in drawing_functions()}
    files = {found.name for found in pkgutil.iter_modules(handlers.samples.__path__)}
    assert nouns <= files
    assert {sample.builder.partition(".")[0] for sample in SAMPLES} == files - {"sample", "words"}


def test_no_two_samples_have_one_name() -> None:
    assert [name for name, count in Counter(s.name for s in SAMPLES).items() if count > 1] == []


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.name)
def test_slack_takes_it_where_it_stands(sample: Sample) -> None:
    payload = surface_payload(sample)
    assert problems(payload, sample.surface) == []
    if sample.surface == "message":
        refuse_message(payload["text"], payload["blocks"], None)
    else:
        refuse_view(payload, sample.surface)


@pytest.mark.parametrize(
    "sample", [s for s in SAMPLES if s.kind == "message"], ids=lambda s: s.name
)
def test_a_message_has_text_for_notifications_and_screen_readers(sample: Sample) -> None:
    assert sample.payload["text"].strip()


def test_no_modal_says_its_title_twice() -> None:
    for sample in SAMPLES:
        if sample.surface == "modal" and sample.kind == "view":
            headers = [b["text"]["text"] for b in sample.payload["blocks"] if b["type"] == "header"]
            assert sample.payload["title"]["text"] not in headers, sample.name


def test_slack_sdk_knows_every_key(caplog: pytest.LogCaptureFixture) -> None:
    """It only remarks in its log on what Slack would refuse."""
    caplog.set_level(logging.DEBUG, logger="slack_sdk")
    again = samples()
    for sample in again:
        Block.parse_all(surface_payload(sample)["blocks"])
    assert [record.getMessage() for record in caplog.records] == []
    assert again == SAMPLES


def test_names_that_look_like_markup_stay_text() -> None:
    """A hostile name of the extreme samples never mentions everybody."""
    for sample in SAMPLES:
        for block in surface_payload(sample)["blocks"]:
            for text in mrkdwn_of(block):
                assert "<!channel>" not in text, f"{sample.name}: {text[:200]}"
                assert "<@U1|x>" not in text, f"{sample.name}: {text[:200]}"


def mrkdwn_of(part: Any) -> Iterator[str]:
    if isinstance(part, dict):
        if part.get("type") == "mrkdwn":
            yield part["text"]
        for value in part.values():
            yield from mrkdwn_of(value)
    elif isinstance(part, list):
        for value in part:
            yield from mrkdwn_of(value)
