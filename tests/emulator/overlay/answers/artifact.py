"""AWS Artifact, which moto does not know."""

import hashlib

from ..models import ApiError
from . import answers

SUMMARY = ("id", "name", "state", "arn", "version", "uploadState", "description", "periodStart", "periodEnd", "series",
           "category", "companyName", "productName", "acceptanceType")


@answers("artifact", "ListReports")
def list_reports(call, ask):
    return {"reports": [{name: report[name] for name in SUMMARY if name in report}
                        for report in call.world.artifact_reports]}


@answers("artifact", "ListReportVersions")
def list_report_versions(call, ask):
    return {"reports": [{name: report[name] for name in SUMMARY if name in report} for report in [find(call)]]}


@answers("artifact", "GetReportMetadata")
def get_report_metadata(call, ask):
    return {"reportDetails": find(call)}


@answers("artifact", "GetTermForReport")
def get_term(call, ask):
    report = find(call)
    key = f"terms/{report['id']}.pdf"
    call.world.documents.setdefault(key, document(f"Terms for {report['name']}"))
    return {"documentPresignedUrl": call.world.document_url(key), "termToken": token(report)}


@answers("artifact", "GetReport")
def get_report(call, ask):
    report = find(call)
    if call.param("termToken") != token(report):
        raise ApiError("ValidationException", "The term token is not valid for this report.", 400)
    key = f"reports/{report['id']}-v{report['version']}.pdf"
    call.world.documents.setdefault(key, document(f"{report['name']} - AWS Confidential (a stand-in for tests)"))
    return {"documentPresignedUrl": call.world.document_url(key)}


@answers("artifact", "ListCustomerAgreements")
def list_agreements(call, ask):
    return {"customerAgreements": call.world.agreements}


def find(call):
    wanted = call.param("reportId")
    for report in call.world.artifact_reports:
        if wanted == report["id"]:
            return report
    raise ApiError("ResourceNotFoundException", f"Report {wanted} does not exist.", 404)


def token(report):
    return hashlib.sha256(report["id"].encode()).hexdigest()[:32]


def document(text):
    """A small PDF."""
    stream = f"BT /F1 12 Tf 72 720 Td ({text}) Tj ET"
    return (
        "%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
        "3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Resources<</Font<</F1 5 0 R>>>>/Contents 4 0 R>>endobj\n"
        f"4 0 obj<</Length {len(stream)}>>stream\n{stream}\nendstream endobj\n"
        "5 0 obj<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n").encode()
