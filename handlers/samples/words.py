"""Names, texts and times that the samples are made of: ordinary ones, and the nastiest."""

from datetime import UTC, datetime, timedelta

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
HOUR = timedelta(hours=1)
LONGEST = 255  # characters of a name
MOST = 1_000_000  # rows
MEMBER = "U012AB3CD"
CHANNEL = "C012AB3CD"

_NASTY = (
    "<!channel> & <@U1|x> *b* _i_ ~s~ `c` > ",  # looks like Slack's own markup
    "&<>",  # four or five times as long once escaped
    "مخزن البيانات الرئيسي ",  # right to left
    "🛒👩‍👩‍👧‍👦🏴‍☠️",
    "Donaudampfschifffahrtsgesellschaftskapitän",  # nowhere to break the line
    "“quoted” 'name' \\ ```code``` ",
)


def nasty(number: int = 0, length: int = LONGEST) -> str:
    """The longest name there may be; another one for each number."""
    words = _NASTY[number % len(_NASTY)]
    mark = f"{number} "
    return (mark + words * (length // len(words) + 1))[:length]


def nasty_names(count: int) -> tuple[str, ...]:
    return tuple(nasty(number) for number in range(count))
