"""Read files beside the screen: one at a time, and never so that leaving the program waits for it."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Callable
from typing import Any, ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")


def in_daemon_thread(call: Callable[[], T]) -> asyncio.Future[T]:
    """Run in a thread that ends with the program. `asyncio.to_thread` would keep the program until it is done."""
    loop = asyncio.get_running_loop()
    future: asyncio.Future[T] = loop.create_future()

    def deliver(result: T | None, error: Exception | None) -> None:
        if future.done():
            return
        if error is not None:
            future.set_exception(error)
            future.exception()  # looked at: nobody may be waiting any more
        else:
            future.set_result(result)  # type: ignore[arg-type]  # a T where there was no error

    def run() -> None:
        result: T | None = None
        failure: Exception | None = None
        try:
            result = call()
        except Exception as error:
            failure = error
        with contextlib.suppress(RuntimeError):  # the loop is closed: the program is being left
            loop.call_soon_threadsafe(deliver, result, failure)

    threading.Thread(target=run, name="reader", daemon=True).start()
    return future


class Reader:
    """Runs blocking calls one after the other. A caller that is cancelled waits no longer; its call ends by itself.

    Typing in a form asks for ever new readings: without this, those that nobody waits for would pile up.
    """

    def __init__(self) -> None:
        self._last: asyncio.Future[Any] | None = None

    async def run(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """The function's result. Raises what it raises."""
        while self._last is not None and not self._last.done():
            await asyncio.wait({self._last})
        future = in_daemon_thread(lambda: function(*args, **kwargs))
        self._last = future
        return await asyncio.shield(future)
