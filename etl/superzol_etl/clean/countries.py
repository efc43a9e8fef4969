"""Countries of manufacture: what chains write, as ISO 3166-1 alpha-2 codes."""

import re

import polars as pl

# Spellings seen in the feeds and those next to them, without quotes, blanks and hyphens.
SPELLINGS = {
    "AE": "איחודהאמירויות אמירויות uae",
    "AR": "ארגנטינה argentina",
    "AT": "אוסטריה austria",
    "AU": "אוסטרליה australia",
    "BA": "בוסניה",
    "BD": "בנגלדש",
    "BE": "בלגיה belgium",
    "BG": "בולגריה bulgaria",
    "BR": "ברזיל brazil",
    "BY": "בלארוס בלרוס",
    "CA": "קנדה canada",
    "CH": "שווייץ שוויץ שוויצריה switzerland",
    "CI": "חוףהשנהב",
    "CL": "צילה ציליה chile",
    "CN": "סין china prc",
    "CO": "קולומביה colombia",
    "CR": "קוסטהריקה",
    "CY": "קפריסין cyprus",
    "CZ": "צכיה הרפובליקההצכית czechia czechrepublic",
    "DE": "גרמניה germany",
    "DK": "דנמרק denmark",
    "EC": "אקוודור אקואדור",
    "EE": "אסטוניה",
    "EG": "מצרים egypt",
    "ES": "ספרד spain",
    "ET": "אתיופיה ethiopia",
    "FI": "פינלנד finland",
    "FR": "צרפת france",
    "GB": "בריטניה אנגליה סקוטלנד הממלכההמאוחדת uk england unitedkingdom greatbritain",
    "GE": "גאורגיה גרוזיה georgia",
    "GR": "יוון greece",
    "GT": "גואטמלה",
    "HK": "הונגקונג",
    "HR": "קרואטיה croatia",
    "HU": "הונגריה hungary",
    "ID": "אינדונזיה indonesia",
    "IE": "אירלנד ireland",
    "IL": "ישראל il2 israel מדינתישראל תוצרתישראל",
    "IN": "הודו india",
    "IS": "איסלנד",
    "IT": "איטליה italy",
    "JO": "ירדן jordan",
    "JP": "יפן japan",
    "KE": "קניה",
    "KP": "קוריאההצפונית צפוןקוריאה",
    "KR": "קוריאההדרומית דרוםקוריאה קוריאה korea southkorea",
    "LK": "סרילנקה srilanka",
    "LT": "ליטא lithuania",
    "LU": "לוקסמבורג",
    "LV": "לטביה latvia",
    "MA": "מרוקו morocco",
    "MD": "מולדובה",
    "MK": "מקדוניה צפוןמקדוניה",
    "MT": "מלטה",
    "MX": "מקסיקו mexico",
    "MY": "מלזיה malaysia",
    "NG": "ניגריה",
    "NL": "הולנד netherlands holland thenetherlands",
    "NO": "נורבגיה נורווגיה norway",
    "NZ": "ניוזילנד newzealand",
    "PE": "פרו peru",
    "PH": "פיליפינים הפיליפינים philippines",
    "PK": "פקיסטן",
    "PL": "פולין poland",
    "PS": "הרשותהפלסטינית הרשותהפלשתינית",
    "PT": "פורטוגל portugal",
    "PY": "פרגוואי פראגוואי",
    "RO": "רומניה romania",
    "RS": "סרביה serbia",
    "RU": "רוסיה russia",
    "SE": "שבדיה שוודיה sweden",
    "SG": "סינגפור",
    "SI": "סלובניה slovenia",
    "SK": "סלובקיה slovakia",
    "TH": "תאילנד thailand",
    "TN": "תוניסיה",
    "TR": "טורקיה תורכיה turkey turkiye",
    "TW": "טאיוואן טאיואן טייוואן הרפובליקההסיניתטאיוואן taiwan",
    "UA": "אוקראינה ukraine",
    "US": "ארצותהברית ארהב usa unitedstates unitedstatesofamerica",
    "UY": "אורוגוואי אורוגואי",
    "VN": "וייטנאם ויטנאם ויאטנם vietnam",
    "ZA": "דרוםאפריקה southafrica",
}
CODES = {word: code for code, words in SPELLINGS.items() for word in words.split()} | {
    code.lower(): code for code in SPELLINGS
}
NOISE = re.compile("[^0-9a-zא-ת]")


def read_country(published: str | None) -> str | None:
    """The code of the country meant; None where none is or nobody knows which."""
    return CODES.get(NOISE.sub("", (published or "").lower()))


def read_countries(published: pl.Series) -> pl.Series:
    """As read_country of each text: a chain writes few countries many times."""
    texts = published.unique()
    codes = pl.Series([read_country(text) for text in texts], dtype=pl.String)
    return published.replace_strict(texts, codes, return_dtype=pl.String)
