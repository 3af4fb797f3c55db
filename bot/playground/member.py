"""The programmable person of the stand-in for Slack, with what they see."""

from bot.playground.slack.finding import NotSeen
from bot.playground.slack.member import Member
from bot.playground.slack.reading import Modal, Post

__all__ = ["Member", "Modal", "NotSeen", "Post"]
