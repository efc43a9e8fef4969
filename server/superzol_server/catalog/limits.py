"""What requests of the catalog may ask for."""

import re
import unicodedata
from collections.abc import Sequence

from superzol_server.errors import InvalidRequest
from superzol_server.identifiers import read_product_id

LONGEST_QUERY = 200
LARGEST_BATCH = 200
MOST_WORDS = 20  # each is compared with thousands of names: 100 one-letter words took 0.3 s
# Stand within words, as for search_text of the schema: quotes, points and what is not seen.
WITHIN_WORDS = re.compile(
    "['\"`׳״‘’“”‚‛„‟′ʹʼʽ\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7"
    "\u00ad\u061c\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]"
)
BETWEEN_WORDS = re.compile(r"(?:[^\w%.]|_)+")


def check_query(query: str) -> None:
    """Raises InvalidRequest for a query that no name could match, or that asks for too much."""
    if len(query) > LONGEST_QUERY:
        raise InvalidRequest("query", f"has more than {LONGEST_QUERY} characters", "QUERY_TOO_LONG")
    if not any(letter.isalnum() for letter in query):
        raise InvalidRequest("query", "has no letter or digit", "QUERY_EMPTY")
    plain = unicodedata.normalize("NFKC", query.replace("´", ""))
    words = len(set(BETWEEN_WORDS.split(WITHIN_WORDS.sub("", plain).lower())) - {""})
    if words > MOST_WORDS:
        raise InvalidRequest(
            "query",
            f"has {words} different words, at most {MOST_WORDS} are searched: leave some out",
            "QUERY_WITH_TOO_MANY_WORDS",
        )


def read_batch(product_ids: Sequence[str]) -> list[str]:
    """Returns identifiers of products, each once in the order given; raises InvalidRequest."""
    if not 1 <= len(product_ids) <= LARGEST_BATCH:
        raise InvalidRequest(
            "product_ids",
            f"must be 1 to {LARGEST_BATCH}, not {len(product_ids)}",
            "PRODUCT_COUNT_INVALID",
        )
    read = [
        read_product_id(text, f"product_ids[{place}]") for place, text in enumerate(product_ids)
    ]
    return list(dict.fromkeys(read))
