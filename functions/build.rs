//! Finds the functions of a crate: every file beside `lib.rs` and `main.rs` is one, and every folder.

use std::{
    env,
    fmt::Write,
    fs, io,
    path::{Path, PathBuf},
};

fn main() -> io::Result<()> {
    let variable = |name| env::var_os(name).map(PathBuf::from).ok_or_else(|| io::Error::other("cargo sets it"));
    let sources = variable("CARGO_MANIFEST_DIR")?.join("src");
    println!("cargo::rerun-if-changed={}", sources.display());
    let files = fs::read_dir(&sources)?.map(|entry| Ok(entry?.path())).collect::<io::Result<Vec<_>>>()?;
    let is_function = |path: &&PathBuf| !path.ends_with("lib.rs") && !path.ends_with("main.rs");
    let mut found: Vec<_> = files.iter().filter(is_function).collect();
    // By name, so that the order does not depend on the machine.
    found.sort_unstable();
    let (mut modules, mut list) = (String::new(), String::new());
    for path in found {
        let name = path.file_stem().unwrap_or_default().to_string_lossy();
        let file = if path.is_dir() { path.join("mod.rs") } else { path.clone() };
        writeln!(modules, "#[path = {:?}]\nmod {name};", file.to_string_lossy()).map_err(io::Error::other)?;
        writeln!(list, "    &{name}::FUNCTION,").map_err(io::Error::other)?;
    }
    let source =
        format!("{modules}\n/// Each of them.\npub static FUNCTIONS: &[&wattbook_api::Function] = &[\n{list}];\n");
    fs::write(variable("OUT_DIR")?.join(Path::new("functions.rs")), source)
}
