"""The chains of the sample: how dear each is and how it fills in the publisher's form."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

PLURAL_UNITS = {
    "גרם": ("גרמים", "100 גרם"),
    'ק"ג': ("קילוגרמים", 'ק"ג'),
    'מ"ל': ("מיליליטרים", '100 מ"ל'),
    "ליטר": ("ליטרים", "ליטר    "),
    "יח'": ("יחידה   ", "יחידה   "),
}
SINGULAR_UNITS = {
    "גרם": ("גרם", "100 גרם  "),
    'ק"ג': ('ק"ג', 'ק"ג  '),
    'מ"ל': ("מיליליטר", "100 מ'ל"),
    "ליטר": ("ליטר", "ליטר"),
    "יח'": ("00000", "00000"),
}
BARE_UNITS = {
    "גרם": ("גרם", "100.00"),
    'ק"ג': ('ק"ג', "1.00"),
    'מ"ל': ('מ"ל', "100.00"),
    "ליטר": ("ליטר", "1.00"),
    "יח'": ("", "0.00"),
}


class Family(StrEnum):
    """Where promotion files tell terms and items.

    ITEMS: terms on the row, items in a tree. GROUPS: terms beside each item, two levels down.
    FLAT: a row for each item of a promotion.
    """

    ITEMS = "ITEMS"
    GROUPS = "GROUPS"
    FLAT = "FLAT"


@dataclass(frozen=True, slots=True)
class Chain:
    """One chain and its ways.

    number: key of its dice. level: its prices against the mean. share: part of all goods it sells.
    label: its private brand. padding: digits of a store code in price files. name_length: where
    it cuts names. trims: writes 3.9 and 250 for 3.90 and 250.00. columns: its own words for the
    usual columns, "" for one it leaves out. extras: columns that only some chains have.
    departments: the only ones it sells; empty for all. family: of its promotion files.
    """

    number: int
    slug: str
    folder: str
    name: str
    legal_ids: tuple[str, ...]
    stores: int
    level: float
    share: float
    label: str = ""
    padding: int = 1
    name_length: int = 100
    brand_last: bool = False
    trims: bool = False
    has_deltas: bool = False
    manufacturer_known: float = 0.3
    manufacturer_unknown: str = "לא ידוע"
    units: Mapping[str, tuple[str, str]] = field(default_factory=lambda: PLURAL_UNITS)
    spelling: Mapping[str, str] = field(default_factory=dict)
    columns: Mapping[str, str] = field(default_factory=dict)
    extras: tuple[str, ...] = ()
    departments: frozenset[str] = frozenset()
    family: Family = Family.ITEMS


CHAINS = (
    Chain(
        number=1,
        slug="shufersal",
        folder="Shufersal",
        name="שופרסל",
        legal_ids=("7290027600007",),
        stores=16,
        level=1.04,
        share=0.8,
        label="שופרסל",
        padding=3,
        has_deltas=True,
        manufacturer_known=0.7,
        columns={"priceupdatedate": "priceupdatetime", "itemname": "itemnm"},
        family=Family.GROUPS,
    ),
    Chain(
        number=2,
        slug="rami_levy",
        folder="RamiLevy",
        name="רמי לוי שיווק השקמה",
        legal_ids=("7290058140886",),
        stores=13,
        level=0.93,
        share=0.7,
        label="רמי לוי",
        padding=3,
        name_length=20,
        has_deltas=True,
        spelling={' מ"ל': "מל", " גרם": "גר", " ליטר": "ל'"},
        extras=("itemid",),
    ),
    Chain(
        number=3,
        slug="victory_new_source",
        folder="VictoryNewSource",
        name="ויקטורי",
        legal_ids=("7290696200003", "7290058103393"),
        stores=10,
        level=0.99,
        share=0.65,
        label="ויקטורי",
        padding=3,
        brand_last=True,
        manufacturer_known=0.5,
        manufacturer_unknown="",
        columns={
            "manufacturername": "manufacturename",
            "manufactureritemdescription": "manufactureitemdescription",
            "unitofmeasure": "unitmeasure",
        },
        extras=("shelfcode",),
    ),
    Chain(
        number=4,
        slug="yohananof",
        folder="Yohananof",
        name="יוחננוף",
        legal_ids=("7290803800003",),
        stores=9,
        level=0.96,
        share=0.65,
        padding=3,
        has_deltas=True,
        extras=("lastsaledatetime",),
        spelling={"קוטג'": "קוטג", "ביסקוויט": "ביסקויט", "גרם": "גר'"},
    ),
    Chain(
        number=5,
        slug="osher_ad",
        folder="Osherad",
        name="אושר עד",
        legal_ids=("7290103152017",),
        stores=8,
        level=0.88,
        share=0.5,
        padding=3,
        name_length=20,
        manufacturer_known=0.05,
        spelling={'ק"ג': "קג", "גרם": "ג"},
        family=Family.GROUPS,
    ),
    Chain(
        number=6,
        slug="tiv_taam",
        folder="TivTaam",
        name="טיב טעם",
        legal_ids=("7290873255550",),
        stores=8,
        level=1.15,
        share=0.6,
        padding=3,
        has_deltas=True,
        manufacturer_known=0.4,
        spelling={"ג'חנון": "גחנון", "פוזילי": "פוסילי", 'מ"ל': "מל"},
    ),
    Chain(
        number=7,
        slug="zol_vebegadol",
        folder="ZolVeBegadol",
        name='זול ובגדול בע"מ',
        legal_ids=("7290058173198",),
        stores=7,
        level=0.95,
        share=0.45,
        brand_last=True,
        trims=True,
        manufacturer_known=0.0,
        units=SINGULAR_UNITS,
        spelling={" גרם": "ג'", "יוגורט": "יוגרט"},
        columns={"itemname": "itemnm"},
    ),
    Chain(
        number=8,
        slug="super_pharm",
        folder="SuperPharm",
        name="סופר-פארם",
        legal_ids=("7290172900007",),
        stores=9,
        level=1.12,
        share=0.8,
        manufacturer_known=0.9,
        manufacturer_unknown="General",
        units=BARE_UNITS,
        columns={"bisweighted": "blsweighted", "itemtype": ""},
        departments=frozenset(
            {"toiletries", "cleaning", "paper", "baby", "health", "snacks", "sweets", "drinks"}
        ),
        family=Family.FLAT,
    ),
)
