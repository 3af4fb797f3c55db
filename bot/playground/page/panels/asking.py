"""What a browser asks of a panel: read from the request, refused in words where it is odd."""

from typing import TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError
from starlette.requests import Request

from bot.playground.page.answers import Refused

PER_PAGE = 25

Form = TypeVar("Form", bound="Asked")


class Asked(BaseModel):
    """The JSON of a POST."""

    model_config = ConfigDict(extra="forbid", frozen=True)


async def read(request: Request, form: type[Form]) -> Form:
    """Raises Refused."""
    try:
        return form.model_validate_json(await request.body())
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise Refused(f"{where}: {first['msg']}" if where else first["msg"]) from None


def number(request: Request, name: str, usual: int, most: int = 1_000_000) -> int:
    """A whole number of the query, from 1 to `most`. Raises Refused."""
    text = request.query_params.get(name, str(usual))
    if not text.isascii() or not text.isdigit() or len(text) > 9:
        raise Refused(f"{name} is not a number.")
    return max(1, min(int(text), most))


def page_of(total: int, asked: int, size: int = PER_PAGE) -> tuple[int, int, slice]:
    """(page, pages, the slice of the rows): the last page where there are fewer than asked."""
    pages = max(1, -(-total // size))
    page = min(asked, pages)
    return page, pages, slice((page - 1) * size, page * size)
