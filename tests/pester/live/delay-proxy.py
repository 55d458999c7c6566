"""A link with a delay, which counts its round trips: an observer that knows nothing of the module.

delay-proxy.py LISTEN_PORT TARGET_HOST TARGET_PORT DELAY_MILLISECONDS COUNT_FILE

Every byte arrives DELAY_MILLISECONDS after it was sent, in either direction. A round trip is data from the target that follows
data from the client. COUNT_FILE holds two numbers: round trips so far, connections so far.
"""

import asyncio
import os
import sys

LISTEN_PORT, TARGET_HOST, TARGET_PORT, DELAY, COUNT_FILE = (
    int(sys.argv[1]), sys.argv[2], int(sys.argv[3]), int(sys.argv[4]) / 1000, sys.argv[5])

trips = connections = 0


def tell():
    # Replaced whole: a reader never sees half of it.
    with open(COUNT_FILE + ".new", "w", encoding="ascii") as file:
        file.write(f"{trips} {connections}\n")
    os.replace(COUNT_FILE + ".new", COUNT_FILE)


class Link:
    """One connection. What the client sent last is waiting for its answer until data comes back."""

    def __init__(self):
        self.asked = False

    def saw(self, from_client):
        global trips
        if from_client:
            self.asked = True
        elif self.asked:
            self.asked = False
            trips += 1
            tell()


async def carry(reader, writer, link, from_client):
    # Each piece has its own time of arrival, so that the delay takes nothing from the throughput.
    loop = asyncio.get_running_loop()
    pieces = asyncio.Queue()

    async def deliver():
        while True:
            due, data = await pieces.get()
            await asyncio.sleep(max(0, due - loop.time()))
            if not data:
                break
            writer.write(data)
            await writer.drain()
        writer.close()

    delivery = asyncio.create_task(deliver())
    try:
        while data := await reader.read(1 << 16):
            # Counted where it happens: on the target's side of the delay.
            if not from_client:
                link.saw(False)
            pieces.put_nowait((loop.time() + DELAY, data))
            if from_client:
                loop.call_later(DELAY, link.saw, True)
    except ConnectionError:
        pass
    pieces.put_nowait((loop.time() + DELAY, b""))
    try:
        await delivery
    except ConnectionError:
        pass


async def serve(reader, writer):
    global connections
    connections += 1
    tell()
    target_reader, target_writer = await asyncio.open_connection(TARGET_HOST, TARGET_PORT)
    link = Link()
    await asyncio.gather(
        carry(reader, target_writer, link, True), carry(target_reader, writer, link, False), return_exceptions=True)


async def main():
    tell()
    server = await asyncio.start_server(serve, "0.0.0.0", LISTEN_PORT)
    async with server:
        await server.serve_forever()


asyncio.run(main())
