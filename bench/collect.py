"""`collect` and `assess` against the emulator: CPU, memory and wall time beside Prowler's, and the wall time when replies are slow.

Prints lines of the table (what, goal, figure, met), separated by tabs. Needs `AUDITPACK` (the release binary), `AUDITPACK_VENV` (the
emulator's Python) and `PROWLER` (Prowler's command).

How slow replies are judged: no collection can be quicker than its longest chain of dependent calls. We take the chain from the snapshot
that was made: who we are, then the account's regions, then for each source in each place the pages of its list one after the other, then
for an item of a page the calls that its source makes for it, level by level: a call that is filled from another's answer (in S3 nearly all
are sent to the region that GetBucketLocation names) comes after it. The chain's calls times the delay, plus 30 %, is the goal. The emulator
itself works through one call at a time and takes milliseconds for each, which is no property of ours: so the same exchanges are then
answered from a recording (`replies.py`) by a server that does nothing but wait.
"""

import json
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import tomllib
import urllib.request

import zstandard

HERE = pathlib.Path(__file__).parent
ROOT = HERE.parent
PYTHON = pathlib.Path(os.environ["AUDITPACK_VENV"]) / "bin/python"
RUNS = int(os.environ.get("BENCH_RUNS", "3"))
DELAY_MS = 50
# LookupEvents may be called twice a second in a region: these sources wait for AWS's clock, not for us.
PACED = {"cloudtrail.events", "cloudtrail.root-events"}
SERVICES = "iam s3 ec2 kms rds guardduty cloudtrail config securityhub organizations accessanalyzer account".split()


def sources():
    """Every source of the mappings, by id."""
    files = sorted((ROOT / "mappings/sources").glob("*.toml"))
    return {source["id"]: source for file in files for source in tomllib.loads(file.read_text())["source"]}


class Server:
    """A server that prints where it listens."""

    def __init__(self, *command, folder):
        # Prowler asks for things that the emulator does not know, which it says at length.
        self.process = subprocess.Popen([PYTHON, *command], cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        self.url = self.process.stdout.readline().strip().removeprefix("listening on ")
        assert self.url.startswith("http"), "the server did not start"

    def ask(self, name, sent=None):
        """One of the emulator's own endpoints."""
        data = None if sent is None else json.dumps(sent).encode()
        with urllib.request.urlopen(f"{self.url}/_overlay/{name}", data=data) as reply:
            return json.load(reply)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()


def emulator(*flags):
    """The seeded account."""
    return Server("server.py", "--port", "0", "--seed", "seeded", *flags, folder=ROOT / "tests/emulator")


def measured(command, folder, url, allowed):
    """Runs a command to its end: CPU seconds (user and system, its children's too), peak memory in MB, wall seconds."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "AUDITPACK_"))}
    place = {"HOME": str(folder), "AWS_ENDPOINT_URL": url, "AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE", "AWS_EC2_METADATA_DISABLED": "true",
             "AWS_SECRET_ACCESS_KEY": "example", "AWS_REGION": "us-east-1", "AWS_DEFAULT_REGION": "us-east-1"}
    with open(folder / "output.txt", "ab") as output:
        began = time.monotonic()
        process = subprocess.Popen(command, cwd=folder, env={**kept, **place}, stdout=output, stderr=output)
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.monotonic() - began
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in allowed:
        sys.exit(f"{command[0]}: exit {process.returncode}\n{(folder / 'output.txt').read_text()[-4000:]}")
    return {"cpu": usage.ru_utime + usage.ru_stime, "memory": usage.ru_maxrss * 1024 / 1e6, "wall": wall}


def settings(expected, chosen):
    """`auditpack.toml` for the emulator's account."""
    start, end = expected["settings"]["period"]
    return "\n".join([
        'organization = "Bench"', 'frameworks = ["soc2", "iso27001-2022", "gdpr"]', f"sources = {json.dumps(chosen)}",
        f'period = {{ start = "{start}", end = "{end}" }}', f"scope = {{ regions = {json.dumps(expected['settings']['regions'])} }}", ""])


def ours(folder, url, configuration):
    """Collects into a new vault and judges it; 3 says that the evidence is incomplete, which it is."""
    shutil.rmtree(folder / "vault", ignore_errors=True)
    (folder / "auditpack.toml").write_text(configuration)
    binary = os.environ["AUDITPACK"]
    return [measured([binary, "--quiet", command], folder, url, (0, 3)) for command in ("collect", "assess")]


def prowler(folder, url, regions):
    """Prowler on the same services and regions; 3 says that checks failed."""
    command = [os.environ["PROWLER"], "aws", "--services", *SERVICES, "--region", *regions, "--output-formats", "json-ocsf",
               "--output-directory", str(folder / "prowler"), "--no-banner"]
    return measured(command, folder, url, (0, 3))


def snapshot(folder):
    """The newest snapshot."""
    packed = max((folder / "vault/snapshots").glob("*/snapshot.json.zst")).read_bytes()
    return json.loads(zstandard.ZstdDecompressor().decompressobj().decompress(packed))


def names(template):
    """The members that a template reads, by their first names."""
    text = json.dumps(template)
    return {part.split("}")[0].split(".")[0].rstrip("+") for part in text.split("{")[1:] if "}" in part}


def levels(source):
    """Part to the number of parts that it waits for, one after the other."""
    level = {}
    for each in source.get("each", []):
        read = set().union(*(names(value) for key, value in each.items() if key in ("path", "host_prefix", "region", "headers", "send", "parameters", "vary")
                             for value in (list(value.values()) if isinstance(value, dict) else [value])))
        read |= {each["when"]["member"].split(".")[0]} if "when" in each else set()
        level[each["as"]] = max((level[part] + 1 for part in read if part in level), default=0)
    return level


def longest_chain(made, known):
    """The number of calls in the longest chain of dependent calls, and the source that ends it."""
    before, chains = 0, []
    places = {}
    for exchange in made["exchanges"] + [gap for gap in made["gaps"] if gap.get("operation")]:
        if known[exchange["source"]].get("collector") == "identity":
            # Who we are, the regions, the alias: before everything else, one after the other.
            before += 1
            continue
        item = exchange.get("item")
        place = (exchange["source"], item["region"] if item else exchange["region"])
        places.setdefault(place, []).append(exchange)
    for (name, region), exchanges in places.items():
        level = levels(known[name])
        lists, parts = {}, {}
        for exchange in exchanges:
            if item := exchange.get("item"):
                part = parts.setdefault(item["key"], {})
                part[item["part"]] = part.get(item["part"], 0) + 1
            else:
                # The same list asked in another way goes beside it; what must come first (a report that is made) before it.
                step = exchange.get("answer") == "step"
                asked = json.dumps({key: value for key, value in exchange.get("parameters", {}).items() if "oken" not in key and "arker" not in key})
                key = "" if step or "GenerateCredentialReport" in {other.get("operation") for other in exchanges} else asked
                lists[key] = lists.get(key, 0) + 1
        deepest = 0
        for part in parts.values():
            by_level = {}
            for one, pages in part.items():
                by_level[level.get(one, 0)] = max(by_level.get(level.get(one, 0), 0), pages)
            deepest = max(deepest, sum(by_level.values()))
        chains.append((max(lists.values(), default=0) + deepest, f"{name} in {region}"))
    longest, where = max(chains)
    return before + longest, where


def line(what, goal, figure, met):
    """A line of the table."""
    print("\t".join([what, goal, figure, met if isinstance(met, str) else "met" if met else "NOT MET"]), flush=True)


def beside_prowler(server, folder, configuration, regions):
    """CPU and memory."""
    mine, theirs = [], []
    for _ in range(RUNS):
        collected, assessed = ours(folder, server.url, configuration)
        mine.append({"cpu": collected["cpu"] + assessed["cpu"], "memory": max(collected["memory"], assessed["memory"]),
                     "wall": collected["wall"] + assessed["wall"]})
        if "PROWLER" in os.environ:
            theirs.append(prowler(folder, server.url, regions))
    median = lambda runs, name: statistics.median(run[name] for run in runs)  # noqa: E731
    cpu, memory = median(mine, "cpu"), median(mine, "memory")
    line("collect + assess, without the 2 paced event sources: CPU", "", f"{cpu:.2f} s ({median(mine, 'wall'):.1f} s wall, the emulator's work)", "")
    line("collect + assess: peak memory", "< 100 MB", f"{memory:.0f} MB", memory < 100)
    if theirs:
        other = median(theirs, "cpu")
        line("Prowler, same services and regions", "", f"{other:.1f} s CPU, {median(theirs, 'memory'):.0f} MB, {median(theirs, 'wall'):.0f} s wall", "")
        line("CPU of ours against Prowler's", "<= 1/30", f"1/{other / cpu:.0f}", cpu * 30 <= other)


def with_slow_replies(url, folder, configuration, known, server):
    """Wall time of `collect` when each reply takes longer."""
    walls = [ours(folder, url, configuration)[0]["wall"] for _ in range(RUNS)]
    wall, made = statistics.median(walls), snapshot(folder)
    chain, where = longest_chain(made, known)
    calls = len(made["exchanges"]) + len(made["gaps"])
    goal = chain * DELAY_MS / 1000 * 1.3
    figure = f"{wall:.2f} s ({calls} calls, their sum {calls * DELAY_MS / 1000:.0f} s; the chain ends with {where})"
    line(f"collect, each reply {DELAY_MS} ms late, {server}", f"<= {chain} x {DELAY_MS} ms + 30 % = {goal:.2f} s", figure, wall <= goal)


def main():
    """Everything."""
    known = sources()
    chosen = sorted(set(known) - PACED)
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        with emulator() as server:
            expected = server.ask("expected")
            configuration = settings(expected, chosen)
            beside_prowler(server, folder, configuration, expected["settings"]["regions"])
            server.ask("reset", {})
            server.ask("delay", {"ms": DELAY_MS})
            with_slow_replies(server.url, folder, configuration, known, "emulator")
        with emulator("--log", str(folder / "log.jsonl")) as server:
            configuration = settings(server.ask("expected"), chosen)
            ours(folder, server.url, configuration)
        with Server(HERE / "replies.py", folder / "log.jsonl", "0", folder=HERE) as server:
            ours(folder, server.url, configuration)
            wall = statistics.median(ours(folder, server.url, configuration)[0]["wall"] for _ in range(RUNS))
            line("collect, replies at once, from a recording", "", f"{wall:.2f} s", "")
        with Server(HERE / "replies.py", folder / "log.jsonl", str(DELAY_MS), folder=HERE) as server:
            # The first run of a server waits a second for AWS to make the credential report.
            ours(folder, server.url, configuration)
            with_slow_replies(server.url, folder, configuration, known, "from a recording")


if __name__ == "__main__":
    main()
