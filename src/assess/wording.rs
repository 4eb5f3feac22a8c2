//! Packs are judged again for ever, and some carry reasons in the words of an older auditpack.

use serde_json::Error;

use crate::model::Assessment;

/// Today's words, and older ones of the same meaning; as JSON writes them.
const REWORDED: [(&str, &str); 13] = [
    (" could not be read: the call before it was refused (", " could not be read: not attempted ("),
    ("\"reason\":\"expected: ", "\"reason\":\"not met: "),
    ("\"reason\":\"not met: ", "\"reason\":\"gap: "),
    ("; not met: ", "; gap: "),
    (" may exist in further regions, which were not asked", " was not asked in regions that nobody knows of"),
    (
        "; a letter of continued operations, AWS management's word and not an auditor's, covers",
        "; a bridge letter covers",
    ),
    ("the letter of continued operations ends ", "the bridge letter ends "),
    ("no letter of continued operations", "no bridge letter"),
    (" is not a valid ", " is no "),
    (" is not an ", " is no "),
    (" is not a ", " is no "),
    (" is not ", " is no "),
    (" are not a ", " are no "),
];

/// Whether two assessments say the same, be it in words of different versions.
pub fn says_the_same(one: &Assessment, other: &Assessment) -> bool {
    one == other || matches!((oldest(one), oldest(other)), (Ok(one), Ok(other)) if one == other)
}

fn oldest(assessment: &Assessment) -> Result<String, Error> {
    let text = serde_json::to_string(assessment)?;
    Ok(REWORDED.iter().fold(text, |text, (today, before)| text.replace(today, before)))
}
