"""How long a store may be unseen before answers leave it out."""

# Stores still listed this long after their last file have closed, or moved to another number.
LEFT_OUT_DAYS = 14
NEVER = 2**31 - 1


def read_unseen_limit(include_unseen_stores: bool, stores_are_named: bool = False) -> int:
    """Returns from how many days on a store is left out; one asked for by its identifier never."""
    return NEVER if include_unseen_stores or stores_are_named else LEFT_OUT_DAYS
