"""How the process takes memory from the system."""

import ctypes

M_ARENA_MAX = -8  # of glibc's malloc.h


def share_one_arena() -> None:
    """Makes all threads allocate from one heap; to be called before there are threads.

    glibc gives each thread a heap of its own, and memory that one has freed is fetched from the
    system again for the next, page by page. With one heap a chain of 1.6 million rows took 1.51
    instead of 1.77 s and 445 instead of 602 MB. Other C libraries are left as they are.
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(M_ARENA_MAX, 1)
