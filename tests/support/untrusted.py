"""A PostgreSQL whose certificate nobody trusts: as far as a client that refuses it comes."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from tests.support.web import CERTIFICATES, context_of


@asynccontextmanager
async def untrusted_postgres(certificate: str, credentials: str = "") -> AsyncIterator[str]:
    """Yields a URL of it, whose CA is another.

    certificate: the name of what it shows. credentials: user and password, with a colon between.
    """
    context = context_of(CERTIFICATES / certificate)

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readexactly(8)  # the request for TLS
        writer.write(b"S")
        try:
            await writer.start_tls(context)
        except ssl.SSLError:
            writer.close()

    server = await asyncio.start_server(answer, "localhost", 0)
    place = f"localhost:{server.sockets[0].getsockname()[1]}"
    other = CERTIFICATES / ("ca.pem" if certificate == "expired.pem" else "expired.pem")
    yield f"postgresql://{credentials}@{place}/x?sslmode=verify-full&sslrootcert={other}"
    server.close()
