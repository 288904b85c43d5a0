//! The workspace: which functions it has, how they are built, where the binaries end up.

use std::{
    collections::BTreeMap,
    ffi::OsString,
    fs,
    io::{self, Write},
    path::{Path, PathBuf},
    process::{Command, ExitStatus},
};

use flate2::{Compression, write::DeflateEncoder};
use serde_json::Value;

/// The function that all others are compared with.
pub(crate) const HELLO: &str = "hello-world";
/// The function that makes organisations and credentials.
pub(crate) const OPERATOR: &str = "administer-organisations";
/// The function that makes accounts.
pub(crate) const PROVISION: &str = "provision-account";

/// Why the workspace could not be read or built.
#[derive(Debug, thiserror::Error)]
pub(crate) enum WorkspaceError {
    /// Cargo could not be run.
    #[error("cargo cannot be run")]
    Cargo(#[source] io::Error),
    /// Cargo reported a failure; it has said why.
    #[error("cargo {0} ended with {1}")]
    Failed(&'static str, ExitStatus),
    /// Cargo's description of the workspace is not understood.
    #[error("cargo's description of the workspace lacks `{0}`")]
    Incomplete(&'static str),
    /// The sources of functions cannot be read.
    #[error("the functions in {} cannot be read", .0.display())]
    Sources(PathBuf, #[source] io::Error),
    /// Cargo's description of the workspace is not JSON.
    #[error("cargo's description of the workspace is not understood")]
    Unreadable(#[from] serde_json::Error),
    /// A name that no function has.
    #[error("there is no function `{name}`; there are {known}")]
    Unknown {
        /// What was asked for.
        name: String,
        /// What there is.
        known: String,
    },
    /// A binary is not there.
    #[error("{} cannot be read; build it first", .path.display())]
    NoBinary {
        /// Where it should be.
        path: PathBuf,
        /// Why it cannot be read.
        source: io::Error,
    },
}

/// The workspace, as cargo describes it.
#[derive(Debug)]
pub(crate) struct Workspace {
    root: PathBuf,
    binaries: PathBuf,
    profile: String,
    /// The programs by the functions they have.
    functions: BTreeMap<String, String>,
}

/// How large a binary is, in bytes.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Size {
    /// As a file.
    pub(crate) plain: u32,
    /// In a deployment package.
    pub(crate) zipped: u32,
}

impl Workspace {
    /// Asks cargo about the workspace of the current folder.
    ///
    /// # Errors
    /// Cargo cannot be run, or does not know the workspace.
    pub(crate) fn read(profile: &str) -> Result<Self, WorkspaceError> {
        let output = cargo()
            .args(["metadata", "--format-version", "1", "--no-deps"])
            .stderr(std::process::Stdio::inherit())
            .output()
            .map_err(WorkspaceError::Cargo)?;
        if !output.status.success() {
            return Err(WorkspaceError::Failed("metadata", output.status));
        }
        Self::of_metadata(&serde_json::from_slice(&output.stdout)?, profile)
    }

    fn of_metadata(metadata: &Value, profile: &str) -> Result<Self, WorkspaceError> {
        let text = |name| {
            let value = metadata.get(name).and_then(Value::as_str);
            value.map(PathBuf::from).ok_or(WorkspaceError::Incomplete(name))
        };
        let root = text("workspace_root")?;
        let packages = metadata.get("packages").and_then(Value::as_array);
        let folder = root.join("functions");
        let manifests = packages.ok_or(WorkspaceError::Incomplete("packages"))?.iter();
        let manifests = manifests.filter_map(|package| package.get("manifest_path").and_then(Value::as_str));
        let mut functions = BTreeMap::new();
        for folder in manifests.map(Path::new).filter(|path| path.starts_with(&folder)).filter_map(Path::parent) {
            let program = folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
            for name in functions_of(folder).map_err(|source| WorkspaceError::Sources(folder.to_owned(), source))? {
                functions.insert(name, program.clone());
            }
        }
        // Cargo keeps the output of these two under the name of what they derive from.
        let output = match profile {
            "dev" | "test" => "debug",
            "bench" => "release",
            other => other,
        };
        let binaries = text("target_directory")?.join(output);
        Ok(Self { root, binaries, profile: profile.to_owned(), functions })
    }

    /// The functions called `names`, or all of them if none is named.
    ///
    /// # Errors
    /// A name is not one of a function.
    pub(crate) fn choose(&self, names: &[String]) -> Result<Vec<String>, WorkspaceError> {
        if names.is_empty() {
            return Ok(self.functions.keys().cloned().collect());
        }
        let known = |name: &&String| *name == HELLO || self.functions.contains_key(*name);
        if let Some(name) = names.iter().find(|name| !known(name)) {
            let known = self.functions.keys().map(String::as_str).collect::<Vec<_>>().join(", ");
            return Err(WorkspaceError::Unknown { name: name.clone(), known });
        }
        Ok(names.to_vec())
    }

    /// Builds the programs of these functions in one go, so that they share what they depend on.
    ///
    /// # Errors
    /// They do not build; cargo has said why.
    pub(crate) fn build<'a>(&self, names: impl Iterator<Item = &'a str>) -> Result<(), WorkspaceError> {
        let mut build = cargo();
        build.args(["build", "--profile", &self.profile, "--bins"]);
        for name in names {
            match self.functions.get(name) {
                Some(program) => build.args(["--package", &format!("wattbook-functions-{program}")]),
                None => build.args(["--package", name]),
            };
        }
        let status = build.status().map_err(WorkspaceError::Cargo)?;
        if status.success() { Ok(()) } else { Err(WorkspaceError::Failed("build", status)) }
    }

    /// Where the program is that has the function `name`.
    pub(crate) fn binary(&self, name: &str) -> PathBuf {
        let program = self.functions.get(name).map_or(name, String::as_str);
        self.binaries.join(format!("{program}{}", std::env::consts::EXE_SUFFIX))
    }

    /// The sample event of the function `name`.
    pub(crate) fn event(&self, name: &str) -> PathBuf {
        self.root.join("events").join(format!("{name}.json"))
    }
}

/// The size of the binary at `path`. Zipped as build tools do it: deflate at its default level.
///
/// # Errors
/// It cannot be read.
pub(crate) fn size(path: &Path) -> Result<Size, WorkspaceError> {
    let measure = || {
        let binary = fs::read(path)?;
        let mut packed = DeflateEncoder::new(Vec::new(), Compression::default());
        packed.write_all(&binary)?;
        Ok((binary.len(), packed.finish()?.len()))
    };
    let (plain, zipped) = measure().map_err(|source| WorkspaceError::NoBinary { path: path.to_owned(), source })?;
    let bytes = |length| u32::try_from(length).unwrap_or(u32::MAX);
    Ok(Size { plain: bytes(plain), zipped: bytes(zipped) })
}

/// Whether the binary at `path` hashes passwords: the name of the one scheme is in it, because the stored form
/// begins with it.
pub(crate) fn hashes_passwords(path: &Path) -> bool {
    let scheme = b"argon2id";
    fs::read(path).is_ok_and(|binary| binary.windows(scheme.len()).any(|window| window == scheme))
}

/// The functions of a folder: each file or folder of its sources, by the name that it has in the template.
fn functions_of(folder: &Path) -> io::Result<Vec<String>> {
    let sources = fs::read_dir(folder.join("src"))?.collect::<io::Result<Vec<_>>>()?;
    let names = sources.iter().filter_map(|entry| Some(entry.path().file_stem()?.to_string_lossy().replace('_', "-")));
    Ok(names.filter(|name| name != "lib" && name != "main").collect())
}

/// The cargo that started this command, else the one on the path.
fn cargo() -> Command {
    Command::new(std::env::var_os("CARGO").unwrap_or_else(|| OsString::from("cargo")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_function_is_in_the_program_of_its_folder() {
        let workspace = Workspace::read("release").unwrap();
        let names = workspace.choose(&[]).unwrap();
        assert!(["add-meter", "list-accounts"].iter().all(|name| names.contains(&(*name).to_owned())), "{names:?}");
        assert!(workspace.binary("add-meter").ends_with("release/provisioning"));
        assert!(workspace.binary(HELLO).ends_with("release/hello-world"));
        assert!(Workspace::read("dev").unwrap().binary("list-accounts").ends_with("debug/accounts"));
    }

    #[test]
    fn an_unknown_function_is_refused_with_what_there_is() {
        let workspace = Workspace::read("release").unwrap();
        assert_eq!(workspace.choose(&["add-meter".to_owned()]).unwrap(), ["add-meter"]);
        let refusal = workspace.choose(&["third".to_owned()]).unwrap_err().to_string();
        assert!(
            refusal.starts_with("there is no function `third`; there are accept-terms, add-account, "),
            "{refusal}"
        );
    }
}
