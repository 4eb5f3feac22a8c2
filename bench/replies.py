"""`replies.py LOG MS`: answers from the emulator's log, each reply MS milliseconds after its request, and nothing else to do."""

import asyncio
import base64
import hashlib
import json
import os
import re
import sys

SCOPE = re.compile(r"Credential=[^/]+/\d+/([^/]+)/([^/]+)/")


def recorded(path):
    """Request to its replies, in order."""
    replies = {}
    with open(path, encoding="utf-8") as log:
        for line in map(json.loads, log):
            key = tuple(line[name] for name in ("service", "region", "method", "path", "target", "body_sha256"))
            body = base64.b64decode(line["body_base64"])
            head = [f"HTTP/1.1 {line['status']} Answer", f"Content-Length: {len(body)}"]
            head += [f"{name}: {value}" for name, value in line["headers"].items()]
            replies.setdefault(key, []).append("\r\n".join(head + ["", ""]).encode() + body)
    return replies


async def main(log, milliseconds):
    """Listens until its parent is gone."""
    replies = recorded(log)

    async def connection(reader, writer):
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
                began = asyncio.get_running_loop().time()
                method, path, _ = head[0].split(" ", 2)
                headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in head[1:] if line)}
                body = await reader.readexactly(int(headers.get("content-length", 0)))
                region, service = (SCOPE.search(headers.get("authorization", "")) or re.match("()()", "")).groups()
                key = (service, region, method, path, headers.get("x-amz-target", ""), hashlib.sha256(body).hexdigest())
                known = replies.get(key)
                if known is None:
                    print("not recorded:", *key, file=sys.stderr)
                    known = [b"HTTP/1.1 400 Answer\r\nContent-Length: 0\r\n\r\n"]
                reply = known.pop(0) if len(known) > 1 else known[0]
                await asyncio.sleep(milliseconds / 1000 - (asyncio.get_running_loop().time() - began))
                writer.write(reply)
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    server = await asyncio.start_server(connection, "127.0.0.1", 0, limit=1 << 20)
    print("listening on http://127.0.0.1:%d" % server.sockets[0].getsockname()[1], flush=True)
    parent = os.getppid()
    while os.getppid() == parent:
        await asyncio.sleep(1)


asyncio.run(main(sys.argv[1], float(sys.argv[2])))
