"""Members and roles."""

from collections.abc import Iterator

from handlers.read.members import PER_PAGE, MemberLine, MemberList
from handlers.samples.sample import EXTREME, TYPICAL, Sample, drawn
from handlers.samples.words import MEMBER
from handlers.views.members import members_view
from store.vocabulary import Role


def samples() -> Iterator[Sample]:
    lines = (
        MemberLine(MEMBER, Role.ADMIN, True, False),
        *(MemberLine(f"U{role.upper()}", role, False, True) for role in Role),
        MemberLine("U_EVERYBODY", Role.EDITOR, False, False),
    )
    yield drawn(TYPICAL, "", members_view, MemberList(lines, len(lines), 0, None))
    yield drawn(TYPICAL, "not known", members_view, MemberList((), 0, 0, MEMBER))
    roles = tuple(Role)
    many = tuple(
        MemberLine(f"W{number:020}", roles[number % 3], False, True) for number in range(PER_PAGE)
    )
    yield drawn(EXTREME, "", members_view, MemberList(many, 50_000, 20_000, f"W{0:020}"))
