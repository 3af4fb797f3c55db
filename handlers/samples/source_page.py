"""The page of one source."""

from collections.abc import Iterator

from handlers.read.authorizations import AuthorizationLine
from handlers.read.sources import SourcePage
from handlers.read.transfers import TransferPart
from handlers.samples import transfers
from handlers.samples.authorizations import extreme_line, line
from handlers.samples.sample import EXTREME, TYPICAL, Sample, drawn
from handlers.samples.words import MEMBER, NOW, nasty, nasty_names
from handlers.views.source_page import gone_view, source_page


def _page(
    part: TransferPart,
    authorization: AuthorizationLine | None = None,
    integrations: tuple[str, ...] = (),
    name: str = "Shop",
    service: str = "Demo Store",
    *,
    may_edit: bool = True,
) -> SourcePage:
    return SourcePage(
        id=2,
        name=name,
        service=service,
        authorization=authorization or line(),
        created_by=MEMBER,
        created_at=NOW,
        may_edit=may_edit,
        may_create=True,
        part=part,
        integrations=integrations,
    )


def samples() -> Iterator[Sample]:
    yield drawn(TYPICAL, "new", source_page, _page(transfers.EMPTY))
    yield drawn(TYPICAL, "in use", source_page, _page(transfers.PART, None, ("Shop sync",)))
    looked_at = _page(transfers.CASES["looked at"], line(is_ok=False), may_edit=False)
    yield drawn(TYPICAL, "looked at", source_page, looked_at)
    lost = _page(transfers.PART, line(is_ok=False))
    yield drawn(TYPICAL, "needs authorization", source_page, lost)
    full = _page(
        transfers.extreme_part(), extreme_line(1), nasty_names(500), nasty(), nasty(1, 255)
    )
    yield drawn(EXTREME, "", source_page, full, on_list=True)
    yield drawn(TYPICAL, "", gone_view, "Shop")
    yield drawn(EXTREME, "", gone_view, nasty())
