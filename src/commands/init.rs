//! `init`: a settings file that works as written.

use chrono::Datelike as _;
use miette::miette;

use super::context::{Context, Privacy, write_new};
use super::exit::Exit;
use crate::cli::Init;

const TEMPLATE: &str = include_str!("init.toml");

pub(super) fn run(flags: &Init, context: &mut Context<'_>) -> miette::Result<Exit> {
    let organization = flags.organization.as_deref().unwrap_or("Example Ltd").trim();
    if organization.is_empty() {
        return Err(miette!(help = "give the name as the pack is to print it", "the organization's name is empty"));
    }
    let quarter = format!("{}-Q{}", context.now.year(), context.now.month0() / 3 + 1);
    let text = TEMPLATE
        .replace("\"{organization}\"", &toml::Value::from(organization).to_string())
        .replace("{quarter}", &quarter);
    let path = context.options.config.clone();
    if flags.force {
        context.write(&path, text.as_bytes())?;
    } else {
        write_new(
            &path,
            text.as_bytes(),
            Privacy::Anyone,
            "give `--force` to write over it, or another name with `--config`",
        )?;
    }
    context.say(&format!("wrote {}", path.display()))?;
    context.note("next: `auditpack iam-policy` prints what the collector may read, `auditpack collect` reads it");
    Ok(Exit::Ok)
}
