"""What a member has filled in of a source and not saved yet."""

from typing import Any

from pydantic import BaseModel

from store.vocabulary import AuthKind

KIND = "source"  # of the draft's row; its `subject_id` is the source being edited, 0 a new one


class WantedAuthorization(BaseModel, frozen=True):
    """An authorization about to be created, as it stands in its form."""

    name: str | None = None
    kind: AuthKind | None = None
    params: dict[str, str] = {}


class SourceDraft(BaseModel, frozen=True):
    """`drafts.data` of a source."""

    service: str | None = None
    name: str | None = None
    authorization: int | None = None
    wanted: WantedAuthorization = WantedAuthorization()
    suggested: str | None = None  # the name that was filled in for the member
    round: int = 1  # one more whenever the member starts over
    version: int = 0  # of the source when the editing began
    form_view: str | None = None  # the modal with this form, while a pop-up lies on it
    page_view: str | None = None  # the modal with the source's page, where editing began there
    on_list: bool = False  # the list of sources lies under that page

    @property
    def is_begun(self) -> bool:
        return self.service is not None

    def dump(self) -> dict[str, Any]:
        return self.model_dump(mode="json", exclude_defaults=True)
