"""Compares auditpack with botocore: what the catalog says with the service models, endpoints with the rule sets,
signatures with its signers, recorded replies with the output shapes.

    compare.py calls|endpoints|signatures|recorded|regions < ours.json

Prints {"compared": {kind: count}, "differences": [text]}; `regions` prints botocore's regions by partition.
"""

import json
import sys
from collections import Counter

import botocore.session


class Report:
    """Counts what was compared and keeps what differs."""

    def __init__(self):
        self.compared = Counter()
        self.differences = []

    def check(self, kind, same, text):
        """One comparison of a kind; `text` says what differs."""
        self.compared[kind] += 1
        if not same:
            self.differences.append(f"{kind}: {text}")
        return same

    def equal(self, kind, place, ours, theirs):
        """One comparison of two values."""
        return self.check(kind, ours == theirs, f"{place}: ours {ours!r}, botocore {theirs!r}")


def regions(loader):
    partitions = loader.load_data("partitions")["partitions"]
    return {
        partition["id"]: sorted(name for name in partition["regions"] if "global" not in name)
        for partition in partitions
    }


def main():
    loader = botocore.session.get_session().get_component("data_loader")
    if sys.argv[1] == "regions":
        print(json.dumps(regions(loader)))
        return
    report = Report()
    ours = json.load(sys.stdin)
    if sys.argv[1] == "calls":
        from calls import compare
    elif sys.argv[1] == "endpoints":
        from endpoints import compare
    elif sys.argv[1] == "recorded":
        from recorded import compare
    else:
        from signatures import compare
    compare(loader, ours, report)
    print(json.dumps({"compared": report.compared, "differences": report.differences}))


main()
