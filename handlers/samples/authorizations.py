"""Authorizations: picking, creating and renewing one."""

from collections.abc import Iterator

from handlers.read.authorizations import (
    AuthorizationForm,
    AuthorizationLine,
    AuthorizationList,
    ParamInput,
    Waiting,
)
from handlers.samples.sample import EXTREME, TYPICAL, Sample, drawn
from handlers.samples.words import HOUR, MOST, NOW, nasty
from handlers.views.authorizations import (
    PopUpMetadata,
    create_view,
    done_view,
    pick_view,
    problem_view,
    waiting_view,
)
from store.vocabulary import AuthKind

POP_UP = PopUpMetadata(draft=12, stacked=True)
SHOP_URL = ParamInput("shop_url", "Shop URL", "As in your browser", "https://shop.example", True)
LONGEST_NAME = 200  # characters of an authorization's


def line(number: int = 1, name: str = "Acme shop", *, is_ok: bool = True) -> AuthorizationLine:
    return AuthorizationLine(number, name, "Acme Demo Store", is_ok, NOW, True)


def extreme_line(number: int = 0) -> AuthorizationLine:
    return AuthorizationLine(
        id=MOST + number,
        name=nasty(number, LONGEST_NAME),
        account=nasty(number + 1),
        is_ok=number % 2 == 0,
        checked_at=None,
        may_edit=number % 3 != 0,
    )


def _form(kind: AuthKind) -> AuthorizationForm:
    kinds = (
        (AuthKind.OAUTH2, "Sign in with Demo Store", ""),
        (AuthKind.API_KEY, "API key", "Settings → API keys"),
    )
    return AuthorizationForm("demo_store", "Demo Store", "Demo Store", kinds, kind, (SHOP_URL,))


def _extreme_form() -> AuthorizationForm:
    return AuthorizationForm(
        service_id="x" * 60,
        service_name=nasty(1),
        name=nasty(2, LONGEST_NAME),
        kinds=tuple((kind, nasty(number), nasty(number)) for number, kind in enumerate(AuthKind)),
        kind=AuthKind.NONE,
        params=tuple(
            ParamInput(f"param_{number}", nasty(number), nasty(number), nasty(number, 3000), False)
            for number in range(10)
        ),
    )


def _waiting(kind: AuthKind, *, renews: bool) -> Waiting:
    return Waiting(
        service_name="Demo Store",
        name="Acme shop",
        kind=kind,
        url="https://patchbay.example.com/authorize/k3yZ0f4Xb1qV",
        expires_at=NOW + HOUR,
        renews=renews,
    )


def samples() -> Iterator[Sample]:
    few = (line(1), line(2, "Outlet", is_ok=False))
    yield drawn(
        TYPICAL, "", pick_view, AuthorizationList("demo_store", "Demo Store", few, 1), POP_UP
    )
    for case, count in (("drop-down", 100), ("search", 500)):
        lines = tuple(extreme_line(number) for number in range(count))
        listed = AuthorizationList("x" * 60, nasty(1), lines, MOST + 1)
        yield drawn(EXTREME, case, pick_view, listed, POP_UP)

    for kind in (AuthKind.OAUTH2, AuthKind.API_KEY):
        yield drawn(TYPICAL, kind, create_view, _form(kind), PopUpMetadata(draft=12))
        for renews in (False, True):
            case = f"{kind}, renewed" if renews else kind
            yield drawn(TYPICAL, case, waiting_view, _waiting(kind, renews=renews))
    yield drawn(EXTREME, "", create_view, _extreme_form(), POP_UP)
    long_link = Waiting(
        nasty(1), nasty(2), AuthKind.BASIC, f"https://example.com/{'x' * 2900}", NOW, True
    )
    yield drawn(EXTREME, "", waiting_view, long_link)

    yield drawn(TYPICAL, "", problem_view, "Demo Store refuses this key: check it and try again.")
    yield drawn(EXTREME, "", problem_view, nasty(1, 4000))
    yield drawn(TYPICAL, "", done_view, "Demo Store", "Acme shop")
    yield drawn(EXTREME, "", done_view, nasty(1), nasty(2))
