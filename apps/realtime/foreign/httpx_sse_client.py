"""Python's `httpx-sse`: prints every event as a line of JSON. It does not reconnect, so this program does, with the last `id` and `retry`."""

import asyncio
import json
import sys

import httpx
from httpx_sse import aconnect_sse


async def main(url, token):
    last_id, retry = "", 0
    headers = {"Authorization": f"Bearer {token}"}
    async with httpx.AsyncClient(timeout=None, headers=headers) as client:
        while True:
            try:
                asked = {"Last-Event-ID": last_id} if last_id else {}
                async with aconnect_sse(client, "GET", f"{url}?cursor=earliest", headers=asked) as source:
                    async for event in source.aiter_sse():
                        last_id = event.id or last_id
                        retry = event.retry if event.retry is not None else retry
                        if event.event == "order.paid":
                            print(event.data, flush=True)
            except httpx.TransportError:
                pass
            await asyncio.sleep(retry / 1000)


facts = json.loads(sys.argv[1])
asyncio.run(main(facts["url"], facts["token"]))
