//! The two sides of a comparison: snapshots of the vault, or packs, each with the mappings and settings of its own.

use std::collections::{BTreeMap, HashMap};
use std::io;
use std::path::{Path, PathBuf};

use miette::{IntoDiagnostic as _, miette};

use super::collect::SETTINGS_NAME;
use super::context::{Context, facts_of, vault_fault};
use super::history::{Judge, judged};
use crate::bundle::{self, Limits, ProblemKind, open_pack};
use crate::model::{
    Assessment, Attestation, Catalog, Chain, Definitions, Facts, Link, Settings, Sha256, SideName, Snapshot,
    evidence_files,
};
use crate::seal::Trust;
use crate::vault::{Selector, Stored, Vault};
use crate::{catalog, compare, facts};

/// What the user wants compared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Asked {
    /// A snapshot of the vault.
    Snapshot(Selector),
    /// A pack: a zip, or the folder that it was unpacked to.
    Pack(PathBuf),
}

impl Asked {
    /// A path that is there and that a pack could have is a pack; everything else names a snapshot.
    pub(super) fn parse(text: &str) -> miette::Result<Self> {
        let path = Path::new(text);
        let is_pack = path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("zip"))
            || path.join(bundle::SUMS).is_file();
        if is_pack {
            return Ok(Self::Pack(path.to_owned()));
        }
        text.parse().map(Self::Snapshot).map_err(|error: String| {
            miette!(help = "a pack is a `.zip` file, or the folder that it was unpacked to", "`{text}`: {error}")
        })
    }
}

/// A side, with everything to judge it by.
pub(super) struct Material {
    pub(super) name: SideName,
    pub(super) catalog: Catalog,
    pub(super) settings: Settings,
    pub(super) documents: Vec<Attestation>,
    pub(super) snapshot: Snapshot,
    from: From,
    /// Why its own mappings and settings are not known, if they are not: today's stand in for them.
    pub(super) unknown: Option<String>,
}

enum From {
    Vault(Vault, Box<Stored>),
    Pack(PathBuf),
}

impl Material {
    /// The rows as some mappings read them.
    pub(super) fn facts(&self, catalog: &Catalog) -> miette::Result<Facts> {
        match &self.from {
            From::Vault(vault, stored) => facts_of(catalog, vault, stored),
            From::Pack(path) => pack_facts(path, catalog, &self.snapshot),
        }
    }

    /// Judged by some mappings and settings, for its own period, with the documents that counted for it.
    pub(super) fn judge(&self, catalog: &Catalog, settings: &Settings, facts: &Facts) -> Assessment {
        judged(catalog, settings, &self.snapshot, self.name.snapshot, facts, &self.documents)
    }

    /// Its own mappings and settings.
    pub(super) fn definitions(&self) -> compare::Definitions<'_> {
        compare::Definitions { catalog: &self.catalog, settings: &self.settings }
    }

    /// Whether two sides are judged by the same, exceptions aside.
    pub(super) fn defined_as(&self, other: &Self) -> bool {
        let decides = |settings: &Settings| {
            let Settings { frameworks, scope, params, splits, .. } = settings;
            (frameworks.clone(), scope.regions.clone(), params.clone(), splits.clone())
        };
        self.catalog.files == other.catalog.files && decides(&self.settings) == decides(&other.settings)
    }
}

/// The vault's history, opened once for both sides.
pub(super) struct Shelf<'a> {
    pub(super) judge: Judge<'a>,
}

impl Shelf<'_> {
    /// A snapshot of the vault. The newest is judged by today's mappings and settings, an older one by those that it was
    /// collected by.
    pub(super) fn snapshot(&self, asked: &str, selector: &Selector, context: &Context<'_>) -> miette::Result<Material> {
        let Judge { vault, chain, .. } = self.judge;
        let link = vault.find_in(chain, selector).map_err(vault_fault)?;
        let stored = vault.load_link(&link).map_err(vault_fault)?;
        let is_newest = chain.newest().is_some_and(|newest| newest.id == link.id);
        let (catalog, settings, unknown) = match is_newest {
            true => (self.judge.catalog.clone(), self.judge.settings.clone(), None),
            false => self.own(&link, stored.snapshot.definitions.as_ref(), context),
        };
        Ok(Material {
            name: name(asked, &stored.snapshot, stored.id),
            catalog,
            settings,
            documents: self.judge.documents(link.id),
            snapshot: stored.snapshot.clone(),
            from: From::Vault(vault.clone(), Box::new(stored)),
            unknown,
        })
    }

    /// The mappings and settings that a snapshot names, or today's with the reason why.
    fn own(
        &self,
        link: &Link,
        definitions: Option<&Definitions>,
        context: &Context<'_>,
    ) -> (Catalog, Settings, Option<String>) {
        let today = |why: String| (self.judge.catalog.clone(), self.judge.settings.clone(), Some(why));
        let Some(definitions) = definitions else {
            return today(format!("snapshot {} does not name them: an older auditpack took it", link.id.short()));
        };
        match own_definitions(self.judge.vault, definitions) {
            Ok((catalog, settings)) => (catalog, settings, None),
            Err(error) => {
                context.note(&format!("note: the mappings of snapshot {} are not used: {error}", link.id.short()));
                today(format!("this build cannot read them ({error})"))
            }
        }
    }
}

/// The mappings and settings that a snapshot was collected by.
pub(super) fn own_definitions(vault: &Vault, definitions: &Definitions) -> miette::Result<(Catalog, Settings)> {
    let files = |hash: &Sha256| -> miette::Result<BTreeMap<String, Vec<u8>>> {
        let texts: BTreeMap<String, String> =
            serde_json::from_slice(&vault.get(hash).map_err(vault_fault)?).into_diagnostic()?;
        Ok(texts.into_iter().map(|(path, text)| (path, text.into_bytes())).collect())
    };
    let catalog = catalog::load(files(&definitions.mappings)?)?;
    let mut settings = files(&definitions.settings)?;
    let own = settings.remove(SETTINGS_NAME).ok_or_else(|| miette!("the settings are not among them"))?;
    let beside = &mut |path: &str| settings.get(path).cloned().ok_or_else(|| io::Error::other("it was not kept"));
    let settings = catalog::load_settings_beside(SETTINGS_NAME, &own, &catalog, beside)?;
    Ok((catalog, settings))
}

/// A pack: intact, or refused.
pub(super) fn pack(asked: &str, path: &Path) -> miette::Result<Material> {
    let limits = Limits::default();
    let help = "name a pack that is there: a `.zip` file, or the folder that it was unpacked to";
    let found = bundle::verify(path, &Trust::none(), &limits).map_err(|error| miette!(help = help, "{error}"))?;
    if !found.intact() {
        // Nobody is asked to trust the signer here: that is no reason.
        let reason = found.problems.iter().find(|problem| problem.kind != ProblemKind::SignerUntrusted);
        let first = reason.map(|problem| match problem.path.as_str() {
            "" => problem.message.clone(),
            path => format!("{path}: {}", problem.message),
        });
        return Err(miette!(
            help = "`auditpack verify` names every problem; compare an intact copy",
            "`{asked}` is not what was signed, and is not compared: {}",
            first.unwrap_or_default()
        ));
    }
    let pack = open_pack(path, &limits).into_diagnostic()?;
    let catalog = super::reperform::mappings(&pack)?;
    let settings = super::reperform::settings(&pack, &catalog)?;
    let bytes = pack.read("snapshot.json").into_diagnostic()?;
    let snapshot: Snapshot = serde_json::from_slice(&bytes).map_err(|error| miette!("`snapshot.json`: {error}"))?;
    let documents = bundle::attestation_log(&pack).map_err(|message| miette!("{message}"))?.active();
    Ok(Material {
        name: name(asked, &snapshot, Sha256::of(&bytes)),
        catalog,
        settings,
        documents,
        snapshot,
        from: From::Pack(path.to_owned()),
        unknown: None,
    })
}

fn pack_facts(path: &Path, catalog: &Catalog, snapshot: &Snapshot) -> miette::Result<Facts> {
    let pack = open_pack(path, &Limits::default()).into_diagnostic()?;
    let paths: HashMap<Sha256, String> =
        evidence_files(snapshot).into_iter().map(|file| (file.sha256, file.path)).collect();
    facts::read(catalog, snapshot, &mut |hash: &Sha256| -> miette::Result<Vec<u8>> {
        let path = paths.get(hash).ok_or_else(|| miette!("the pack has no evidence {hash}"))?;
        pack.read(path).into_diagnostic()
    })
}

fn name(asked: &str, snapshot: &Snapshot, id: Sha256) -> SideName {
    SideName {
        asked: asked.to_owned(),
        snapshot: id,
        time: snapshot.time,
        period: snapshot.period,
        organization: snapshot.organization.clone(),
    }
}

/// Sides that must not be compared: the answer would lie.
pub(super) fn comparable(before: &Material, after: &Material) -> miette::Result<()> {
    let (old, new) = (&before.name, &after.name);
    if old.organization != new.organization {
        return Err(miette!(
            help = "compare snapshots of one organization; a name that changed is set back in `auditpack.toml`",
            "`{}` is of \u{201c}{}\u{201d}, `{}` of \u{201c}{}\u{201d}: two organizations have no history in common",
            old.asked,
            old.organization,
            new.asked,
            new.organization
        ));
    }
    if old.time > new.time {
        return Err(miette!(
            help = "name the earlier one first",
            "`{}` ({}) is later than `{}` ({})",
            old.asked,
            old.time.format("%Y-%m-%d %H:%M UTC"),
            new.asked,
            new.time.format("%Y-%m-%d %H:%M UTC")
        ));
    }
    let accounts = |material: &Material| {
        material
            .snapshot
            .scope
            .accounts
            .iter()
            .map(|account| account.id.clone())
            .collect::<std::collections::BTreeSet<_>>()
    };
    if accounts(before).is_disjoint(&accounts(after)) {
        return Err(miette!(
            help = "compare snapshots that have at least one account in common",
            "`{}` and `{}` have no account in common: everything would be new and nothing fixed",
            old.asked,
            new.asked
        ));
    }
    Ok(())
}

/// The vault's chain, whole: what is said over history must not rest on a part of it.
pub(super) fn chain(vault: &Vault) -> miette::Result<Chain> {
    vault.chain_checked().map_err(vault_fault)
}
