"""2,000 predictions with the official client's asynchronous interface; prints its CPU seconds."""

import asyncio
import resource
import sys

from speedpix import Client

endpoint, count, concurrency = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])


async def main() -> None:
    client = Client(endpoint=endpoint, app_key="key", app_secret="secret")
    gate = asyncio.Semaphore(concurrency)

    async def one(number: int) -> None:
        async with gate:
            output = await client.async_run(workflow_id="echo", input={"text": str(number)}, polling_interval=0.3)
            assert output["text"] == str(number), output

    await asyncio.gather(*(one(number) for number in range(count)))


def cpu() -> float:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


# What starting and importing cost is not the predictions'.
before = cpu()
asyncio.run(main())
print(cpu() - before)
