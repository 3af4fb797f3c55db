"""A stand-in for Slack on loopback: the protocol, a workspace's state, and its members.

`state`, `messages`, `views` and `changes` are what a workspace is; `web_api` and `response_urls`
are what the bot asks of it; `interactions`, `deliveries` and `payloads` what it tells the bot;
`limits` what it refuses; `member` is a programmable person, who reads through `reading` and
`text`. `server` puts them behind HTTP.
"""

from bot.playground.slack.finding import NotSeen
from bot.playground.slack.limits import problems
from bot.playground.slack.member import Member
from bot.playground.slack.reading import Modal, Post
from bot.playground.slack.server import ApiCall, SlackServer
from bot.playground.slack.text import as_text

__all__ = ["ApiCall", "Member", "Modal", "NotSeen", "Post", "SlackServer", "as_text", "problems"]
