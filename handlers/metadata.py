"""What a view carries in `private_metadata`: ids only, typed; never what somebody typed."""

from typing import Any, Self

from pydantic import BaseModel


class Metadata(BaseModel):
    """Base of each view's own metadata model."""

    def dump(self) -> str:
        return self.model_dump_json(exclude_defaults=True)

    @classmethod
    def of(cls, view: dict[str, Any]) -> Self:
        return cls.model_validate_json(view.get("private_metadata") or "{}")


class OnSource(Metadata):
    """Of a source's page, and of the views that lie on it."""

    on_list: bool = False  # the list of sources lies at the bottom
