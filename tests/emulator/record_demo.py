"""Records the demonstration account: `python record_demo.py --binary target/release/auditpack --settings demo/auditpack.toml`.

Starts the emulator with the scenario `demo` at each of its moments, lets the binary collect from it, and writes what went
over the wire to `demo/account.jsonl.zst`, one exchange a line, in an order and with request ids that do not change from
run to run. What was asked and answered alike at several moments is there once, and names them.
`--probe` records the calls of `selftest.py` instead of the binary's: to look at the format without a binary.
"""

import argparse
import base64
import json
import os
import re
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import vaults
import zstandard

from scenarios.demo_story import MOMENTS
from selftest import HERE, Emulator, Run

PERIOD = 'quarter = "2026-Q3"'
# Where AWS would keep the documents; the port of the day has no place in a recording.
DOCUMENTS = b"https://aws-artifact-documents.s3.us-east-1.amazonaws.com"
LIMIT = 1_000_000
# Why a reply may be missing: the scenario refuses it, or AWS does not keep it. Anything else is a fault of the recording.
MEANT = ("access-denied", "out-of-range")


def collect(binary, settings, url, folder, now):
    """One run of the real collector, as a user starts it."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "AUDITPACK_"))}
    environment.update(
        AWS_ENDPOINT_URL=url, AWS_ACCESS_KEY_ID="AKIAIOSFODNN7EXAMPLE", AWS_SECRET_ACCESS_KEY="example",
        AWS_REGION="eu-central-1", AWS_MAX_ATTEMPTS="10", AWS_EC2_METADATA_DISABLED="true", HOME=str(folder), AUDITPACK_NOW=now)
    command = [str(binary), "collect", "--config", str(settings), "--vault", str(folder / "vault"), "--format", "json"]
    done = subprocess.run(command, env=environment, cwd=folder, stdout=subprocess.PIPE, check=False)
    # 3: evidence incomplete, which two refused calls make it.
    if done.returncode not in (0, 3):
        sys.exit(f"{' '.join(command)} ended with {done.returncode}")
    return json.loads(done.stdout)


def tidy(exchange, url):
    """A line of the emulator's log as the recording has it."""
    body = base64.b64decode(exchange["body_base64"])
    exchange["body_base64"] = base64.b64encode(body.replace(url.encode(), DOCUMENTS)).decode()
    return exchange


def settings_of(moment, settings, folder):
    """The settings as they were in that quarter: the period aside, they never changed."""
    text = settings.read_text(encoding="utf-8")
    if text.count(PERIOD) != 1:
        sys.exit(f"{settings} has no `{PERIOD}`")
    for beside in settings.parent.glob("*.toml"):
        (folder / beside.name).write_bytes(beside.read_bytes())
    made = folder / settings.name
    made.write_text(text.replace(PERIOD, f'quarter = "{moment.year}-Q{(moment.month + 2) // 3}"'), encoding="utf-8")
    return made


def snapshots(vault):
    """Every snapshot, compressed or not."""
    for path in vault.glob("snapshots/*/snapshot.json*"):
        bytes_ = path.read_bytes()
        yield json.loads(zstandard.ZstdDecompressor().decompressobj().decompress(bytes_) if path.suffix == ".zst" else bytes_)


def withheld(vault):
    """The bodies out of which the collector took values, by AWS's request id: as little may lie in the recording."""
    bodies = {}
    for snapshot in snapshots(vault):
        for exchange in snapshot["exchanges"]:
            # The tokens in the emulator's Artifact open nothing, and the replay asks with them.
            if exchange.get("withheld") and not exchange["source"].startswith("artifact."):
                bodies[exchange["request_id"]] = vaults.body(vault, exchange["body"])
    return bodies


def without_values(exchange, bodies):
    """A line with the body that was kept, where values were taken out of it."""
    for name, value in exchange["headers"].items():
        if name.lower() in ("x-amzn-requestid", "x-amz-request-id") and value in bodies:
            return {**exchange, "body_base64": base64.b64encode(bodies[value]).decode()}
    return exchange


def request(exchange):
    return [exchange[name] for name in ("service", "region", "method", "path", "target", "body_sha256")]


def in_order(exchanges):
    """Sorted; repeated requests keep their order, and the same answer to the same request stays once.

    Which of two equal requests came first differs from run to run: the answer with the lowest id stays.
    """
    kept = {}
    for exchange in sorted(exchanges, key=request):
        whole = json.dumps({**exchange, "headers": {}, "body_base64": without_ids(exchange["body_base64"])}, sort_keys=True)
        known = kept.get(whole)
        if known is None or json.dumps(exchange, sort_keys=True) < json.dumps(known, sort_keys=True):
            kept[whole] = exchange
    return list(kept.values())


def together(moments):
    """The exchanges of all moments in one list, `{moment: exchanges in order}`: what is the same at the same place of a
    request's answers is one line; a line that is not of all moments names its own."""
    lines = {}
    for moment, exchanges in moments.items():
        places = {}
        for exchange in exchanges:
            asked = tuple(request(exchange))
            places[asked] = place = places.get(asked, -1) + 1
            lines.setdefault((asked, place, json.dumps(exchange, sort_keys=True)), []).append(moment)
    made = []
    # One after the other in time, so that each differs little from the one before.
    for (asked, place, text), of in sorted(lines.items(), key=lambda line: (line[0][0], line[0][1], line[1])):
        exchange = as_text(json.loads(text))
        made.append(exchange if len(of) == len(moments) else {**exchange, "moments": of})
    return made


def as_text(exchange):
    """A body that is text is easier to read and to compress as it is."""
    body = base64.b64decode(exchange["body_base64"])
    try:
        text = body.decode()
    except UnicodeDecodeError:
        return exchange
    del exchange["body_base64"]
    return {**exchange, "body": text}


def without_ids(body):
    """A body without its request id, which alone tells repeated answers apart."""
    return re.sub(rb"<[Rr]equestI[dD]>[^<]*<", b"<", base64.b64decode(body)).hex()


def record(moment, arguments):
    """The exchanges of one moment's collection, in order."""
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        log = folder / "exchanges.jsonl"
        emulator = Emulator(f"demo@{moment}", "--log", str(log))
        try:
            if arguments.probe:
                expected = emulator.control("expected")
                Run(emulator).everything(expected["account"], expected["regions"])
            else:
                now = MOMENTS[moment]
                settings = settings_of(now, arguments.settings.resolve(), folder)
                summary = collect(arguments.binary.resolve(), settings, emulator.url, folder, f"{now:%Y-%m-%dT%H:%M:%SZ}")
                lost = [gap for gap in summary["gaps"] if gap["reason"] not in MEANT]
                if lost:
                    sys.exit(f"{moment}: the emulator did not answer {len(lost)} times: {lost[0]}")
                total = {name: count for name, count in summary["coverage"].items() if name != "sources"}
                print(f"{moment}: {total}", flush=True)
        finally:
            emulator.stop()
        bodies = withheld(folder / "vault")
        lines = [without_values(json.loads(line), bodies) for line in log.read_text(encoding="utf-8").splitlines()]
        return in_order([tidy(line, emulator.url) for line in lines])


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    root = HERE.parent.parent
    parser.add_argument("--binary", type=Path, default=root / "target/release/auditpack")
    parser.add_argument("--settings", type=Path, default=root / "demo/auditpack.toml")
    parser.add_argument("--out", type=Path, default=root / "demo/account.jsonl.zst")
    parser.add_argument("--probe", action="store_true")
    arguments = parser.parse_args()
    with ThreadPoolExecutor(os.cpu_count()) as several:
        made = several.map(lambda moment: record(moment, arguments), sorted(MOMENTS))
        moments = dict(zip(sorted(MOMENTS), made, strict=True))
    exchanges = [exchange for of in moments.values() for exchange in of]
    strange = [exchange for exchange in exchanges if b"Emulator" in base64.b64decode(exchange["body_base64"])[:300]]
    for exchange in strange:
        print(f"the emulator could not answer {exchange['service']} {exchange['method']} {exchange['path']} "
              f"{base64.b64decode(exchange['body_base64'])[:200]}", file=sys.stderr)
    lines = together(moments)
    text = "".join(json.dumps(line, sort_keys=True, separators=(",", ":"), ensure_ascii=False) + "\n" for line in lines).encode()
    packed = zstandard.ZstdCompressor(level=22, write_content_size=True).compress(text)
    if len(packed) > LIMIT:
        sys.exit(f"the recording has {len(packed)} bytes, more than {LIMIT}")
    arguments.out.parent.mkdir(parents=True, exist_ok=True)
    arguments.out.write_bytes(packed)
    print(f"{arguments.out}: {len(exchanges)} exchanges in {len(lines)} lines, {len(text)} bytes, {len(packed)} packed")
    return 1 if strange else 0


if __name__ == "__main__":
    sys.exit(main())
