"""What must happen once a day while the server runs, and at its start."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import date

from app.clock import TOKYO, Clock
from app.fault import describe_fault

logger = logging.getLogger(__name__)

_LOOK_EVERY_SECONDS = 600.0


async def run_daily(
    job: Callable[[], None],
    clock: Clock,
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
) -> None:
    """Run `job` now and on every new day in Tokyo, until cancelled. What fails is tried again.

    The date is looked at every ten minutes: one long sleep would be late after a standby.
    """
    done_on: date | None = None
    while True:
        today = clock().astimezone(TOKYO).date()
        if today != done_on:
            try:
                await asyncio.to_thread(job)
            except Exception as error:  # noqa: BLE001 - the server goes on
                logger.error("daily job failed: %s", describe_fault(error))  # noqa: TRY400 - no text
            else:
                done_on = today
        await sleep(_LOOK_EVERY_SECONDS)
