"""Holds results on stdin against readers that auditpack's authors did not write; prints what was read as JSON.

    validate.py schema FILE   JSON against a schema, and each of its objects with a member too many
    validate.py junit         junitparser and lxml
    validate.py ics           icalendar
    validate.py markdown      markdown-it-py
    validate.py csv           csv
    validate.py html          lxml
    validate.py yaml          PyYAML
"""

import csv
import io
import json
import sys

# What Jenkins's published format of JUnit reports lets each element have, and what it demands.
ALLOWED = {
    "testsuites": {"name", "time", "tests", "failures", "errors"},
    "testsuite": {"name", "tests", "failures", "errors", "skipped", "time", "timestamp", "hostname", "id", "package"},
    "testcase": {"name", "time", "classname", "group"},
    "failure": {"type", "message"},
    "error": {"type", "message"},
    "skipped": {"type", "message"},
}
REQUIRED = {"testsuite": {"name", "tests", "failures", "errors"}, "testcase": {"name"}}
CHILDREN = {"testsuites": {"testsuite"}, "testsuite": {"testcase"}, "testcase": {"failure", "error", "skipped"}}


def schema(data, path):
    import jsonschema

    with open(path) as file:
        rules = json.load(file)
    kind = jsonschema.Draft202012Validator
    kind.check_schema(rules)
    validator = kind(rules, format_checker=kind.FORMAT_CHECKER)
    instance = json.loads(data)
    faults = [f"{error.json_path}: {error.message[:200]}" for error in validator.iter_errors(instance)]
    accepted, shapes = [], set()

    def walk(value, shape):
        if isinstance(value, dict):
            if shape not in shapes:
                shapes.add(shape)
                value["surplus"] = "x"
                if validator.is_valid(instance):
                    accepted.append(shape)
                del value["surplus"]
            for name, member in value.items():
                walk(member, f"{shape}.{name}")
        elif isinstance(value, list):
            for member in value:
                walk(member, f"{shape}[]")

    walk(instance, "$")
    return {"faults": faults, "accepts_surplus": accepted, "shapes": len(shapes)}


def junit(data):
    import junitparser
    from lxml import etree

    faults = []
    for element in etree.fromstring(data).iter():
        names = set(element.attrib)
        if not names <= ALLOWED[element.tag] or not REQUIRED.get(element.tag, set()) <= names:
            faults.append(f"{element.tag}: {sorted(names)}")
        if not {child.tag for child in element} <= CHILDREN.get(element.tag, set()):
            faults.append(f"{element.tag} holds {sorted({child.tag for child in element})}")
    cases, sums = {}, []
    for suite in junitparser.JUnitXml.fromstring(data):
        said = [suite.tests, suite.failures, suite.errors, suite.skipped]
        suite.update_statistics()
        if said != [suite.tests, suite.failures, suite.errors, suite.skipped]:
            faults.append(f"{suite.name} counts wrongly: {said}")
        sums.append(said)
        for case in suite:
            result = case.result[0] if case.result else None
            kind = {"Failure": "fail", "Error": "undetermined", "Skipped": "not-applicable"}
            verdict = kind[type(result).__name__] if result is not None else "pass"
            cases[case.name] = {"verdict": verdict, "text": (result.text if result is not None else None) or ""}
    return {"faults": faults, "cases": cases, "sums": [sum(column) for column in zip(*sums)]}


def ics(data):
    import icalendar

    faults = []
    if not data.endswith(b"\r\n") or data.count(b"\n") != data.count(b"\r\n"):
        faults.append("a line does not end with CRLF")
    if any(len(line) > 75 for line in data.split(b"\r\n")):
        faults.append("a line is longer than 75 octets")
    calendar = icalendar.Calendar.from_ical(data)
    faults += [f"{name}: {error}" for component in calendar.walk() for name, error in component.errors]
    faults += [f"the calendar has no {name}" for name in ("VERSION", "PRODID") if name not in calendar]
    events = []
    for event in calendar.walk("VEVENT"):
        faults += [f"an event has no {name}" for name in ("UID", "DTSTAMP", "DTSTART") if name not in event]
        summary, description = str(event["SUMMARY"]), str(event["DESCRIPTION"])
        day = event.decoded("DTSTART").isoformat()
        events.append({"uid": str(event["UID"]), "day": day, "summary": summary, "description": description})
    return {"faults": faults, "events": events}


def markdown(data):
    from markdown_it import MarkdownIt

    parser = MarkdownIt("commonmark").enable(["table", "strikethrough"])
    kinds, tables, headings, source = set(), [], [], data.decode().splitlines()
    cell = heading = None
    for token in parser.parse(data.decode()):
        kinds.add(token.type)
        kinds.update(child.type for child in token.children or [])
        if token.type == "table_open":
            tables.append([])
        elif token.type == "tr_open":
            tables[-1].append([])
        elif token.type in ("td_open", "th_open"):
            cell = tables[-1][-1]
        elif token.type in ("td_close", "th_close"):
            cell = None
        elif token.type == "heading_open":
            heading = headings
        elif token.type == "heading_close":
            heading = None
        elif token.type == "inline":
            text = "".join(child.content for child in token.children)
            if cell is not None:
                cell.append(text)
            elif heading is not None:
                heading.append(text)
    rows = sum(line.startswith("|") for line in source)
    return {"kinds": sorted(kinds), "tables": tables, "headings": headings, "rows": rows}


def table(data):
    rows = list(csv.reader(io.StringIO(data.decode(), newline=""), strict=True))
    faults = [row for row in rows if len(row) != len(rows[0])]
    faults += [cell for row in rows for cell in row if cell[:1] in tuple("=+-@\t\r\n") and cell]
    return {"faults": faults, "rows": rows}


def html(data):
    from lxml import html as reader

    page = reader.fromstring(data)
    foreign = [e.tag for e in page.iter("script", "img", "iframe", "object", "embed", "form", "link", "base")]
    foreign += [f"{e.tag} {name}" for e in page.iter() for name in e.attrib if name.startswith("on")]
    foreign += [value for value in page.xpath("//@href | //@src") if not value.startswith("#")]
    cells = [cell.text_content() for cell in page.iter("td")]
    return {"foreign": foreign, "title": page.findtext(".//title"), "text": page.text_content(), "cells": cells}


def yaml(data):
    import yaml as reader

    return reader.load(data, Loader=reader.BaseLoader)


DOORS = {"schema": schema, "junit": junit, "ics": ics, "markdown": markdown, "csv": table, "html": html, "yaml": yaml}
print(json.dumps(DOORS[sys.argv[1]](sys.stdin.buffer.read(), *sys.argv[2:])))
