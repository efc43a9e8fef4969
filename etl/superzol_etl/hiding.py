"""Shows URLs without the secrets that may stand in them."""

import re


def shown(text: str) -> str:
    """The text without what might be a user, a password or a key of a query."""
    return re.sub(r"[?#].*", "?…", re.sub(r"//.*@", "//…@", text))
