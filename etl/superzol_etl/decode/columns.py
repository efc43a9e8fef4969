"""Which columns a CSV has, under which of their spellings, and how a masked cell is read.

Source: the publisher lower-cases the XML's tags; chains spell some of them differently, now and
then in one file.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from superzol_etl.decode.rows import UNKNOWN
from superzol_etl.errors import BadFile
from superzol_etl.records import Era

FOLDER = "found_folder"  # the scraper's folder: written where a source XML starts, never masked
EMPTY = "''"  # the publisher's mark for a cell that is empty in the XML

SPELLINGS = {
    "blsweighted": "bisweighted",
    "itemnm": "itemname",
    "manufactureitemdescription": "manufactureritemdescription",
    "manufacturename": "manufacturername",
    "priceupdatetime": "priceupdatedate",
    "unitmeasure": "unitofmeasure",
}

PRICE_COLUMNS = frozenset(
    [
        FOLDER,
        "file_name",
        "chainid",
        "subchainid",
        "storeid",
        "bikoretno",
        "priceupdatedate",
        "itemcode",
        "itemtype",
        "itemname",
        "manufacturername",
        "manufacturecountry",
        "manufactureritemdescription",
        "unitqty",
        "quantity",
        "unitofmeasure",
        "bisweighted",
        "qtyinpackage",
        "itemprice",
        "unitofmeasureprice",
        "allowdiscount",
        "itemstatus",
        "itemid",
        "lastsaledatetime",
        "manufacturecount",
    ]
)
PRICE_REQUIRED = ("file_name", "storeid", "itemcode", "itemprice")
PRICE_EXPECTED = (
    *("chainid", "itemname", "manufacturername", "manufacturecountry"),
    *("unitqty", "quantity", "unitofmeasure", "bisweighted"),
)

STORE_COLUMNS = frozenset(
    [
        FOLDER,
        "file_name",
        "chainid",
        "chainname",
        "lastupdatedate",
        "lastupdatetime",
        "subchainid",
        "subchainname",
        "storeid",
        "bikoretno",
        "storetype",
        "storename",
        "address",
        "city",
        "zipcode",
        "latitude",
        "longitude",
    ]
)
STORE_REQUIRED = ("file_name", "storeid")
STORE_EXPECTED = ("chainid", "storetype", "storename", "address", "city")

PROMOTION_COLUMNS = frozenset(
    [
        FOLDER,
        "file_name",
        "chainid",
        "subchainid",
        "storeid",
        "bikoretno",
        "promotionid",
        "promotiondescription",
        "promotionupdatedate",
        "promotionupdatetime",
        "promotionstartdate",
        "promotionstarthour",
        "promotionstartdatetime",
        "promotionenddate",
        "promotionendhour",
        "promotionenddatetime",
        "promotiondays",
        "rewardtype",
        "allowmultiplediscounts",
        "isweightedpromo",
        "additionalrestrictions",
        "additionaliscoupon",
        "additionalisactive",
        "additionalistotal",
        "minqty",
        "maxqty",
        "discountedprice",
        "discountedpricepermida",
        "discountrate",
        "discounttype",
        "minnoofitemofered",
        "minpurchaseamnt",
        "minamount",
        "maxamount",
        "weightunit",
        "promotionitems",
        "giftsitems",
        "groups",
        "itemcode",
        "itemtype",
        "isgiftitem",
        "giftitemprice",
        "clubs",
        "clubid",
        "redemptionlimit",
        "remarks",
    ]
)
PROMOTION_REQUIRED = (FOLDER, "file_name", "storeid", "promotionid")
PROMOTION_EXPECTED = ("chainid", "promotiondescription")


@dataclass(frozen=True, slots=True)
class Layout:
    """The columns of one CSV.

    header: the names of all. places: of each known column, several when it is spelled in several
    ways. drift: the unknown. era: of the snapshot. spelled: columns under another name than ours.
    """

    header: tuple[str, ...]
    places: Mapping[str, tuple[int, ...]]
    drift: tuple[str, ...]
    era: Era
    spelled: tuple[str, ...] = ()

    @classmethod
    def of(
        cls,
        file: str,
        header: tuple[str, ...],
        known: Iterable[str],
        required: Iterable[str],
        era: Era = Era.MARKED,
    ) -> "Layout":
        """Raises BadFile when a required column is missing."""
        known = frozenset(known)
        places: dict[str, tuple[int, ...]] = {}
        for place, name in enumerate(header):
            column = SPELLINGS.get(name, name)
            if column in known:
                places[column] = (*places.get(column, ()), place)
        if not places:
            raise BadFile(
                f"{file} is no CSV of prices, promotions or stores: its first line names no column"
            )
        doubled = [name for name in set(header) if name in places and header.count(name) > 1]
        if doubled:
            raise BadFile(f"{file} names a column twice: {', '.join(sorted(doubled))}")
        missing = [column for column in required if column not in places]
        if missing:
            raise BadFile(
                f"{file} lacks the required columns {', '.join(missing)};"
                f" it has {', '.join(header)}"
            )
        drift = tuple(name for name in header if SPELLINGS.get(name, name) not in known)
        spelled = tuple(name for name in header if SPELLINGS.get(name) in known)
        return cls(header, places, drift, era, spelled)

    @property
    def width(self) -> int:
        return len(self.header)

    @property
    def starts_with_folder(self) -> bool:
        """The first column is the scraper's folder, which is written where a source starts."""
        return 0 in self.places.get(FOLDER, ())

    def lacks(self, columns: Iterable[str]) -> tuple[str, ...]:
        """Those of the columns that the file has under no name."""
        return tuple(column for column in columns if column not in self.places)

    def places_of(self, columns: Iterable[str]) -> list[int]:
        """The places of these columns, ascending; a column the file lacks has none."""
        return sorted(place for column in columns for place in self.places.get(column, ()))


def cell(place: int) -> pl.Expr:
    """The column at this place as Polars names it in a file without a header."""
    return pl.col(f"column_{place}")


def marked_at_start(cells: pl.DataFrame, layout: Layout) -> pl.DataFrame:
    """Writes the mark into blank cells of the first row of each XML, which is whole.

    So nothing is carried over from the XML above. Where such cells are rare, told_at_start looks
    for them first.
    """
    if FOLDER not in layout.places:
        return cells
    folder = cell(layout.places[FOLDER][0])
    starts = folder.is_not_null() & (folder != "")
    return cells.with_columns(
        pl.when(starts).then(pl.col(name).fill_null(EMPTY)).otherwise(pl.col(name)).alias(name)
        for name in cells.columns
    )


def told_at_start(cells: pl.DataFrame, layout: Layout) -> pl.DataFrame:
    """As marked_at_start, in a file of era B, where such cells are rare: of a header without an id,
    as the publisher wrote it until summer 2026, and in files of era A that stand among others.
    """
    source = cells[f"column_{layout.places['file_name'][0]}"]
    told = source.is_not_null().arg_true()
    names = source.gather(told)
    starts = told.filter(names.ne_missing(names.shift()))
    first = cells[starts]
    blank = [name for name in cells.columns if first[name].null_count()]
    return cells.with_columns(
        cells[name].clone().scatter(starts.filter(first[name].is_null()), EMPTY) for name in blank
    )


def filled(layout: Layout, column: str) -> pl.Expr:
    """The text of a column with masked cells filled, as published.

    Null where the file lacks the column, never where a cell is empty: what is null may be masked.
    Where two spellings stand in one file, the publisher marks as empty the one an XML does not use.
    """
    places = layout.places.get(column, ())
    if len(places) == 1:
        return cell(places[0]).forward_fill().alias(column)
    told = [cell(place).forward_fill() for place in places]
    said = [pl.when(text != EMPTY).then(text) for text in told]
    return pl.coalesce([*said, *told, pl.lit(None, pl.String)]).alias(column)


def masked(layout: Layout, column: str) -> pl.Expr:
    """The text of a column; a masked cell may be null still, so that filling it costs nothing."""
    places = layout.places.get(column, ())
    return cell(places[0]).alias(column) if len(places) == 1 else filled(layout, column)


def filled_at(frame: pl.DataFrame, column: str, rows: npt.NDArray[np.int64]) -> pl.Series:
    """What filling a masked column says of some rows: far cheaper when they are few."""
    text = frame[column]
    told = np.flatnonzero(text.is_not_null().to_numpy())
    if len(told) == len(text):
        return text.gather(rows)
    if not len(told) or not len(rows):
        return pl.Series(column, [None] * len(rows), pl.String)
    above = np.searchsorted(told, rows, "right") - 1
    return text.gather(pl.Series(told[above]).set(pl.Series(above < 0), None))


def blanked(column: str) -> pl.Expr:
    """A filled column without outer blanks; null where it is empty or not known."""
    text = pl.col(column).str.strip_chars()
    return pl.when(~text.is_in(["", EMPTY, UNKNOWN])).then(text).alias(column)
