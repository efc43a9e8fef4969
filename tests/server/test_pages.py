"""Pages of lists and the tokens between them."""

from base64 import urlsafe_b64decode, urlsafe_b64encode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from superzol.catalog.v1.catalog_pb2 import ListProductsRequest, SearchProductsRequest
from superzol.catalog.v1.store_pb2 import ListStoresRequest
from superzol_server.database import Answer
from superzol_server.errors import InvalidRequest
from superzol_server.pages import checksum_of, fingerprint_of, open_page, write_token

FIRST = (-1, "")


def answer(count: int, generation: int = 5) -> Answer:
    rows = [{"key_rank": place, "product_id": f"p{place}", "name": "x"} for place in range(count)]
    return Answer(rows, generation)


@pytest.mark.parametrize(("asked", "size"), [(0, 20), (1, 1), (1000, 1000), (1001, 1000)])
def test_page_size_has_a_default_and_a_limit(asked: int, size: int) -> None:
    page = open_page(ListProductsRequest(page_size=asked), FIRST)
    assert (page.size, page.place) == (size, (-1, "", size + 1))


def test_negative_page_size_is_refused() -> None:
    with pytest.raises(InvalidRequest, match="page_size"):
        open_page(ListProductsRequest(page_size=-1), FIRST)


def test_page_that_is_not_full_is_the_last() -> None:
    page = open_page(ListProductsRequest(page_size=3), FIRST).cut(answer(3), "product_id")
    assert (len(page.rows), page.next_page_token) == (3, "")


def test_next_page_begins_after_the_last_row() -> None:
    request = ListProductsRequest(page_size=3)
    page = open_page(request, FIRST).cut(answer(4), "key_rank", "product_id")
    assert page.rows[-1] == {"product_id": "p2", "name": "x"}
    request.page_token = page.next_page_token
    assert open_page(request, FIRST).after == (2, "p2")


@pytest.mark.parametrize(("generation", "changed"), [(5, False), (6, True)])
def test_page_says_whether_the_generation_changed_since(generation: int, changed: bool) -> None:
    request = ListProductsRequest(page_size=1)
    first = open_page(request, FIRST).cut(answer(2), "key_rank", "product_id")
    request.page_token = first.next_page_token
    second = open_page(request, FIRST).cut(answer(1, generation), "key_rank", "product_id")
    assert (first.generation_changed, second.generation_changed) == (False, changed)


def test_page_size_and_total_may_change_between_pages() -> None:
    request = ListProductsRequest(chain_id="a", page_size=1)
    token = open_page(request, FIRST).cut(answer(2), "key_rank", "product_id").next_page_token
    again = ListProductsRequest(chain_id="a", page_size=7, include_total=True, page_token=token)
    assert open_page(again, FIRST).size == 7


@pytest.mark.parametrize(
    "other",
    [
        ListProductsRequest(chain_id="b"),
        ListProductsRequest(chain_id="a", weighted=False),
        ListStoresRequest(chain_id="a"),
        SearchProductsRequest(chain_id="a"),
    ],
)
def test_token_belongs_to_the_other_fields_of_its_request(
    other: ListProductsRequest | ListStoresRequest | SearchProductsRequest,
) -> None:
    request = ListProductsRequest(chain_id="a")
    other.page_token = write_token(fingerprint_of(request), 5, FIRST)
    with pytest.raises(InvalidRequest) as refused:
        open_page(other, FIRST)
    assert refused.value.reason == "PAGE_TOKEN_OF_OTHER_REQUEST"


@given(st.binary(max_size=60) | st.text(max_size=60).map(str.encode))
def test_token_that_nobody_gave_out_is_refused(data: bytes) -> None:
    request = ListProductsRequest(page_token=urlsafe_b64encode(data).decode() or "=")
    with pytest.raises(InvalidRequest):
        open_page(request, FIRST)


@pytest.mark.parametrize(
    "key",
    [
        "[]",
        '["x","y"]',
        '[true,"y"]',
        '[1.5,"y"]',
        '[1,"y",2]',
        '{"a":1}',
        '[99999999999999999999,"y"]',
        '[1,"\\u0000"]',
        '[1,"\\ud800"]',
        "[" * 5000,
        "",
    ],
)
def test_key_that_no_row_has_is_refused(key: str) -> None:
    request = ListProductsRequest()
    head = urlsafe_b64decode(write_token(fingerprint_of(request), 5, ()) + "===")[:17]
    data = head + key.encode()
    request.page_token = urlsafe_b64encode(data + checksum_of(data)).decode()
    with pytest.raises(InvalidRequest) as refused:
        open_page(request, FIRST)
    assert refused.value.reason == "PAGE_TOKEN_MALFORMED"


@given(st.integers(0, 8 * 31 - 1))
def test_token_with_a_flipped_bit_is_refused(place: int) -> None:
    request = ListProductsRequest()
    token = write_token(fingerprint_of(request), 5, (7, "p123"))
    data = bytearray(urlsafe_b64decode(token + "=" * (-len(token) % 4)))
    data[place // 8] ^= 1 << place % 8
    request.page_token = urlsafe_b64encode(bytes(data)).decode()
    with pytest.raises(InvalidRequest) as refused:
        open_page(request, FIRST)
    assert refused.value.reason == "PAGE_TOKEN_MALFORMED"


@given(st.integers(-(2**31) + 1, 2**31 - 1), st.text(st.characters(exclude_categories=["Cs"])))
def test_every_key_survives_its_token(number: int, text: str) -> None:
    request = ListProductsRequest()
    request.page_token = write_token(fingerprint_of(request), 2**40, (number, text))
    if "\0" not in text:
        page = open_page(request, FIRST)
        assert (page.after, page.generation) == ((number, text), 2**40)
