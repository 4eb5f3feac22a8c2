//! What every command needs: the flags, the clock, where results go, and the way to each room.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Write};
use std::path::Path;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use miette::{IntoDiagnostic as _, miette};
use tempfile::NamedTempFile;

use super::fault::{fault, fault_at, unread};
use super::lines::{fitted, notes_width, terminal_width};
use crate::case::{Case, Note, StoredSnapshot, Yardstick};
use crate::catalog;
use crate::cli::{Format, Options};
use crate::files;
use crate::model::{Catalog, Settings, visible};
use crate::report::Templates;
use crate::vault::{Vault, VaultError};

/// The larger part of a command's world.
pub(super) struct Context<'a> {
    /// What the command's options say.
    pub(super) options: Options,
    /// The time, read once.
    pub(super) now: DateTime<Utc>,
    out: &'a mut dyn Write,
}

impl<'a> Context<'a> {
    pub(super) fn new(options: Options, now: DateTime<Utc>, out: &'a mut dyn Write) -> Self {
        Self { options, now, out }
    }

    /// Prints lines of the result, as wide as the terminal at most.
    pub(super) fn say(&mut self, text: &str) -> miette::Result<()> {
        self.print(fitted(text, terminal_width()).as_bytes())?;
        self.print(b"\n")
    }

    /// Prints bytes of the result; a reader that went away (`| head`) is not an error.
    pub(super) fn print(&mut self, bytes: &[u8]) -> miette::Result<()> {
        match self.out.write_all(bytes).and_then(|()| self.out.flush()) {
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
            printed => printed.into_diagnostic(),
        }
    }

    /// Prints a result as JSON.
    pub(super) fn print_json(&mut self, value: &impl serde::Serialize) -> miette::Result<()> {
        self.print(&crate::model::visible_json(value).into_diagnostic()?)
    }

    /// Whether results are JSON.
    pub(super) fn json(&self) -> bool {
        self.options.format == Format::Json
    }

    /// A note for people, on stderr.
    pub(super) fn note(&self, line: &str) {
        if !self.options.quiet {
            let _ = writeln!(io::stderr(), "{}", fitted(line, notes_width()));
        }
    }

    /// Writes a file that appears whole or not at all.
    pub(super) fn write(&self, path: &Path, bytes: &[u8]) -> miette::Result<()> {
        let write = || -> io::Result<()> {
            if let Some(folder) = path.parent() {
                fs::create_dir_all(folder)?;
            }
            let mut temporary = temporary_beside(path, Privacy::Anyone)?;
            temporary.write_all(bytes)?;
            temporary.persist(path)?;
            Ok(())
        };
        write().map_err(|error| fault_at(path, error))
    }

    /// The mappings: the embedded ones, with the user's over them.
    pub(super) fn catalog(&self) -> miette::Result<Catalog> {
        let Some(folder) = &self.options.mappings else { return Ok(catalog::load(catalog::embedded())?) };
        let own = catalog::read_folder(folder)?;
        Ok(match catalog::is_complete(&own) {
            true => catalog::load(own),
            false => catalog::load_shown(catalog::with_own(own, catalog::embedded()), &folder.display().to_string()),
        }?)
    }

    /// The templates: the embedded ones, the user's in their place.
    pub(super) fn templates(&self) -> miette::Result<Templates> {
        let templates = match &self.options.templates {
            Some(folder) => {
                let own = read_templates(folder)?;
                for name in own.keys() {
                    // A slip in a name looks like a template that has no effect.
                    if let Some(meant) = Templates::meant(name) {
                        self.note(&format!("note: `{}` replaces no template; did you mean `{meant}`?", visible(name)));
                    }
                }
                Templates::with(&own)
            }
            None => Templates::embedded(),
        };
        templates.map_err(|error| fault(error, None))
    }

    /// The settings file; a missing one is an error with its remedy.
    pub(super) fn settings(&self, catalog: &Catalog) -> miette::Result<Settings> {
        let path = &self.options.config;
        match files::read_beyond(path, files::SMALL) {
            Ok(bytes) => {
                let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
                let beside = &mut |name: &str| read_beside(folder, name);
                Ok(catalog::load_settings_beside(&path.display().to_string(), &bytes, catalog, beside)?)
            }
            Err(error) if error.is_absent() => Err(miette!(
                help = "`auditpack init` writes one; `--config` names another",
                "there is no settings file `{}`",
                path.display()
            )),
            Err(error) => Err(unread(path, error)),
        }
    }

    /// The vault, which must exist.
    pub(super) fn open_vault(&self) -> miette::Result<Vault> {
        Ok(Vault::open(&self.options.vault)?)
    }

    /// The mappings and the settings.
    pub(super) fn yardstick(&self) -> miette::Result<Yardstick> {
        let catalog = self.catalog()?;
        let settings = Arc::new(self.settings(&catalog)?);
        Ok(Yardstick::new(Arc::new(catalog), settings, self.options.limit))
    }

    /// The chosen snapshot, judged.
    pub(super) fn case(&self) -> miette::Result<Case<StoredSnapshot>> {
        let yardstick = self.yardstick()?;
        let chosen = StoredSnapshot::find(&self.open_vault()?, &self.options.snapshot)?;
        Ok(Case::judge(&yardstick, chosen.must_be_for(yardstick.settings.period)?)?)
    }

    /// Notes that came with a result.
    pub(super) fn notes(&self, notes: &[Note]) {
        notes.iter().for_each(|note| self.note(&note.to_string()));
    }
}

/// A vault's fault with its remedy.
pub(super) fn vault_fault(error: VaultError) -> miette::Report {
    error.into()
}

/// A file that the settings name: below their folder, whatever links there are on the way.
fn read_beside(folder: &Path, name: &str) -> io::Result<Vec<u8>> {
    let path = folder.join(name).canonicalize()?;
    if !path.starts_with(folder.canonicalize()?) {
        return Err(io::Error::other("it leads out of the folder of the settings file"));
    }
    Ok(files::read_beyond(&path, files::SMALL)?)
}

/// The largest template or font that is read.
const TEMPLATE_LIMIT: u64 = 32 << 20;

/// The files of a templates folder, by path relative to it; links are not followed.
fn read_templates(root: &Path) -> miette::Result<BTreeMap<String, Vec<u8>>> {
    let mut found = BTreeMap::new();
    let mut folders = vec![root.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).map_err(|error| fault_at(&folder, error))? {
            let path = entry.map_err(|error| fault_at(&folder, error))?.path();
            let about = fs::symlink_metadata(&path).map_err(|error| fault_at(&path, error))?;
            if about.is_dir() {
                folders.push(path);
            } else if about.is_file() {
                let name = path.strip_prefix(root).unwrap_or(&path).to_string_lossy().replace('\\', "/");
                found.insert(name, files::read(&path, TEMPLATE_LIMIT).map_err(|error| unread(&path, error))?);
            }
        }
    }
    Ok(found)
}

/// Who may read a new file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Privacy {
    /// As the user's umask says.
    Anyone,
    /// Its owner only.
    Owner,
}

/// Writes a file that must not be there yet.
pub(super) fn write_new(path: &Path, bytes: &[u8], privacy: Privacy, help: &str) -> miette::Result<()> {
    let written = temporary_beside(path, privacy).and_then(|mut file| {
        file.write_all(bytes)?;
        file.persist_noclobber(path)?;
        Ok(())
    });
    match written {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            Err(miette!(help = help.to_owned(), "`{}` is there already", path.display()))
        }
        written => written.map_err(|error| fault_at(path, error)),
    }
}

/// A file that takes its name when it is whole: a full disk leaves no half of it.
fn temporary_beside(path: &Path, privacy: Privacy) -> io::Result<NamedTempFile> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut temporary = tempfile::Builder::new();
    // As the user's umask says: temporary files are their owner's otherwise.
    #[cfg(unix)]
    if privacy == Privacy::Anyone {
        temporary.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    }
    temporary.tempfile_in(folder)
}
