"""Visitors of the app, for the live tests. Runs on the hub until its standard input ends, then prints what they saw, a line each:
NAME VALUE.

Usage: load.py ADDRESS DOMAIN ROOTS RATE KEPT PATH...

RATE requests a second, each on a connection of its own, sent at their time whether or not the ones before have been
answered; the paths take turns. Beside them KEPT visitors who keep their connection and ask on it ten times a second.
The certificate is verified. What counts is the time from the moment a request was due.
"""
import asyncio
import collections
import os
import re
import ssl
import sys
import time

ADDRESS, DOMAIN, ROOTS, RATE, KEPT = sys.argv[1], sys.argv[2], sys.argv[3], float(sys.argv[4]), int(sys.argv[5])
PATHS = sys.argv[6:]
PATIENCE = 30
# Milliseconds from which an answer is told of by itself, with the time, which a server's journal has too.
SLOW = 300
REVISION = re.compile(rb"revision=(\w+)")

loop = asyncio.new_event_loop()
tls = ssl.create_default_context(cafile=ROOTS)
begun = loop.time()
requests, retries, late = 0, 0, 0.0
slowest = 0
failures = []
slow = []
revisions = collections.Counter()


class Lost(Exception):
    """A kept connection was closed before it answered anything: any client then asks again on a new one."""


async def connect():
    return await asyncio.open_connection(ADDRESS, 443, ssl=tls, server_hostname=DOMAIN)


async def ask(reader, writer, path, close):
    """One request and its whole answer: status, and whether the connection may be used again."""
    writer.write(f"GET {path} HTTP/1.1\r\nHost: {DOMAIN}\r\nConnection: {'close' if close else 'keep-alive'}\r\n\r\n".encode())
    await writer.drain()
    head = await reader.readuntil(b"\r\n\r\n")
    status = int(head.split(None, 2)[1])
    fields = head.lower()
    if b"\r\ntransfer-encoding: chunked" in fields:
        body = b""
        while size := int(await reader.readline(), 16):
            body += await reader.readexactly(size)
            await reader.readexactly(2)
        await reader.readexactly(2)
    else:
        length = re.search(rb"\r\ncontent-length: (\d+)", fields)
        if not length:
            raise ValueError("an answer without a length")
        body = await reader.readexactly(int(length[1]))
    if revision := REVISION.search(body):
        revisions[revision[1].decode()] += 1
    return status, b"\r\nconnection: close" not in fields


def note(path, due, status, error=""):
    global requests, slowest
    now = loop.time()
    requests += 1
    taken = round((now - due) * 1000)
    slowest = max(slowest, taken)
    if taken >= SLOW:
        slow.append(f"{path} at {time.time() - (now - due):.1f} {taken} ms")
    if status != 200:
        failures.append(f"{path} at {due - begun:.2f} s, answered after {now - due:.2f} s: {status} {error}")


async def visit(path, due):
    """One visitor: connects, asks, leaves."""
    global late
    late = max(late, loop.time() - due)
    writer = None
    try:
        reader, writer = await asyncio.wait_for(connect(), PATIENCE)
        status, _ = await asyncio.wait_for(ask(reader, writer, path, True), PATIENCE)
        note(path, due, status)
    except Exception as error:  # whatever it is, a visitor would have seen it
        note(path, due, 0, f"{type(error).__name__}: {error}")
    finally:
        if writer:
            writer.transport.abort()


async def stay(number, stop):
    """One visitor who keeps the connection as long as the server does."""
    global retries
    reader = writer = None
    turn = number
    while not stop.is_set():
        path, due, tries = PATHS[turn % len(PATHS)], loop.time(), 0
        turn += 1
        while True:
            kept = writer is not None
            try:
                if not kept:
                    reader, writer = await asyncio.wait_for(connect(), PATIENCE)
                try:
                    status, again = await asyncio.wait_for(ask(reader, writer, path, False), PATIENCE)
                except (asyncio.IncompleteReadError, ConnectionError) as error:
                    if kept and not getattr(error, "partial", b""):
                        raise Lost from error
                    raise
                note(path, due, status)
            except Lost:
                retries += 1
                writer.transport.abort()
                writer = None
                continue
            except Exception as error:
                note(path, due, 0, f"kept: {type(error).__name__}: {error}")
                again = False
            if not again and writer:
                writer.transport.abort()
                writer = None
            break
        await asyncio.sleep(0.1)
    if writer:
        writer.transport.abort()


async def main():
    stop = asyncio.Event()
    loop.add_reader(sys.stdin.fileno(), lambda: os.read(0, 4096) or stop.set())
    running = {loop.create_task(stay(number, stop)) for number in range(KEPT)}
    number = 0
    while not stop.is_set():
        due = begun + number / RATE
        if (pause := due - loop.time()) > 0:
            await asyncio.sleep(pause)
        task = loop.create_task(visit(PATHS[number % len(PATHS)], due))
        running.add(task)
        task.add_done_callback(running.discard)
        number += 1
    loop.remove_reader(sys.stdin.fileno())
    await asyncio.gather(*running)


# In time even where all processors are busy: the visitors are not part of what is tested.
os.sched_setscheduler(0, os.SCHED_RR, os.sched_param(1))
loop.run_until_complete(main())
print(f"requests {requests}\nslowest {slowest}\nretries {retries}\nlate {round(late * 1000)}")
for revision, count in revisions.items():
    print(f"revision {revision} {count}")
for one in slow:
    print(f"slow {one}")
for failure in failures:
    print(f"failure {failure}")
