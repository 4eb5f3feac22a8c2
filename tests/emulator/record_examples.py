"""Records an example of each source: `python record_examples.py --binary target/debug/auditpack`.

Lets the binary collect from the emulator's scenarios and writes `tests/recorded/<source>.jsonl`: one list with
one item of it and each of its parts, and what AWS answers where there is none. `tests/recorded.rs` reads them. A file
stays as it is unless something besides times and random ids changed.
"""

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

import vaults
from selftest import HERE, Emulator

ROOT = HERE.parent.parent
# The first is looked into first; the others have what it has not. The last has a region that does not have every service.
SCENARIOS = ("seeded", "demo", "clean", "remote")
# What differs from run to run: times, ids, and the text lengths of none of them.
CHANGING = re.compile(
    r"\d{4}-\d\d-\d\d(-\d\d-\d\d)?(T[\d:.]+(Z|\+00:00)?)?|\w{3}, \d\d \w{3} \d{4} [\d:]+ GMT|\b1[67]\d{8}(\.\d+)?(E9)?\b|\b1\.[67]\d+E9\b"
    r"|\b\d{7,}\b|\b[0-9a-f]{8}-[0-9a-f-]{27}\b|\b(?=[0-9a-f]*\d)[0-9a-f]{8,}\b|\b[A-Z0-9]{12,}\b|\.[a-z0-9]{6}\.(?=use1)|<Content>[^<]*</Content>|http://127\.0\.0\.1:\d+")


def collect(binary, emulator, folder):
    """(exchanges, bodies) of one run of the real collector."""
    settings = emulator.control("expected")["settings"]
    start, end = settings["period"]
    (folder / "auditpack.toml").write_text(
        'organization = "Example"\nframeworks = ["soc2"]\n'
        f"[period]\nstart = {start}\nend = {end}\n[scope]\nregions = {json.dumps(settings.get('regions', []))}\n")
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "AUDITPACK_"))}
    environment.update(
        AWS_ENDPOINT_URL=emulator.url, AWS_ACCESS_KEY_ID="AKIAIOSFODNN7EXAMPLE", AWS_SECRET_ACCESS_KEY="example",
        AWS_REGION="us-east-1", AWS_EC2_METADATA_DISABLED="true", HOME=str(folder))
    done = subprocess.run([str(binary), "collect", "--format", "json", "-q"], env=environment, cwd=folder,
                          stdout=subprocess.PIPE, check=False)
    # 3: evidence incomplete, which the refused calls of the scenario `demo` make it.
    if done.returncode not in (0, 3):
        sys.exit(f"the collection ended with {done.returncode}: {done.stdout.decode()[:2000]}")
    vault = folder / "vault"
    (snapshot,) = vault.glob("snapshots/*/snapshot.json.zst")

    exchanges = json.loads(vaults.unpacked(snapshot.read_bytes()))["exchanges"]
    return [e for e in exchanges if e["answer"] != "step"], lambda hash_: vaults.body(vault, hash_)


def sources():
    """The catalog's sources, those that follow another first."""
    known = {}
    for file in sorted((ROOT / "mappings/sources").glob("*.toml")):
        for source in tomllib.loads(file.read_text(encoding="utf-8"))["source"]:
            known[source["id"]] = source

    def depth(source):
        return 1 + depth(known[source["from"]["source"]]) if "from" in source else 0

    return sorted(known.values(), key=lambda source: (-depth(source), source["id"]))


class Chooser:
    """Chooses the smallest exchanges of a source that show a whole row."""

    def __init__(self, exchanges, body, url):
        self.url = url
        self.of_source = {}
        self.text = {}
        for exchange in exchanges:
            try:
                self.text[exchange["body"]] = body(exchange["body"]).decode()
            except UnicodeDecodeError:
                continue  # A document: no fact is read from it.
            self.of_source.setdefault(exchange["source"], []).append(exchange)
        # Rows that a source following this one was asked for: {source: {(region, key)}}
        self.wanted = {}

    def size(self, exchange):
        return len(self.text[exchange["body"]])

    def shows(self, source):
        """Whether there is something to show, or another source's example needs it from here."""
        mine = self.of_source.get(source["id"], [])
        lists = [e for e in mine if "item" not in e and e["answer"] == "content"]
        return bool(self.wanted.get(source["id"])) or any(self.has_items(source, e) for e in lists)

    def choose(self, source):
        mine = sorted(self.of_source.get(source["id"], []), key=lambda e: json.dumps([e["operation"], e["region"], e["page"], e["parameters"], e.get("item"), e.get("of")], sort_keys=True))
        lists, parts = {}, {}
        for exchange in mine:
            if "item" in exchange:
                item = exchange["item"]
                parts.setdefault((item["region"], item["key"]), []).append(exchange)
            else:
                lists.setdefault((exchange["region"], exchange.get("of") or ""), []).append(exchange)
        there = {group: pages for group, pages in lists.items() if all(p["answer"] == "content" for p in pages)}
        chosen, groups = [], set()

        def take(region, key):
            """An item with its parts and its list."""
            for group in [group for group in there if group[0] == region and self.holds(source, there[group], key, group[1])][:1]:
                groups.add(group)
            chosen.extend(e for e in parts.get((region, key), []) if e not in chosen)

        for region, key in sorted(self.wanted.get(source["id"], ())):
            take(region, key)
        items = {at: found for at, found in parts.items() if any(g[0] == at[0] for g in there)}
        names = {e["item"]["part"] for found in items.values() for e in found if e["answer"] == "content"}
        while missing := names - {e["item"]["part"] for e in chosen if e["answer"] == "content"}:
            def worth(at):
                shown = {e["item"]["part"] for e in items[at] if e["answer"] == "content"} & missing
                alike = sorted(CHANGING.sub("", self.text[e["body"]]) for e in items[at])
                return (-len(shown), sum(map(len, alike)), alike, at)
            take(*min(items, key=worth))
        if not groups:
            full = {group: pages for group, pages in there.items() if any(self.has_items(source, p) for p in pages)}
            largest = -1 if "only" in source else 1
            best = min(full or there, key=lambda g: (largest * sum(map(self.size, lists[g])), g), default=None)
            groups |= {best} - {None}
        chosen = [e for group in sorted(groups) for e in lists[group]] + chosen
        # What AWS says where there is none: one of each call and code.
        shown = {(e["operation"], e["answer"]["absent"]["code"]) for e in chosen if e["answer"] != "content"}
        for exchange in mine:
            if exchange["answer"] != "content" and (case := (exchange["operation"], exchange["answer"]["absent"]["code"])) not in shown:
                shown.add(case)
                chosen.append(exchange)
        if "from" in source:
            above = {(e["region"], e["of"]) for e in chosen if e.get("of") is not None}
            self.wanted.setdefault(source["from"]["source"], set()).update(above)
        return chosen

    def has_items(self, source, exchange):
        """Whether a list is not empty, as far as can be seen without reading it."""
        text = self.text[exchange["body"]]
        if "items" not in source:
            return True
        if text.lstrip().startswith("{"):
            value = json.loads(text)
            return any(value.get(name.split(".")[0]) for name in self.paths(source))
        return any(re.search(rf"<{name.rsplit('.')[-1]}>\s*<", text) for name in self.paths(source))

    def paths(self, source):
        return [source["items"]] if isinstance(source["items"], str) else [item["path"] for item in source["items"]]

    def holds(self, source, pages, key, of):
        own = key.removeprefix(f"{of} ") if of else key
        return key.startswith(of) and any(own in self.text[page["body"]].replace("\\/", "/") or not source.get("items") for page in pages)


def line(exchange, text, url):
    item = exchange.get("item", {})
    found = {
        "source": exchange["source"], "operation": exchange["operation"], "part": item.get("part"), "of": exchange.get("of"),
        "key": item.get("key"), "listed_in": item.get("region"), "region": exchange["region"], "page": exchange["page"],
        "parameters": exchange["parameters"], "status": exchange["status"], "content_type": exchange.get("content_type"),
        "absent": None if exchange["answer"] == "content" else exchange["answer"]["absent"]["code"], "body": text,
    }
    return json.dumps(found, ensure_ascii=False).replace(url, "https://emulator.example")


def chooser(binary, scenario):
    with tempfile.TemporaryDirectory() as folder:
        emulator = Emulator(scenario)
        try:
            return Chooser(*collect(binary, emulator, Path(folder)), emulator.url)
        finally:
            emulator.stop()


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--binary", type=Path, default=ROOT / "target/debug/auditpack")
    parser.add_argument("--only", nargs="*", default=[], help="write the files of these sources alone")
    parser.add_argument("--out", type=Path, default=ROOT / "tests/recorded")
    arguments = parser.parse_args()
    choosers = [chooser(arguments.binary.resolve(), scenario) for scenario in SCENARIOS]
    arguments.out.mkdir(parents=True, exist_ok=True)
    changed, known = [], set()
    for source in sources():
        file = arguments.out / f"{source['id']}.jsonl"
        known.add(file)
        chosen = next((one for one in choosers if one.shows(source)), choosers[0])
        text = "".join(line(e, chosen.text[e["body"]], chosen.url) + "\n" for e in chosen.choose(source))
        old = file.read_text(encoding="utf-8") if file.exists() else None
        if arguments.only and source["id"] not in arguments.only:
            continue
        if old is None or CHANGING.sub("", old) != CHANGING.sub("", text):
            file.write_text(text, encoding="utf-8")
            changed.append(source["id"])
    for file in set(arguments.out.glob("*.jsonl")) - known:
        file.unlink()
    print(f"{len(known)} sources, {len(changed)} files written: {' '.join(changed)}")


if __name__ == "__main__":
    main()
