"""Python's `websockets`: prints every event as a line of JSON. Its iterator reconnects by itself."""

import asyncio
import json
import sys

from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed


async def main(url, token):
    cursor = "earliest"
    headers = {"Authorization": f"Bearer {token}"}
    address = url.replace("http", "ws", 1)
    async for socket in connect(address, subprotocols=["halftone.v1.json"], additional_headers=headers):
        try:
            await socket.send(json.dumps({"type": "subscribe", "cursor": cursor}))
            async for text in socket:
                event = json.loads(text).get("event")
                if event:
                    cursor = event["id"]
                    print(json.dumps(event), flush=True)
        except ConnectionClosed:
            continue


facts = json.loads(sys.argv[1])
asyncio.run(main(facts["url"], facts["token"]))
