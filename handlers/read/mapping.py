"""A mapping's form as it is shown: one page of its pairs, and everything around them."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from bot.setup import pairing
from bot.setup.mapping import Form
from bot.setup.mapping_draft import Pair
from bot.sync.transforms import TRANSFORMS
from store import projects
from store.models import Project
from store.vocabulary import FieldType, TransferState

PAGE = 20  # pairs shown at a time


@dataclass(frozen=True, slots=True)
class PairRow:
    source_field: str
    source_type: FieldType
    project_field: str
    project_type: FieldType
    transform: str | None  # its label
    is_primary_key: bool
    is_suggested: bool
    is_new: bool  # the project field is made when the mapping is saved
    trouble: str | None  # why the pair can no longer work


@dataclass(frozen=True, slots=True)
class NextPair:
    """The pair being put together."""

    source_field: str | None
    project_field: str | None
    is_primary_key: bool
    transform: str | None
    transforms: tuple[tuple[str, str], ...]  # those that fit: name and label
    misfit: str | None


@dataclass(frozen=True, slots=True)
class MappingPage:
    """Names are unescaped text. `table` None: one named `new_table` is made."""

    draft_id: int
    transfer_id: int
    data_type: str
    source: str
    projects: tuple[tuple[int, str], ...]
    project_id: int
    table: str | None
    new_table: str
    pairs: tuple[PairRow, ...]  # of this page
    first: int  # number of the first pair shown, from 0
    count: int  # of all pairs
    suggested: int  # pairs of the form that are suggestions
    more_suggestions: int  # that are not in the form
    unmapped: tuple[str, ...]
    required: tuple[str, ...]  # project fields that every new row must have and nothing fills
    next_pair: NextPair
    new_field: tuple[str, FieldType] | None  # *Create a field* is open with these proposals
    activate: bool
    round: int
    is_resumed: bool
    is_drifted: bool
    has_broken: bool
    drift: tuple[str, ...]  # what changed, a sentence each
    notice: str | None  # a sentence about the last thing pressed
    notice_details: tuple[str, ...] = ()


async def load_page(
    session: AsyncSession,
    form: Form,
    *,
    notice: str | None = None,
    notice_details: Sequence[str] = (),
) -> MappingPage:
    there = await projects.listed(session, form.transfer.workspace_id)
    return page_of(form, there, notice=notice, notice_details=notice_details)


def page_of(
    form: Form,
    there: Sequence[Project],
    *,
    notice: str | None = None,
    notice_details: Sequence[str] = (),
) -> MappingPage:
    draft, data_type = form.draft, form.data_type
    broken = pairing.broken(draft, data_type)
    new = {field.name for field in draft.fields if field.is_new}
    last = max(0, (len(draft.pairs) - 1) // PAGE)
    first = min(draft.page, last) * PAGE
    return MappingPage(
        draft_id=form.draft_id,
        transfer_id=form.transfer.id,
        data_type=data_type.name,
        source=form.source.name,
        projects=tuple((project.id, project.name) for project in there),
        project_id=draft.project_id,
        table=draft.table,
        new_table=draft.new_table,
        pairs=tuple(
            _row(pair, broken.get(pair.project_field), pair.project_field in new)
            for pair in draft.pairs[first : first + PAGE]
        ),
        first=first,
        count=len(draft.pairs),
        suggested=sum(pair.is_suggested for pair in draft.pairs),
        more_suggestions=len(pairing.suggested(draft, data_type)),
        unmapped=tuple(pairing.unmapped(draft, data_type)),
        required=tuple(pairing.required(draft)),
        next_pair=_next_pair(form),
        new_field=(draft.new_field.name, draft.new_field.type) if draft.new_field else None,
        activate=draft.activate,
        round=draft.round,
        is_resumed=form.is_resumed,
        is_drifted=form.transfer.state is TransferState.DRIFTED,
        has_broken=bool(broken),
        drift=draft.drift,
        notice=notice or (form.refusal.sentence if form.refusal else None),
        notice_details=tuple(notice_details),
    )


def _row(pair: Pair, trouble: str | None, is_new: bool) -> PairRow:
    transform = TRANSFORMS.get(pair.transform) if pair.transform else None
    return PairRow(
        source_field=pair.source_field,
        source_type=pair.source_type,
        project_field=pair.project_field,
        project_type=pair.project_type,
        transform=transform.label if transform else pair.transform,
        is_primary_key=pair.is_primary_key,
        is_suggested=pair.is_suggested,
        is_new=is_new,
        trouble=trouble,
    )


def _next_pair(form: Form) -> NextPair:
    draft, data_type = form.draft, form.data_type
    return NextPair(
        source_field=draft.source_field,
        project_field=draft.project_field,
        is_primary_key=draft.is_primary_key,
        transform=draft.transform,
        transforms=tuple(
            (name, TRANSFORMS[name].label) for name in pairing.fitting_transforms(draft, data_type)
        ),
        misfit=pairing.row_misfit(draft, data_type),
    )
