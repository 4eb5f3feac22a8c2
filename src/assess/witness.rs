//! AWS Config as a second witness: what its equivalent rules say stands beside our verdicts. A contradiction is shown,
//! never resolved; where our own call was refused, its word counts, and the finding says so.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::collected::{AskedPlace, Collected, Read};
use crate::model::{
    AccountId, Catalog, Check, CheckResult, Compliance, ConfigWord, Facts, Finding, Per, Row, Sha256, SourceId,
    SourceScope, Standing, Verdict, Witness, select, text_of,
};

/// Where the rules and their results are.
const RULES: &str = "config.rules";

/// Sets AWS Config's word beside the findings.
pub(super) fn hear(catalog: &Catalog, facts: &Facts, collected: &Collected<'_>, results: &mut [CheckResult]) {
    let rules = Rules::new(catalog, facts);
    if rules.by_identifier.is_empty() {
        return;
    }
    for result in results {
        if let Some(check) = catalog.checks.get(&result.id).filter(|check| !check.config_rules.is_empty()) {
            let scope = catalog.sources.get(&check.source).map(|source| source.scope);
            Equivalent { check, scope, rules: &rules, facts, collected }.hear(result);
        }
    }
}

/// A deployed managed rule.
struct Rule {
    witness: Witness,
    /// Its word about each resource, by Config's id of it.
    words: BTreeMap<String, Compliance>,
    /// Every resource of its kind was judged, as far as the rule says.
    whole: bool,
    evidence: Vec<Sha256>,
}

impl Rule {
    fn read(row: &Row) -> Option<Self> {
        let data = row.data.read();
        let text = |path: &str| select(&data, path).first().and_then(|value| text_of(value));
        let identifier = text("Source.SourceIdentifier").filter(|_| text("Source.Owner").as_deref() == Some("AWS"))?;
        let details = data.get("details").and_then(Value::as_array);
        let mut words: BTreeMap<String, Compliance> = BTreeMap::new();
        for detail in details.into_iter().flatten() {
            let id = select(detail, "EvaluationResultIdentifier.EvaluationResultQualifier.ResourceId");
            let id = id.first().and_then(|id| text_of(id));
            let compliance = match detail.get("ComplianceType").and_then(Value::as_str) {
                Some("COMPLIANT") => Compliance::Compliant,
                Some("NON_COMPLIANT") => Compliance::NonCompliant,
                _ => continue,
            };
            if let Some(id) = id {
                let word = words.entry(id).or_insert(compliance);
                *word = compliance.max(*word);
            }
        }
        let narrowed = ["Scope.TagKey", "Scope.ComplianceResourceId"].into_iter().any(|path| text(path).is_some());
        let count = |wanted| words.values().filter(|word| **word == wanted).count();
        let witness = Witness {
            rule: text("ConfigRuleName")?,
            identifier,
            account: row.account.clone(),
            region: row.region.clone(),
            parameters: text("InputParameters").filter(|text| text != "{}").unwrap_or_default(),
            compliant: count(Compliance::Compliant),
            non_compliant: count(Compliance::NonCompliant),
        };
        let whole = details.is_some() && !narrowed && text("ConfigRuleState").is_none_or(|state| state == "ACTIVE");
        Some(Self { witness, words, whole, evidence: row.evidence.clone() })
    }
}

/// All deployed managed rules, and what Config's ids stand for.
struct Rules {
    by_identifier: BTreeMap<String, Vec<Rule>>,
    /// Our resource by account and Config's id, where the two differ.
    aliases: BTreeMap<(AccountId, String), String>,
}

impl Rules {
    fn new(catalog: &Catalog, facts: &Facts) -> Self {
        let mut by_identifier: BTreeMap<String, Vec<Rule>> = BTreeMap::new();
        for rule in facts.rows.get(&SourceId::from(RULES)).into_iter().flatten().filter_map(Rule::read) {
            by_identifier.entry(rule.witness.identifier.clone()).or_default().push(rule);
        }
        let mut aliases = BTreeMap::new();
        let named = catalog.sources.values().filter(|source| !source.config_ids.is_empty());
        for source in named.filter(|_| !by_identifier.is_empty()) {
            for row in facts.rows.get(&source.id).into_iter().flatten() {
                let data = row.data.read();
                let ids = source.config_ids.iter().filter_map(|path| path.select(&data).first().copied());
                aliases.extend(ids.filter_map(text_of).map(|id| ((row.account.clone(), id), row.resource.clone())));
            }
        }
        Self { by_identifier, aliases }
    }

    /// Our name of what Config names `id`.
    fn resource<'a>(&'a self, account: &AccountId, id: &'a str) -> &'a str {
        self.aliases.get(&(account.clone(), id.to_owned())).map_or(id, String::as_str)
    }

    fn is(&self, finding: &Finding, id: &str) -> bool {
        let resource = self.resource(&finding.account, id);
        finding.resource == resource || last_part(&finding.resource) == id
    }
}

/// One check and the rules that ask what it asks.
struct Equivalent<'a> {
    check: &'a Check,
    scope: Option<SourceScope>,
    rules: &'a Rules,
    facts: &'a Facts,
    collected: &'a Collected<'a>,
}

/// What the rules say about one thing.
struct RulesVerdict<'a> {
    compliance: Compliance,
    rules: Vec<&'a Rule>,
}

impl<'a> Equivalent<'a> {
    fn hear(&self, result: &mut CheckResult) {
        let deployed: Vec<&Rule> = self.deployed().collect();
        result.witnesses = deployed.iter().map(|rule| rule.witness.clone()).collect();
        result.witnesses.sort_by(|a, b| (&a.account, &a.region, &a.rule).cmp(&(&b.account, &b.region, &b.rule)));
        if deployed.is_empty() {
            return;
        }
        let refused = self.refused_rows();
        let mut findings = Vec::with_capacity(result.findings.len());
        let own = std::mem::take(&mut result.findings);
        let replacements: Vec<_> = own.iter().map(|finding| self.in_its_place(finding, &own)).collect();
        for (mut finding, replacement) in own.into_iter().zip(replacements) {
            match replacement {
                Some(mut decided) => findings.append(&mut decided),
                None => {
                    let is_refused = refused.contains(&(&finding.account, finding.resource.as_str()));
                    self.beside(&mut finding, is_refused);
                    findings.push(finding);
                }
            }
        }
        findings.sort_by(|a, b| (&a.account, &a.region, &a.resource).cmp(&(&b.account, &b.region, &b.resource)));
        let decided =
            |finding: &Finding| finding.config.as_ref().is_some_and(|word| word.standing == Standing::Decides);
        if findings.iter().any(decided) {
            result.verdict = Verdict::fold(findings.iter().map(|finding| finding.verdict));
        }
        result.findings = findings;
    }

    fn deployed(&self) -> impl Iterator<Item = &'a Rule> {
        self.check.config_rules.iter().filter_map(|identifier| self.rules.by_identifier.get(identifier)).flatten()
    }

    /// The rows of which a part could not be read.
    fn refused_rows(&self) -> BTreeSet<(&'a AccountId, &'a str)> {
        let rows = self.facts.rows.get(&self.check.source).into_iter().flatten();
        rows.filter(|row| !row.unread.is_empty()).map(|row| (&row.account, row.resource.as_str())).collect()
    }

    /// Sets Config's word beside a finding; where a call of ours was refused, it is the verdict.
    fn beside(&self, finding: &mut Finding, refused: bool) {
        let Some(said) = self.about(finding) else { return };
        let everything = self.everything(&said);
        let standing = match (finding.verdict, said.compliance) {
            (Verdict::Pass, Compliance::Compliant) | (Verdict::Fail, Compliance::NonCompliant) => Standing::Agrees,
            (Verdict::Pass, Compliance::NonCompliant) => Standing::Contradicts,
            (Verdict::Fail, Compliance::Compliant) if everything => Standing::Contradicts,
            (Verdict::Undetermined, _) if (refused || self.is_unread(finding)) && self.may_decide(&said) => {
                Standing::Decides
            }
            _ => Standing::Beside,
        };
        if standing == Standing::Decides {
            finding.reason = decided_because(&said, &finding.reason);
            finding.verdict = verdict(said.compliance);
        }
        finding.config = Some(said.word(standing));
    }

    /// The findings of Config's rules in the place of one that says that a list was refused; `None` where they do not
    /// answer the whole question. Resources of the pages that did come keep our own finding.
    fn in_its_place(&self, finding: &Finding, own: &[Finding]) -> Option<Vec<Finding>> {
        if self.check.per != Per::Row || finding.verdict != Verdict::Undetermined || !self.is_unread(finding) {
            return None;
        }
        let here = self.deployed().filter(|rule| self.is_near(rule, finding) && rule.whole).collect::<Vec<_>>();
        let ours = own.iter().filter(|ours| self.is_beside(ours, finding)).map(|ours| ours.resource.as_str());
        let judged: BTreeSet<&str> = ours.flat_map(|name| [name, last_part(name)]).collect();
        let open = |id: &&str| !judged.contains(id) && !judged.contains(self.rules.resource(&finding.account, id));
        let ids: BTreeSet<&str> =
            here.iter().flat_map(|rule| rule.words.keys().map(String::as_str)).filter(open).collect();
        let mut decided = Vec::new();
        for id in ids {
            let rules: Vec<&Rule> = here.iter().copied().filter(|rule| rule.words.contains_key(id)).collect();
            let compliance = rules.iter().filter_map(|rule| rule.words.get(id)).max().copied()?;
            let said = RulesVerdict { compliance, rules };
            if !self.may_decide(&said) {
                return None;
            }
            let mut evidence = finding.evidence.clone();
            evidence.extend(said.rules.iter().flat_map(|rule| &rule.evidence));
            decided.push(Finding {
                resource: self.rules.resource(&finding.account, id).to_owned(),
                verdict: verdict(compliance),
                reason: decided_because(&said, &finding.reason),
                evidence,
                config: Some(said.word(Standing::Decides)),
                ..finding.clone()
            });
        }
        Some(decided).filter(|decided| !decided.is_empty())
    }

    /// What the rules say about a finding's resource, or about its place as a whole.
    fn about(&self, finding: &Finding) -> Option<RulesVerdict<'a>> {
        let mut rules = Vec::new();
        let mut compliance = None;
        for rule in self.deployed().filter(|rule| self.is_near(rule, finding)) {
            let about = |(id, _): &(&String, &Compliance)| self.check.per != Per::Row || self.rules.is(finding, id);
            let word = rule.words.iter().filter(about).map(|(_, word)| *word).max();
            if word.is_some() {
                rules.push(rule);
                compliance = compliance.max(word);
            }
        }
        Some(RulesVerdict { compliance: compliance?, rules })
    }

    /// Names repeat from region to region; what an account has once may be judged in any.
    fn is_near(&self, rule: &Rule, finding: &Finding) -> bool {
        let everywhere = self.scope != Some(SourceScope::Region) || self.check.per == Per::Account;
        rule.witness.account == finding.account && (everywhere || rule.witness.region == finding.region)
    }

    /// Whether a finding is about something in the place that another finding stands for.
    fn is_beside(&self, ours: &Finding, place: &Finding) -> bool {
        let everywhere = self.scope != Some(SourceScope::Region);
        ours.account == place.account && (everywhere || ours.region == place.region)
    }

    /// Whether the finding stands for a list that did not come.
    fn is_unread(&self, finding: &Finding) -> bool {
        let account = self.collected.accounts.iter().find(|account| account.id == finding.account);
        let regional = self.collected.is_regional(&self.check.source);
        let region = match (self.check.per, regional) {
            (_, false) if finding.resource != finding.account.as_str() => return false,
            (Per::Row, true) if finding.resource != finding.region.as_str() => return false,
            (_, true) => Some(&finding.region),
            (_, false) => None,
        };
        account.is_some_and(|account| {
            let place = AskedPlace { account: &account.id, region };
            matches!(self.collected.read(&self.check.source, place), Read::Gap(_))
        })
    }

    /// Whether rules equivalent to all of the check have spoken.
    fn everything(&self, said: &RulesVerdict<'_>) -> bool {
        let spoke = |identifier: &String| said.rules.iter().any(|rule| rule.witness.identifier == *identifier);
        self.check.config_rules.iter().all(spoke)
    }

    /// Config's rules judge with thresholds of their own, so they never decide for a check that has some.
    fn may_decide(&self, said: &RulesVerdict<'_>) -> bool {
        self.check.params.is_empty() && (said.compliance == Compliance::NonCompliant || self.everything(said))
    }
}

impl RulesVerdict<'_> {
    fn word(&self, standing: Standing) -> ConfigWord {
        let mut evidence: Vec<Sha256> = self.rules.iter().flat_map(|rule| rule.evidence.iter().copied()).collect();
        evidence.sort();
        evidence.dedup();
        let rules = self.rules.iter().map(|rule| rule.witness.rule.clone()).collect();
        ConfigWord { compliance: self.compliance, rules, standing, evidence }
    }
}

/// What Config names a resource by, of its ARN.
fn last_part(resource: &str) -> &str {
    resource.rsplit(['/', ':']).next().unwrap_or(resource)
}

fn verdict(compliance: Compliance) -> Verdict {
    match compliance {
        Compliance::Compliant => Verdict::Pass,
        Compliance::NonCompliant => Verdict::Fail,
    }
}

fn decided_because(said: &RulesVerdict<'_>, refused: &str) -> String {
    let rules: Vec<String> = said.rules.iter().map(|rule| format!("`{}`", rule.witness.rule)).collect();
    format!("AWS Config's word ({}: {}), for {refused}", rules.join(", "), said.compliance.words())
}
