//! What closes the gap that a refused call leaves.

use crate::model::{GapReason, Remedy};

use super::account::AccountContext;
use super::classify::{self, Failure, FailureKind};
use super::label::Label;

impl AccountContext {
    /// What closes the gap: the IAM action that AWS named, else the one that the source names; or a setting.
    pub(super) fn remedy(&self, label: &Label, reason: GapReason, failure: &Failure) -> Remedy {
        let (region, source) = (&label.region, &label.source);
        match reason {
            GapReason::AccessDenied => {
                match (classify::denying_policy(&failure.message), named_action(&failure.message)) {
                    // No permission of the role's own helps against a policy that stands above it.
                    (Some(policy), action) => {
                        let call = action.unwrap_or_else(|| self.grant(label).to_string());
                        Remedy::policy(&policy, &call, region.as_str())
                    }
                    (None, Some(action)) => Remedy::grant([action]),
                    (None, None) => self.grant(label),
                }
            }
            GapReason::RegionDisabled => {
                Remedy::setting("regions", format!("enable {region} or leave it out of `regions`"))
            }
            GapReason::NotSubscribed => {
                Remedy::setting("sources", format!("subscribe, or leave `{source}` out of `sources`"))
            }
            GapReason::Throttled => Remedy::retry(),
            // Fewer calls at once have fewer replies in memory.
            GapReason::TooLarge if failure.kind == FailureKind::NoMemory => Remedy::retry(),
            GapReason::Unreadable | GapReason::TooLarge => Remedy::Report,
            GapReason::NotAttempted if failure.kind == FailureKind::Unaskable => Remedy::Report,
            // AWS will say the same again of a call that it does not take.
            GapReason::Failed if matches!(failure.status, Some(400 | 405 | 501)) => Remedy::Report,
            _ => Remedy::again(),
        }
    }

    fn grant(&self, label: &Label) -> Remedy {
        let named = |action: &&String| action.split_once(':').is_some_and(|(_, name)| name == label.operation);
        match self.described(label) {
            None => Remedy::grant([label.operation.as_str()]),
            Some(call) => match call.actions.iter().find(named) {
                Some(action) => Remedy::grant([action.as_str()]),
                None => Remedy::Grant(call.actions.clone()),
            },
        }
    }
}

/// "… is not authorized to perform: kms:ListKeys on resource …"
fn named_action(message: &str) -> Option<String> {
    let (_, after) = message.split_once("to perform: ")?;
    let action = after.split_whitespace().next()?;
    let (service, name) = action.split_once(':')?;
    let plain = |text: &str| !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
    (plain(service) && plain(name)).then(|| action.to_owned())
}
