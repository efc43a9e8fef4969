"""How much of a good its price buys: net quantity and unit out of what a chain writes about it.

Measured on the feeds: half of the chains leave quantity and unit blank or zero and only the name
tells; others write millilitres as metres, kilograms as pieces or one bottle of six.
"""

from typing import NamedTuple

import polars as pl

from superzol_etl.clean.named_measures import PACKS, PHRASE, read_name
from superzol_etl.clean.units import KILO, THOUSAND, Amount, Unit, is_metre, read_amount

# Amounts outside are checked against the name: kilograms are written as grams and the reverse.
SURE_FROM, SURE_TO = 10 * THOUSAND, 10 * KILO
WEAK = (Unit.PIECE, Unit.METRE)

FIELDS = ["quantity", "unit_of_quantity", "unit_of_measure"]
HINTS = ["*", "x", "X", "×", *PACKS]  # of a name that may know better than the fields
QUOTES = "['\"`´׳״‘’“”]"
CUT = r"[0-9] *[א-תa-zA-Z]$"
CUT_LETTERS = (19, 20)  # where chains cut names: the last letter may begin another word


class Measure(NamedTuple):
    """Net quantity in thousandths of the unit; pieces: how many a package holds, where told."""

    net_quantity: int | None = None
    net_unit: int | None = None
    pieces: int | None = None


MEASURE = {"net_quantity": pl.Int32, "net_unit": pl.Int16, "pieces": pl.Int16}


def measure_words(words: pl.DataFrame) -> pl.DataFrame:
    """A row with the columns of Measure for each row, by the rule of measure.

    words: name, quantity, unit_of_quantity, unit_of_measure, weighted. Goods are many and ways to
    write a measure few, so the rule is asked once for each way.
    """
    told = words.select(*FIELDS, "weighted")
    fields = told.unique()
    needs_name = [_needs_name(*row) for row in fields.iter_rows()]
    told = told.join(
        fields.with_columns(pl.Series("needs_name", needs_name, pl.Boolean)),
        on=[*FIELDS, "weighted"],
        how="left",
        nulls_equal=True,
        maintain_order="left",
    )
    rows = (
        (told["needs_name"] | words["name"].str.contains_any(HINTS).fill_null(False))
        & ~told["weighted"]
    ).arg_true()
    phrases = pl.Series([None], dtype=pl.String).new_from_index(0, len(words))
    told = told.with_columns(phrases.scatter(rows, _phrases(words["name"].gather(rows))).alias("p"))
    keys = [*FIELDS, "weighted", "p"]
    ways = told.select(keys).unique()
    answers = pl.DataFrame(
        [measure(*row) for row in ways.iter_rows()], schema=MEASURE, orient="row"
    )
    return told.join(
        ways.hstack(answers), on=keys, how="left", nulls_equal=True, maintain_order="left"
    ).select(*MEASURE)


def measure(
    quantity: str | None, unit: str | None, base: str | None, weighted: bool, name: str | None
) -> Measure:
    """The net content of a package, all pieces together; weighted goods are priced by the kilogram.

    unit: UnitQty; base: UnitOfMeasure. The name counts where the fields are blank or absurd, or
    tell one piece of several or a thousandth; None where it is not to be asked.
    """
    if weighted:
        return Measure(KILO, Unit.GRAM)
    told = read_amount(quantity, unit, base)
    named = read_name(name or "")
    content = named.content
    if content and (_is_weak(told, unit) or _is_slip(told, content, named.pieces)):
        return Measure(*content, named.pieces)
    is_blank = told is None or told == Amount(THOUSAND, Unit.PIECE)
    if named.counted and is_blank:
        return Measure(*named.counted)
    return Measure(*told, named.pieces if told == content else None) if told else Measure()


def _is_weak(told: Amount | None, unit: str | None) -> bool:
    return told is None or told.unit in WEAK or is_metre(unit)


def _is_slip(told: Amount | None, content: Amount, pieces: int | None) -> bool:
    """The field has one of the pieces, or the number of another scale of the unit."""
    if told is None or told.unit != content.unit:
        return False
    ratios = (THOUSAND, pieces or THOUSAND)
    return (
        any(told.thousandths * ratio == content.thousandths for ratio in ratios)
        or told.thousandths == content.thousandths * THOUSAND
    )


def _needs_name(quantity: str | None, unit: str | None, base: str | None, weighted: bool) -> bool:
    told = read_amount(quantity, unit, base)
    return not weighted and (
        told is None or _is_weak(told, unit) or not SURE_FROM <= told.thousandths <= SURE_TO
    )


def _phrases(names: pl.Series) -> pl.Series:
    """The parts of each name that count, in lower case without quotes."""
    is_cut = names.str.len_chars().is_in(CUT_LETTERS) & names.str.contains(CUT)
    text = names.set(is_cut, None).str.to_lowercase().str.replace_all(QUOTES, "")
    return text.str.extract_all(PHRASE).list.join(" ")
