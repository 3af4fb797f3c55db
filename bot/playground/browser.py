"""A member's web browser, as little of one as the one-time pages and a consent page need."""

from html.parser import HTMLParser
from types import TracebackType
from urllib.parse import urljoin

import httpx


class Browser:
    """Keeps cookies, follows redirects, fills in the form of the page it shows."""

    def __init__(self) -> None:
        self.clicks = 0  # buttons pressed
        self.typed = 0  # fields filled in
        self.url = ""
        self.status = 0
        self.headers = httpx.Headers()
        self.html = ""
        self._page = _Page()
        self._typed: dict[str, str] = {}
        self._client = httpx.AsyncClient(follow_redirects=True, trust_env=False, timeout=10)

    async def __aenter__(self) -> "Browser":
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._client.aclose()

    @property
    def text(self) -> str:
        """What there is to read, headings and buttons too."""
        return "\n".join(self._page.words)

    async def opens(self, url: str) -> str:
        """Goes to an address and returns what there is to read."""
        return self._show(await self._client.get(url))

    def fills(self, label: str, text: str) -> None:
        """Types into the field of that label. Raises LookupError where there is none."""
        self.typed += 1
        self._typed[self._page.fields[label]] = text

    async def presses(self, button: str) -> str:
        """Sends the form with that button. Raises LookupError where there is none."""
        self.clicks += 1
        pressed = self._page.buttons[button]
        data = self._page.hidden | self._typed | pressed
        url = urljoin(self.url, self._page.action or self.url)
        return self._show(await self._client.post(url, data=data))

    def _show(self, answer: httpx.Response) -> str:
        self.status, self.html = answer.status_code, answer.text
        self.url, self.headers = str(answer.url), answer.headers
        self._typed = {}
        self._page = _Page()
        self._page.feed(answer.text)
        return self.text


class _Page(HTMLParser):
    """The words, fields and buttons of a page with at most one form."""

    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []
        self.action = ""
        self.hidden: dict[str, str] = {}
        self.fields: dict[str, str] = {}  # label → name
        self.buttons: dict[str, dict[str, str]] = {}  # words → what it adds to the form
        self._inside = ""
        self._attributes: dict[str, str] = {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.action = attributes.get("action", "")
        elif tag == "input":
            if attributes.get("type") == "hidden":
                self.hidden[attributes["name"]] = attributes.get("value", "")
        else:
            self._inside, self._attributes = tag, attributes

    def handle_endtag(self, tag: str) -> None:
        self._inside = ""

    def handle_data(self, data: str) -> None:
        words = data.strip()
        if not words or self._inside in ("style", "title"):
            return
        self.words.append(words)
        if self._inside == "label":
            self.fields[words] = self._attributes["for"]
        elif self._inside == "button":
            name = self._attributes.get("name")
            self.buttons[words] = {name: self._attributes.get("value", "")} if name else {}
