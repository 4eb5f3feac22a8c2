"""The facts of the seeded account that moto cannot hold, and the helpers that put them there."""

import contextlib
import copy
import datetime
import functools
import hashlib
import json
import os
import random

import boto3
import freezegun

UTC = datetime.timezone.utc

# Managed policies that the scenarios attach; all 1,400 would make every start slow.
MANAGED = {
    "AdministratorAccess", "PowerUserAccess", "ReadOnlyAccess", "SecurityAudit", "ViewOnlyAccess", "IAMUserChangePassword",
    "AmazonS3ReadOnlyAccess", "AmazonEC2ReadOnlyAccess", "AWSLambdaBasicExecutionRole", "Billing", "AmazonRDSReadOnlyAccess",
    "AmazonSSMManagedInstanceCore", "CloudWatchAgentServerPolicy", "AWS_ConfigRole", "AmazonEC2FullAccess",
}


def read_models_once():
    """botocore parses its large JSON files anew for every session; once is enough for a quick start."""
    from botocore.loaders import JSONFileLoader

    JSONFileLoader.load_file = functools.lru_cache(maxsize=None)(JSONFileLoader.load_file)
    shared = JSONFileLoader()
    plain = JSONFileLoader.load_file
    JSONFileLoader.load_file = lambda self, path: plain(shared, path)


def load_managed_policies():
    """Lets moto know the few managed policies in use."""
    from moto.iam import aws_managed_policies as data
    every = json.loads(data.aws_managed_policies_data)
    data.aws_managed_policies_data = json.dumps({name: policy for name, policy in every.items() if name in MANAGED})


def no_newer_policies(than):
    """moto knows AWS's policies of its own day: an account of the past has none that is newer."""
    from moto.iam import models
    every, newest = json.loads(models.aws_managed_policies_data), than.strftime("%Y-%m-%dT%H:%M:%S+00:00")
    for policy in every.values():
        policy["UpdateDate"], policy["CreateDate"] = min(policy["UpdateDate"], newest), min(policy["CreateDate"], newest)
    models.aws_managed_policies_data = json.dumps(every)


class World:
    """What the overlay answers from. Scenarios fill it; nothing else writes to it."""

    def __init__(self, account):
        self.account = account
        self.url = ""
        self.caller_arn = f"arn:aws:sts::{account}:assumed-role/AuditReadOnly/auditpack"
        self.regions = ["us-east-1", "eu-west-1", "eu-central-1"]
        self.root = {"mfa": "hardware", "keys": 0, "created": None, "last_used": None}
        self.credentials = []
        self.report_ready_at_once = False
        self.contact, self.alternate = None, {}
        self.artifact_reports, self.agreements, self.documents = [], [], {}
        self.events = {}
        self.insights, self.trail_status = {}, {}
        self.compliance, self.resource_counts, self.conformance_packs = {}, {}, {}
        self.recorder_status = {}
        self.analyzers, self.analyzer_findings = {}, {}
        self.guardduty_findings, self.standards, self.hub_findings = {}, {}, {}
        self.ec2_defaults = {}
        self.org_features, self.extra_policies = None, []
        self.canned = {}
        self.denials = []
        self.verdicts, self.without_findings = {}, {}
        self.settings = {}
        self.frozen = None
        self.now = datetime.datetime.now(UTC).replace(microsecond=0)
        # The account may be asked for at a moment before the scenario's present.
        self.present = self.now
        self.founded = None
        self.reset()

    def reset(self):
        """What the calls themselves change."""
        self.reports_asked = 1 if self.report_ready_at_once else 0

    # -- building -----------------------------------------------------------------------------------------------

    def build(self, scenario, moment=None):
        """Runs a scenario against moto in this process; `moment` is one of the scenario's `MOMENTS`, else its present."""
        import moto
        from moto.moto_api._internal import mock_random

        os.environ["MOTO_IAM_LOAD_MANAGED_POLICIES"] = "true"
        read_models_once()
        load_managed_policies()
        present = getattr(scenario, "NOW", None)
        if present is not None:
            self.present = present
            self.now = scenario.MOMENTS[moment] if moment else present
            self.founded = scenario.FOUNDED
            no_newer_policies(self.founded)
            self.seed = scenario.SEED
        freezer = freezegun.freeze_time(self.founded or self.now, tick=present is None)
        self.frozen = freezer.start()
        mock_random.seed(scenario.SEED)
        mock = moto.mock_aws()
        mock.start()
        os.environ.update(AWS_ACCESS_KEY_ID="AKIAIOSFODNN7EXAMPLE", AWS_SECRET_ACCESS_KEY="example")
        try:
            scenario.build(self)
            for region in self.regions:
                # moto makes a region's default network at the first look; its ids must not depend on who looks first.
                self.client("ec2", region).describe_vpcs()
        finally:
            mock.mock_env_variables_patcher = None
            with contextlib.suppress(Exception):
                mock.stop(remove_data=False)
            if present is None:
                freezer.stop()
            else:
                self.frozen.move_to(self.now.replace(tzinfo=None))
        self.reset()

    def client(self, service, region="us-east-1"):
        """A client of moto while a scenario is built."""
        key = (service, region)
        cache = self.__dict__.setdefault("_clients", {})
        if key not in cache:
            cache[key] = boto3.client(service, region_name=region, aws_access_key_id="AKIAIOSFODNN7EXAMPLE",
                                      aws_secret_access_key="example")
            if self.founded:
                cache[key].meta.events.register("provide-client-params.*.*", functools.partial(self.seed_ids, service, region))
        return cache[key]

    def seed_ids(self, service, region, params, model, **_):
        """The ids that a call draws depend on the call and the time it is made at, not on the calls before it: what is
        made alike at each of a scenario's moments has the same id at all of them."""
        from moto.moto_api._internal import mock_random
        text = json.dumps([self.seed, service, region, model.name, params, str(datetime.datetime.now())], sort_keys=True, default=str)
        known = self.__dict__.setdefault("_alike", {})
        known[text] = known.get(text, 0) + 1
        mock_random.seed(f"{text}{known[text]}")
        random.seed(f"{text}{known[text]}")

    @contextlib.contextmanager
    def at(self, moment):
        """What is made inside is as old as `moment`; outside, as the account itself where the clock stands still."""
        self.frozen.move_to(moment.replace(tzinfo=None))
        try:
            yield
        finally:
            self.frozen.move_to((self.founded or self.now).replace(tzinfo=None))

    def ago(self, days=0, hours=0):
        """A moment so long before the account's now. What is so old that it was there already is counted from the
        scenario's present: it has the same date at all moments. The rest happens again and again."""
        begin = self.present if days and days >= self.earlier() else self.now
        return begin - datetime.timedelta(days=days, hours=hours)

    def last(self, days, every):
        """The last time of what happens every so many days, and happened `days` before the scenario's present."""
        when = self.present - datetime.timedelta(days=days)
        while when > self.now:
            when -= datetime.timedelta(days=every)
        return when

    def day(self, moment):
        """Tells apart in ids what happens again and again in an account that is asked for at several moments."""
        return f"{moment:%Y%m%d}" if self.founded else ""

    def earlier(self):
        """How many days the account's now is before the scenario's present."""
        return (self.present - self.now).days

    def answer(self, service, operation, result, region=None, **wanted):
        """The overlay answers `result` (members as botocore names them) to each call in this region whose parameters have
        these values; the rule that came last wins. No region: all of them."""
        self.canned.setdefault((service, operation), []).insert(0, (region, wanted, result))

    def canned_answer(self, call):
        """What `answer` was told for a call; None if nothing fits."""
        for region, wanted, result in self.canned.get((call.service, call.operation), []):
            if region in (None, call.region) and all(call.param(name) == value for name, value in wanted.items()):
                return copy.deepcopy(result)
        return None

    # -- expected verdicts --------------------------------------------------------------------------------------

    def expect(self, check, verdict, *resources):
        """The check must give `verdict` for these resources."""
        findings = self.verdicts.setdefault(check, {})
        for resource in resources:
            findings[resource] = verdict

    def expect_nothing_found(self, check, verdict):
        """The check must give `verdict` without a finding: there is nothing to judge."""
        self.verdicts.setdefault(check, {})
        self.without_findings[check] = verdict

    def expected(self):
        """`{check: {verdict, findings}}` and what the settings must say for it."""
        checks = {}
        for check, findings in sorted(self.verdicts.items()):
            verdict = self.without_findings.get(check) or fold(findings.values())
            checks[check] = {"verdict": verdict, "findings": dict(sorted(findings.items()))}
        return {"account": self.account, "now": self.now.isoformat().replace("+00:00", "Z"), "regions": self.regions,
                "settings": self.settings, "checks": checks}

    # -- answering ----------------------------------------------------------------------------------------------

    def denied(self, call):
        """A refusal that belongs to the scenario."""
        for service, operation, region, wanted in self.denials:
            if (service, operation) == (call.service, call.operation) and region in (None, call.region) \
                    and all(call.param(name) == value for name, value in wanted.items()):
                return {"kind": "access-denied"}
        return None

    def document_url(self, key, minutes=60):
        """A presigned URL of this server, expiring in `minutes`."""
        expires = int((self.current() + datetime.timedelta(minutes=minutes)).timestamp())
        signature = hashlib.sha256(f"{key}{expires}".encode()).hexdigest()
        return f"{self.url}/_documents/{key}?X-Amz-Expires={expires}&X-Amz-Signature={signature}"

    def current(self):
        """The clock: standing still in a scenario with a fixed time."""
        return datetime.datetime.now(UTC)

    def document(self, path, query):
        """A document behind a presigned URL, or S3's refusal."""
        parameters = dict(pair.split("=", 1) for pair in query.split("&") if "=" in pair)
        key = path.removeprefix("/_documents/")
        signature = hashlib.sha256(f"{key}{parameters.get('X-Amz-Expires')}".encode()).hexdigest()
        if signature != parameters.get("X-Amz-Signature"):
            return 403, {"Content-Type": "application/xml"}, s3_error("SignatureDoesNotMatch", "The signature differs.")
        if int(parameters["X-Amz-Expires"]) < self.current().timestamp():
            return 403, {"Content-Type": "application/xml"}, s3_error("AccessDenied", "Request has expired")
        if key not in self.documents:
            return 404, {"Content-Type": "application/xml"}, s3_error("NoSuchKey", "The key does not exist.")
        return 200, {"Content-Type": "application/pdf"}, self.documents[key]


def s3_error(code, message):
    """S3's error document."""
    return f"<?xml version=\"1.0\"?>\n<Error><Code>{code}</Code><Message>{message}</Message></Error>".encode()


def fold(verdicts):
    """Any fail fails; else any undetermined; else any pass; else not applicable."""
    found = set(verdicts)
    for verdict in ("fail", "undetermined", "pass"):
        if verdict in found:
            return verdict
    return "not-applicable"
