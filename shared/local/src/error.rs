//! Why the bundle does not start, and why an invocation gave no answer.

use std::{error::Error, io, path::PathBuf};

use wattbook_api::{InvocationError, StartError};

use crate::template::TemplateError;

/// Why the bundle does not start. The causes behind it are its sources.
#[derive(Debug, thiserror::Error)]
pub enum LocalError {
    /// The templates cannot be honoured.
    #[error("the templates cannot be served on one machine")]
    Template(#[from] TemplateError),
    /// Somebody else listens on the port.
    #[error("port {0} on 127.0.0.1 is in use; choose another with --port, or let --port 0 pick a free one")]
    PortInUse(u16),
    /// The port cannot be listened on for another reason.
    #[error("127.0.0.1:{port} cannot be listened on")]
    Listen {
        /// The port.
        port: u16,
        /// The system's reason.
        #[source]
        source: io::Error,
    },
    /// The data directory cannot be made or locked.
    #[error("the data directory {} cannot be used", .path.display())]
    DataDirectory {
        /// The directory.
        path: PathBuf,
        /// The system's reason.
        #[source]
        source: io::Error,
    },
    /// Another process holds the data directory.
    #[error("another wattbook uses the data directory {}; stop it, or choose another with --data-dir", .0.display())]
    DataDirectoryInUse(PathBuf),
    /// A file cannot be read or written.
    #[error("the file {} cannot be read or written", .path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// The system's reason.
        #[source]
        source: io::Error,
    },
    /// A file of an earlier start is not what was written.
    #[error("the file {} is damaged; the data directory can be deleted to start afresh", .path.display())]
    DamagedFile {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        #[source]
        source: serde_json::Error,
    },
    /// The operating system gives no random bytes.
    #[error("the operating system gives no random bytes: {0}")]
    Random(getrandom::Error),
    /// The embedded store does not start.
    #[error("the embedded DynamoDB cannot be started: {0}")]
    EmbeddedStore(String),
    /// The queues cannot be opened.
    #[error("the queues cannot be opened: {0}")]
    Queues(String),
    /// The objects of the buckets cannot be opened.
    #[error("the objects of the buckets cannot be opened: {0}")]
    Objects(String),
    /// The store does not do what the start needs.
    #[error("the store at {endpoint} does not {action}")]
    Store {
        /// Its address.
        endpoint: String,
        /// What it was asked to do.
        action: &'static str,
        /// The SDK's reason.
        #[source]
        source: Box<dyn Error + Send + Sync>,
    },
    /// The store has a table of that name with other keys or indexes.
    #[error(
        "the table {table} is there but its {difference} differ from the template's; \
         use another data directory or table"
    )]
    OtherTable {
        /// Its name.
        table: String,
        /// What differs.
        difference: &'static str,
    },
    /// The template names a function that is not linked in.
    #[error("the template has the function {0}, but no file below functions/ has one of that name")]
    NotLinked(String),
    /// A function that is linked in is not in the template.
    #[error("the function {0} stands below functions/, but no template has a resource for it")]
    NotInTemplate(&'static str),
    /// A function and its resource do not agree on how it is reached.
    #[error("the function {function} {fault}")]
    Entry {
        /// Its name.
        function: &'static str,
        /// What does not fit.
        fault: &'static str,
    },
    /// A route cannot be told apart from another.
    #[error("the route {route} cannot be served: {reason}")]
    Route {
        /// Its key.
        route: String,
        /// Why not.
        reason: String,
    },
    /// The bundle's own connection to the store cannot be set up.
    #[error("the store cannot be connected to")]
    Connection(#[from] wattbook_store::StoreError),
    /// A function does not start.
    #[error("the function {function} does not start")]
    FunctionStart {
        /// Its name.
        function: &'static str,
        /// What it lacks.
        #[source]
        source: StartError,
    },
    /// The demo organisations cannot be made.
    #[error("the demo organisations cannot be made: the operator function refuses to {action}")]
    Demo {
        /// The action asked of it.
        action: String,
        /// Its reason.
        #[source]
        source: InvokeError,
    },
    /// The sample of tariffs cannot be loaded.
    #[error("the sample of tariffs cannot be loaded")]
    Sample {
        /// The function's reason.
        #[source]
        source: InvokeError,
    },
    /// The operator function's answer is not what its contract says.
    #[error("the demo organisations cannot be made: the answer to {action} lacks {member}")]
    DemoAnswer {
        /// The action asked of the operator function.
        action: String,
        /// What its answer should have had.
        member: &'static str,
    },
}

/// Why an invocation gave no answer.
#[derive(Debug, thiserror::Error)]
pub enum InvokeError {
    /// There is no such function.
    #[error("there is no function {0}")]
    Unknown(String),
    /// The event is not JSON.
    #[error("the event is not JSON")]
    NotJson(#[from] serde_json::Error),
    /// The function ended in an error of its own.
    #[error(transparent)]
    Failed(#[from] InvocationError),
    /// The function panicked, which would have cost Lambda its execution environment.
    #[error("the function {0} ended without an answer")]
    Lost(&'static str),
}

impl InvokeError {
    /// A stable code; the function's own if it gave one.
    #[must_use]
    pub fn code(&self) -> &str {
        match self {
            Self::Unknown(_) => "ResourceNotFoundException",
            Self::NotJson(_) => "InvalidRequestContentException",
            Self::Failed(error) => &error.code,
            Self::Lost(_) => "Runtime.ExitError",
        }
    }
}
