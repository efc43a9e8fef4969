"""The stores of the sample, and the Stores files that describe them."""

from datetime import date
from functools import cache
from typing import NamedTuple

import polars as pl

from superzol_local.sample.chains import CHAINS, Chain


class City(NamedTuple):
    """A city. code: its number in the list of the Central Bureau of Statistics."""

    name: str
    code: str
    zip_prefix: str
    streets: tuple[str, ...]


class Store(NamedTuple):
    """A branch. number: its place among all stores, the key of its dice."""

    number: int
    code: int
    legal_id: str
    sub_chain: int
    name: str
    kind: int
    address: str
    city: str
    city_code: str
    zip_code: str

    @property
    def is_dear(self) -> bool:
        return self.sub_chain == 2


JERUSALEM = City("ירושלים", "3000", "93", ("האומן", "יפו", "כנפי נשרים", "דרך חברון", "עמק רפאים"))
TEL_AVIV = City(
    "תל אביב", "5000", "63", ("אבן גבירול", "דיזנגוף", "יגאל אלון", "המסגר", "לה גוארדיה")
)
HAIFA = City("חיפה", "4000", "32", ("מוריה", "העצמאות", "חורב", "שדרות ההסתדרות", "אלנבי"))
BEER_SHEVA = City("באר שבע", "9000", "84", ("הנרייטה סולד", "רגר", "חברון", "יצחק רגר", "העצמאות"))
CITIES = (
    JERUSALEM,
    TEL_AVIV,
    HAIFA,
    BEER_SHEVA,
    City("ראשון לציון", "8300", "75", ("הרצל", "סחרוב", "משה בקר")),
    JERUSALEM,
    TEL_AVIV,
    City("פתח תקווה", "7900", "49", ("ז'בוטינסקי", "אם המושבות", "הסיבים")),
    City("נתניה", "7400", "42", ("הרצל", "גיבורי ישראל", "בני ברמן")),
    HAIFA,
    BEER_SHEVA,
    City("אשדוד", "70", "77", ("שדרות הרצל", "הבנים", "מנחם בגין")),
    City("רמת גן", "8600", "52", ("ביאליק", "אבא הילל", "ז'בוטינסקי")),
    TEL_AVIV,
    City("מודיעין", "1200", "71", ("עמק האלה", "דם המכבים")),
    City("אילת", "2600", "88", ("התמרים", "ששת הימים")),
)
ONLINE_CHAINS = frozenset({"shufersal", "rami_levy"})
LAST_STORE_UNDESCRIBED = frozenset({"super_pharm", "yohananof"})


@cache
def make_stores() -> dict[str, list[Store]]:
    """Returns the stores of every chain by its slug."""
    stores: dict[str, list[Store]] = {}
    number = 0
    for chain in CHAINS:
        for place in range(chain.stores):
            number += 1
            stores.setdefault(chain.slug, []).append(_store(chain, place, number))
    return stores


def describe_stores(chain: Chain, stores: list[Store], day: date) -> list[pl.DataFrame]:
    """Returns the rows of a chain's Stores XMLs, one block per legal entity."""
    described = stores[:-1] if chain.slug in LAST_STORE_UNDESCRIBED else stores
    blocks = []
    for legal_id in chain.legal_ids:
        rows = [_row(chain, store, day) for store in described if store.legal_id == legal_id]
        file = f"Stores{legal_id}-000-{day:%Y%m%d}-050500.xml"
        place = {"found_folder": f"app_data/dumps/{chain.folder}", "file_name": file}
        blocks.append(pl.DataFrame([place | row for row in rows]))
    return blocks


def _store(chain: Chain, place: int, number: int) -> Store:
    city = CITIES[place % len(CITIES)]
    street = city.streets[(chain.number + place) % len(city.streets)]
    is_online = chain.slug in ONLINE_CHAINS and place == chain.stores - 1
    name = f"{street} {city.name}"
    if chain.slug == "tiv_taam" and place == 2:
        name = f"{street}\r{city.name}"  # a bare CR inside a field, as the chain has published
    return Store(
        number=number,
        code=1 + place * (3 if chain.number % 2 == 0 else 2) + 200 * (place // 12),
        legal_id=chain.legal_ids[place % len(chain.legal_ids)],
        sub_chain=1 + place % 2,
        name=f"{chain.label or chain.name} אונליין" if is_online else name,
        kind=2 if is_online else 1,
        address=_site(chain) if is_online else _address(street, number),
        city="" if is_online else city.name,
        city_code="" if is_online else city.code,
        zip_code=f"{city.zip_prefix}{number * 137 % 100000:05d}",
    )


def _site(chain: Chain) -> str:
    return f"www.{chain.slug.replace('_', '-')}.example"


def _address(street: str, number: int) -> str:
    house = number * 7 % 90 + 1
    return f"{street},{house}" if number % 5 == 0 else f"{street} {house}"


def _row(chain: Chain, store: Store, day: date) -> dict[str, str]:
    unknown_places = chain.slug == "zol_vebegadol"
    city = store.city_code if chain.slug == "osher_ad" else store.city
    row = {
        "chainid": store.legal_id,
        "chainname": chain.name,
        "lastupdatedate": f"{day:%Y-%m-%d}",
        "lastupdatetime": "05:05:00",
        "subchainid": str(store.sub_chain),
        "subchainname": f"{chain.label or chain.name} {'אקספרס' if store.is_dear else 'מרקט'}",
        "storeid": str(store.code),
        "bikoretno": str(store.number % 10),
        "storetype": str(store.kind),
        "storename": store.name,
        "address": "unknown" if unknown_places else store.address,
        "city": "unknown" if unknown_places else city,
        "zipcode": "unknown" if unknown_places else store.zip_code,
    }
    if chain.slug == "shufersal":
        del row["lastupdatetime"]
    return row
