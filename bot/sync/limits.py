"""What a column's limits refuse of a value that has the right type."""

from decimal import Context, Decimal

from bot.projects.shape import Limits
from bot.sync.values import Convert, Unfit
from store.vocabulary import FieldType

_WIDE = Context(prec=1000)  # rounds nothing that `values.decimal` lets through


def within(limits: Limits, kind: FieldType) -> Convert | None:
    """Checks a value against its column's limits and gives it back; None: nothing to check."""
    if kind is FieldType.STRING and limits.length is not None:
        return _short(limits.length)
    if kind is FieldType.INTEGER and limits.bits < 64:
        return _in_bits(limits.bits)
    if kind is FieldType.DECIMAL and limits.is_float:
        return _as_single if limits.is_single else _as_float
    if kind is FieldType.DECIMAL and limits.digits is not None:
        return _in_digits(limits.digits, limits.decimals or 0)
    return None


def _short(length: int) -> Convert:
    def check(value: str) -> str:
        if len(value) > length:
            raise Unfit(f"is longer than its project field allows ({length} characters)")
        return value

    return check


def _in_bits(bits: int) -> Convert:
    low, high = -(2 ** (bits - 1)), 2 ** (bits - 1) - 1

    def check(value: int) -> int:
        if not low <= value <= high:
            raise Unfit(f"is out of the range of its project field ({bits} bits)")
        return value

    return check


def _in_digits(digits: int, decimals: int) -> Convert:
    limit = Decimal(1).scaleb(digits - decimals)

    def check(value: Decimal) -> Decimal:
        if abs(value) >= limit:
            raise Unfit("is out of the range of its project field")
        if value and -int(value.normalize(_WIDE).as_tuple().exponent) > decimals:
            raise Unfit(f"has more decimals than its project field keeps ({decimals})")
        return value

    return check


def _as_float(value: Decimal) -> Decimal:
    if Decimal(repr(float(value))) != value:
        raise Unfit("has more digits than its project field keeps (about 15)")
    return value


def _as_single(value: Decimal) -> Decimal:
    if len(value.normalize(_WIDE).as_tuple().digits) > 6 or not -37 < value.adjusted() < 38:
        raise Unfit("has more digits than its project field keeps (about 6)")
    return value
