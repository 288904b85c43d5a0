//! Takes in the templates: that at the top, and each part's beside its functions.

use std::{
    env,
    fmt::Write,
    fs, io,
    path::{Path, PathBuf},
};

fn main() -> io::Result<()> {
    let top = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize()?;
    println!("cargo::rerun-if-changed={}", top.join("functions").display());
    let mut templates = vec![top.join("template.yaml")];
    let mut parts: Vec<PathBuf> = fs::read_dir(top.join("functions"))?
        .map(|entry| Ok(entry?.path().join("template.yaml")))
        .collect::<io::Result<_>>()?;
    // By name, so that the order does not depend on the machine.
    parts.sort();
    templates.extend(parts.into_iter().filter(|path| path.is_file()));
    let mut list = String::new();
    for path in templates {
        println!("cargo::rerun-if-changed={}", path.display());
        let name = path.strip_prefix(&top).map_err(io::Error::other)?;
        let (name, path) = (name.to_string_lossy().replace('\\', "/"), path.to_string_lossy());
        writeln!(list, "    ({name:?}, include_str!({path:?})),").map_err(io::Error::other)?;
    }
    let out = env::var_os("OUT_DIR").ok_or_else(|| io::Error::other("cargo sets OUT_DIR"))?;
    fs::write(Path::new(&out).join("templates.rs"), format!("&[\n{list}]\n"))
}
