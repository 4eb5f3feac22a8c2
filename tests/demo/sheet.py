"""Reads control-matrix.xlsx of an unpacked pack as Excel would, and holds it against the pack's own files."""

import csv
import datetime
import json
import pathlib
import sys

import openpyxl

SHEETS = [
    "Summary", "Responsibility matrix", "Statement of applicability", "CUECs", "Findings", "Evidence index", "Documents",
    "Requests", "Exceptions", "Scope", "Blind spots",
]

pack = pathlib.Path(sys.argv[1])
hostile = sys.argv[2:]
book = openpyxl.load_workbook(pack / "control-matrix.xlsx")
assert book.sheetnames == SHEETS, book.sheetnames
snapshot = json.loads((pack / "snapshot.json").read_text())
assessment = json.loads((pack / "assessment.json").read_text())
created = snapshot["time"][:19].replace("T", " ")
assert str(book.properties.created) == created, (book.properties.created, created)


def rows(name):
    """The rows below the head, by the head's words."""
    sheet = book[name]
    heads = [cell.value for cell in sheet[1]]
    return [dict(zip(heads, row)) for row in sheet.iter_rows(min_row=2)]


texts = set()
for sheet in book:
    assert sheet.freeze_panes and sheet.freeze_panes.endswith("2"), (sheet.title, sheet.freeze_panes)
    assert sheet.auto_filter.ref == sheet.dimensions, (sheet.title, sheet.auto_filter.ref, sheet.dimensions)
    assert sheet.print_title_rows == "$1:$1", sheet.print_title_rows
    assert sheet.page_setup.orientation == "landscape" and sheet.page_setup.fitToHeight == 0
    assert sheet.sheet_properties.pageSetUpPr.fitToPage
    assert all(cell.value for cell in sheet[1]), sheet.title
    for row in sheet.iter_rows():
        for cell in row:
            assert cell.data_type in "snd", (sheet.title, cell.coordinate, cell.data_type, cell.value)
            if cell.data_type == "s":
                texts.add(cell.value)
            link = cell.hyperlink
            if link and link.target:
                assert "://" not in link.target and (pack / link.target).is_file(), link.target

for text in hostile:
    assert text in texts, f"{text} is not a text of the book"

# Every line of the index, word for word.
with open(pack / "evidence/index.csv", newline="") as file:
    index = list(csv.DictReader(file))
evidence = rows("Evidence index")
assert len(evidence) == len(index)
for row, line in zip(evidence, index):
    for name in ["path", "sha256", "included", "source", "account", "region", "operation", "request_id"]:
        assert (row[name].value or "") == line[name].removeprefix("'"), (name, row[name].value, line[name])
    for name in ["size", "page", "status"]:
        assert str(row[name].value if row[name].value is not None else "") == line[name], (name, line)
    time = row["time (UTC)"].value
    assert isinstance(time, datetime.datetime) and time.isoformat()[:16] == line["time"][:16], (time, line["time"])
    assert bool(row["path"].hyperlink) == (line["included"] == "yes"), line

# Every requirement and every finding, with what the assessment says of it.
WORDS = {"gap": "not met", "awaiting-evidence": "awaiting evidence", "not-applicable": "not applicable"}
matrix = {(row["Id"].value, row["Requirement"].value): row for row in rows("Responsibility matrix")}
assert len(rows("Responsibility matrix")) == len(assessment["requirements"])
for one in assessment["requirements"]:
    row = matrix[one["id"], one["title"]]
    assert row["Status"].value == WORDS.get(one["status"], one["status"]), one["id"]
    assert row["Status"].fill.fgColor.rgb not in ("00000000", "FFFFFFFF"), one["id"]
    if "exclusion" not in one:
        assert row["Responsibility"].value == one["responsibility"], one["id"]
    for name in ["Auditor's test", "Auditor's result", "Auditor's note"]:
        assert row[name].value is None
findings = rows("Findings")
assert len(findings) == sum(max(1, len(check["findings"])) for check in assessment["checks"])
failing = [row for row in findings if row["Verdict"].value == "fail"]
assert len(failing) == assessment["totals"]["findings"]["fail"], len(failing)
assert any(isinstance(row["Fails since"].value, datetime.datetime) for row in failing)
assert len([row for row in rows("Blind spots") if row["Kind"].value == "missing reply"]) == len(assessment["gaps"])
assert sum(row["Calls answered"].value for row in rows("Scope")) == len(snapshot["exchanges"])
assert len(rows("Exceptions")) == len(assessment["exceptions"])
assert len(rows("Documents")) == len(assessment["attestations"])
controls = [one for one in assessment["requirements"] if one["framework"] == "iso27001-2022" and one["id"][:2] == "A."]
assert len(rows("Statement of applicability")) == len(controls)
print({sheet.title: sheet.max_row - 1 for sheet in book})
