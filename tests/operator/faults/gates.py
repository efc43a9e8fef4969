"""Waits for what a test cannot see of an operator from outside."""

import aiohttp

from tests.cluster.operator_process import OperatorProcess
from tests.cluster.waiting import until


async def leads(operator: OperatorProcess) -> bool:
    """Tells whether an operator works; one that starts does not yet."""
    try:
        return "operator_is_leader 1.0" in await operator.read_metrics()
    except aiohttp.ClientConnectionError:
        return False


async def until_leading(operator: OperatorProcess) -> None:
    """Waits until an operator works."""
    await until(lambda: leads(operator))
