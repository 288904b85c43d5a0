//! Finds the functions: every `functions/<api>/<operation>/src/main.rs` becomes a module.

use std::{
    env,
    fmt::Write,
    fs, io,
    path::{Path, PathBuf},
};

fn main() -> io::Result<()> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../functions").canonicalize()?;
    println!("cargo::rerun-if-changed={}", root.display());
    let mut found = Vec::new();
    for api in folders(&root)? {
        println!("cargo::rerun-if-changed={}", api.display());
        found.extend(folders(&api)?.into_iter().filter(|operation| operation.join("src/main.rs").is_file()));
    }
    // By name, so that the order does not depend on the machine.
    found.sort_by(|a, b| a.file_name().cmp(&b.file_name()));
    let (mut modules, mut list, mut folders_of) = (String::new(), String::new(), String::new());
    for source in found.iter().map(|folder| folder.join("src/main.rs")) {
        let module = module(&source).ok_or_else(|| io::Error::other(format!("not a name: {}", source.display())))?;
        let path = source.to_string_lossy();
        writeln!(modules, "#[allow(dead_code)]\n#[path = {path:?}]\nmod {module};").map_err(io::Error::other)?;
        writeln!(list, "    &{module}::FUNCTION,").map_err(io::Error::other)?;
        let folder = source.ancestors().nth(3).and_then(Path::file_name).unwrap_or_default().to_string_lossy();
        writeln!(folders_of, "    {folder:?},").map_err(io::Error::other)?;
    }
    let source = format!(
        "{modules}\n/// Every deployable function.\npub static FUNCTIONS: &[&wattbook_api::Function] = &[\n{list}];\n\
         /// The folders that the functions are in, in their order.\npub static FOLDERS: &[&str] = &[\n{folders_of}];\n"
    );
    let out = env::var_os("OUT_DIR").ok_or_else(|| io::Error::other("cargo sets OUT_DIR"))?;
    fs::write(Path::new(&out).join("functions.rs"), source)
}

fn folders(parent: &Path) -> io::Result<Vec<PathBuf>> {
    let entries = fs::read_dir(parent)?.collect::<Result<Vec<_>, _>>()?;
    Ok(entries.into_iter().map(|entry| entry.path()).filter(|path| path.is_dir()).collect())
}

/// The name of the folder that holds `src/main.rs`, as Rust writes it.
fn module(source: &Path) -> Option<String> {
    Some(source.parent()?.parent()?.file_name()?.to_str()?.replace('-', "_"))
}
