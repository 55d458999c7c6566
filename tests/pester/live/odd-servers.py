"""Servers that are none, each on a port of its own from 2361 on: what a client may meet that dials a wrong number, or a hostile one."""

import asyncio
import struct

BANNER = b"SSH-2.0-OpenSSH_9.2\r\n"


def disconnect(text):
    payload = b"\x01" + struct.pack(">I", 11) + struct.pack(">I", len(text)) + text + struct.pack(">I", 0)
    padding = 16 - (len(payload) + 5) % 8
    return struct.pack(">IB", len(payload) + padding + 1, padding) + payload + bytes(padding)


async def silent(reader, writer):
    await asyncio.sleep(600)


async def stuck(reader, writer):
    writer.write(BANNER)
    await asyncio.sleep(600)


async def closed(reader, writer):
    writer.close()


async def web(reader, writer):
    writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
    writer.close()


async def endless(reader, writer):
    while True:
        writer.write(b"x" * 65536)
        await writer.drain()


async def rude(reader, writer):
    writer.write(BANNER + disconnect(b"\x1b[2J\x1b]0;pwned\x07go away"))
    await asyncio.sleep(1)
    writer.close()


async def main():
    for number, serve in enumerate((silent, stuck, closed, web, endless, rude)):
        await asyncio.start_server(serve, "0.0.0.0", 2361 + number)
    await asyncio.sleep(3600)


asyncio.run(main())
