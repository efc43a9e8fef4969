"""Tells a certificate that is not trusted, which a person must look at, from a server away."""

import re
from ssl import SSLCertVerificationError

from superzol_etl.errors import EtlError, PassingTrouble, WrongConfiguration

CA_OF_SOURCES = "SSL_CERT_FILE"
# Renewed soon, or a clock is wrong: words of OpenSSL and of rustls, which obstore has.
DATED = re.compile("expired|not ?(yet ?valid|valid ?yet)", re.IGNORECASE)


def refusal_of(error: BaseException) -> str | None:
    """Why a certificate was refused, if that is what the error, or one that led to it, tells."""
    waiting, seen = [error], set[int]()
    while waiting:
        each = waiting.pop()
        if isinstance(each, SSLCertVerificationError):
            return each.verify_message if hasattr(each, "verify_message") else str(each)
        seen.add(id(each))
        # urllib3 keeps what happened as a reason, requests as its only argument.
        led = (each.__cause__, each.__context__, getattr(each, "reason", None), *each.args)
        waiting += [one for one in led if isinstance(one, BaseException) and id(one) not in seen]
    return None


def untrusted(asked: str, why: str, advice: str) -> EtlError:
    """What a refused certificate means; advice: where to name the file with its CA.

    One that is out of its dates is passing trouble: nobody here can mend it.
    """
    told = f"{asked} shows a certificate that is not trusted ({why})"
    if DATED.search(why):
        return PassingTrouble(
            f"{told}: look at the clock of this machine, or try again when it is renewed"
        )
    return WrongConfiguration(
        f"{told}: name the file with the certificate of its CA {advice}, or correct the host"
    )


def untrusted_source(asked: str, why: str) -> EtlError:
    """What a refused certificate of a source means."""
    return untrusted(asked, why, f"in {CA_OF_SOURCES}")
