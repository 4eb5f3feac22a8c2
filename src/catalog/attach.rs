//! Own content that attaches itself: a check says which controls it belongs to, a control says which requirements it
//! supports. So no framework is copied to add a line to it.

use std::ops::Range;

use super::fault::FilePlace;
use super::ledger::{Attachment, Kind, Word};
use super::table::{Table, distinct};
use crate::model::{Catalog, CheckId, ControlId, FrameworkId, RequirementId};

/// Reads the `controls` of a check.
pub(super) fn read_controls(table: &Table<'_>, check: &Word) {
    let controls = table.words("controls");
    distinct(table.ledger, &controls);
    if !controls.is_empty() {
        table.ledger.refer(Kind::Check, check);
    }
    for control in &controls {
        table.ledger.refer(Kind::Control, control);
        let attachment = Attachment::Check(CheckId::from(check.text.as_str()), ControlId::from(control.text.as_str()));
        table.ledger.attach(attachment);
    }
}

/// Reads the `supports` of a control: `soc2:CC6.1`.
pub(super) fn read_supports(table: &Table<'_>, control: &Word) {
    let supports = table.words("supports");
    distinct(table.ledger, &supports);
    if !supports.is_empty() {
        table.ledger.refer(Kind::Control, control);
    }
    for word in &supports {
        let Some((framework, requirement)) = word.text.split_once(':') else {
            let message = format!("`{}` names no requirement of a framework", word.text);
            table.ledger.fault(&word.place, message, "no colon", "write `framework:requirement`, `soc2:CC6.1`");
            continue;
        };
        table.ledger.refer(Kind::Framework, &part(word, 0..framework.len()));
        let kind = Kind::Requirement(framework.to_owned());
        table.ledger.refer(kind, &part(word, framework.len() + 1..word.text.len()));
        table.ledger.attach(Attachment::Control(
            ControlId::from(control.text.as_str()),
            FrameworkId::from(framework),
            RequirementId::from(requirement),
        ));
    }
}

/// A part of a word, with its own place where TOML escapes do not move the bytes.
fn part(word: &Word, part: Range<usize>) -> Word {
    let FilePlace { file, span } = &word.place;
    let written = file.inner().get(span.clone()).unwrap_or_default();
    let found = written.find(&word.text).map(|at| span.start + at);
    let span = found.map_or_else(|| span.clone(), |start| start + part.start..start + part.end);
    let text = word.text.get(part).unwrap_or_default().to_owned();
    Word { text, place: FilePlace { file: file.clone(), span } }
}

/// Attaches; what is there already is not there twice.
pub(super) fn attach(catalog: &mut Catalog, attachments: Vec<Attachment>) {
    for attachment in attachments {
        match attachment {
            Attachment::Check(check, control) => {
                let control = catalog.controls.get_mut(&control);
                if let Some(control) = control.filter(|control| !control.checks.contains(&check)) {
                    control.checks.push(check);
                }
            }
            Attachment::Control(control, framework, id) => {
                let framework = catalog.frameworks.get_mut(&framework);
                let requirements = framework.map(|framework| framework.requirements.as_mut_slice());
                let mut requirements = requirements.unwrap_or_default().iter_mut();
                if let Some(requirement) = requirements.find(|one| one.id == id)
                    && !requirement.controls.contains(&control)
                {
                    requirement.controls.push(control);
                }
            }
        }
    }
}
