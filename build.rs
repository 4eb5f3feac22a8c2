//! Embeds `mappings/`, `templates/` and the demo's documents, so that one binary is the whole tool.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

fn main() -> io::Result<()> {
    let root = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default());
    let mut code = String::new();
    for (folder, name) in [("mappings", "MAPPINGS"), ("templates", "TEMPLATES"), ("demo/documents", "DOCUMENTS")] {
        println!("cargo::rerun-if-changed={folder}");
        let mut files = Vec::new();
        gather(&root.join(folder), &mut files)?;
        files.sort();
        let _ = writeln!(code, "/// The files of `{folder}/`, by path relative to it.");
        let _ = writeln!(code, "pub static {name}: &[(&str, &[u8])] = &[");
        for file in files {
            let name = file.strip_prefix(root.join(folder)).unwrap_or(&file).to_string_lossy().replace('\\', "/");
            let _ = writeln!(code, "    ({name:?}, include_bytes!({:?})),", file.to_string_lossy());
        }
        let _ = writeln!(code, "];");
    }
    let out = PathBuf::from(env::var_os("OUT_DIR").unwrap_or_default());
    fs::write(out.join("embedded.rs"), code)
}

fn gather(folder: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            gather(&path, files)?;
        } else {
            files.push(path);
        }
    }
    Ok(())
}
