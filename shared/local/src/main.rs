//! `wattbook`: starts the whole bundle on this machine.

use std::{
    io::{self, Write},
    net::{IpAddr, Ipv4Addr},
    num::NonZero,
    path::{Path, PathBuf},
    process::ExitCode,
    time::Duration,
};

use clap::{Parser, Subcommand};
use serde_json::{Value, json};
use tracing_subscriber::{filter::Targets, layer::SubscriberExt, util::SubscriberInitExt};
use wattbook_domain::import::{FileFormat, ImportDialect};
use wattbook_local::{
    Bundle, DataDir, LocalError, Options, StoreAccess, contract,
    demo::{Credential, Demo, OPERATOR},
    import_file, private_file,
};
use wattbook_provisioning::bodies;

/// Runs Wattbook on this machine: HTTP gateway, functions and an embedded DynamoDB.
///
/// With `AWS_ENDPOINT_URL_DYNAMODB` set, that server is used in place of the embedded one. `LOG_LEVEL`
/// (error, warn, info, debug) says how much is logged, to standard error.
#[derive(Parser)]
#[command(name = "wattbook", version, args_conflicts_with_subcommands = true)]
struct Arguments {
    #[command(subcommand)]
    task: Option<Task>,
    /// Port on 127.0.0.1; 0 picks a free one
    #[arg(long, value_name = "N", default_value_t = 3000)]
    port: u16,
    /// Keep nothing once stopped
    #[arg(long, conflicts_with = "data_dir")]
    in_memory: bool,
    /// Where data is kept
    #[arg(long, value_name = "DIR", default_value = ".wattbook")]
    data_dir: PathBuf,
    /// A value for a parameter of the template, such as `AllowedOrigins=https://shop.example`; may be repeated
    #[arg(long = "parameter", value_name = "NAME=VALUE", value_parser = pair)]
    parameters: Vec<(String, String)>,
    /// Once requests are served, write the URL and the demo credentials to FILE, as lines for a shell
    #[arg(long, value_name = "FILE")]
    write_env: Option<PathBuf>,
    /// Once requests are served, write to FILE what `sam local` takes with `--env-vars`: table, keys and store of this
    /// bundle
    #[arg(long, value_name = "FILE")]
    write_sam_env: Option<PathBuf>,
    /// Address of this machine that the embedded store listens on. Containers do not reach the default; whoever
    /// reaches another one can read and write everything
    #[arg(long, value_name = "ADDRESS", value_parser = one_address, default_value_t = IpAddr::V4(Ipv4Addr::LOCALHOST))]
    store_host: IpAddr,
    /// Make the contracts anew, each API's in a folder of DIR (`shared/dialects`), and exit
    #[arg(long, value_name = "DIR")]
    write_contracts: Option<PathBuf>,
}

/// What else there is to do than to run the bundle.
#[derive(Subcommand)]
enum Task {
    /// Imports a file, NDJSON or CSV, compressed or not, into the bundle that runs here or into any other Wattbook. Ends
    /// with 1 if a record was refused.
    ///
    /// The address and the credential are those of the bundle that runs here with its data in `.wattbook`, or those of the
    /// environment variables `WATTBOOK_URL`, `WATTBOOK_APP_ID` and `WATTBOOK_APP_KEY`.
    Import {
        /// The file: its name ends with .csv, .ndjson or .jsonl, and .gz if it is compressed
        file: PathBuf,
        /// What its records are: provisioning, accounts, onboarding or records
        #[arg(long, value_parser = dialect, default_value = "provisioning")]
        dialect: ImportDialect,
        /// Where the events API answers
        #[arg(long, value_name = "URL")]
        url: Option<String>,
        /// Where the bundle that runs here keeps its data
        #[arg(long, value_name = "DIR", default_value = ".wattbook")]
        data_dir: PathBuf,
    },
}

/// Why the program ends with exit code 1.
#[derive(Debug, thiserror::Error)]
enum Failure {
    #[error(transparent)]
    Import(#[from] import_file::ImportFileError),
    #[error("{0}")]
    Arguments(&'static str),
    #[error("the bundle does not start")]
    Start(#[from] LocalError),
    #[error("standard output cannot be written to, or signals cannot be received")]
    System(#[from] io::Error),
    #[error("the contracts cannot be made anew")]
    Contract(#[from] contract::Failure),
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let outcome = match (&arguments.write_contracts, &arguments.task) {
        (Some(folder), _) => contract::write(folder).map(|()| true).map_err(Failure::from),
        (None, Some(task)) => carry_out(task),
        (None, None) => run(arguments).map(|()| true),
    };
    match outcome {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(failure) => {
            report(&failure);
            ExitCode::FAILURE
        }
    }
}

/// Does what is asked for beside running the bundle. `false` if it was done, and not all of it was well.
fn carry_out(Task::Import { file, dialect, url, data_dir }: &Task) -> Result<bool, Failure> {
    let name = file.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    let format = FileFormat::of_name(name);
    let format = format.ok_or(Failure::Arguments("the file's name ends with none of .csv, .ndjson, .jsonl and .gz"))?;
    let set = |name| std::env::var(name).ok().filter(|value| !value.is_empty());
    let credential = if let (Some(app_id), Some(app_key)) = (set("WATTBOOK_APP_ID"), set("WATTBOOK_APP_KEY")) {
        Credential { app_id, app_key }
    } else {
        let demo = private_file::read_json::<Demo>(&data_dir.join("demo.json"))?;
        demo.ok_or(Failure::Arguments("set WATTBOOK_APP_ID and WATTBOOK_APP_KEY; no bundle has its data here"))?.admin
    };
    let url = url.clone().or_else(|| set("WATTBOOK_URL")).unwrap_or_else(|| "http://127.0.0.1:3000".to_owned());
    let order = import_file::Order { file: file.clone(), dialect: *dialect, format, url, credential };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    Ok(runtime.block_on(import_file::run(order))?)
}

fn run(arguments: Arguments) -> Result<(), Failure> {
    log_to_stderr();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(workers()).enable_all().build()?;
    let outcome = runtime.block_on(serve(arguments));
    // A request that did not end in time must not keep the process.
    runtime.shutdown_timeout(Duration::from_secs(1));
    outcome
}

/// More than there are cores: the embedded store blocks a thread while it works and while it waits for its one
/// connection. With a thread for each of two cores, both were often caught there, and writes had half the rate.
fn workers() -> usize {
    std::thread::available_parallelism().map_or(1, NonZero::get).saturating_mul(4)
}

async fn serve(arguments: Arguments) -> Result<(), Failure> {
    // Before the start, so that a signal during it is not lost.
    let stop = stop_signal()?;
    let options = Options {
        port: arguments.port,
        data: if arguments.in_memory { DataDir::InMemory } else { DataDir::Dir(arguments.data_dir) },
        store: StoreAccess::of_process(),
        store_host: arguments.store_host,
        parameters: arguments.parameters.into_iter().collect(),
        print_events: true,
        ..Options::default()
    };
    let bundle = Bundle::start(options).await?;
    let told = tell(&bundle, arguments.write_env.as_deref(), arguments.write_sam_env.as_deref());
    if told.is_ok() {
        stop.await;
        tracing::info!("stopping");
    }
    bundle.stop().await;
    told
}

fn tell(bundle: &Bundle, environment: Option<&Path>, of_sam: Option<&Path>) -> Result<(), Failure> {
    io::stdout().write_all(welcome(bundle).as_bytes())?;
    io::stdout().flush()?;
    if let Some(file) = of_sam {
        private_file::write(file, format!("{:#}\n", sam_environment(bundle)).as_bytes())?;
    }
    if let Some(file) = environment {
        private_file::write(file, shell_lines(bundle).as_bytes())?;
    }
    Ok(())
}

/// For every function; SAM hands each what the template declares for it.
fn sam_environment(bundle: &Bundle) -> Value {
    let secret = |id| bundle.secret(id).unwrap_or_default();
    // To a container the loopback address is its own. Where containers run in a virtual machine, this name is ours.
    let reachable = |address: &str| address.replace("127.0.0.1", "host.docker.internal");
    json!({ "Parameters": {
        "AWS_ENDPOINT_URL_DYNAMODB": reachable(bundle.store_endpoint()),
        "AWS_ENDPOINT_URL_SQS": reachable(&bundle.url()),
        "DELIVERIES_URL": bundle.queue("Deliveries.fifo").unwrap_or_default(),
        "WEBHOOK_RECEIVERS": "any",
        "WEBHOOK_PAUSES": "5,30,120,600,1800,3600",
        "WEBHOOK_GIVE_UP_AFTER": "86400",
        "AWS_ENDPOINT_URL_S3": reachable(&bundle.url()),
        "BUCKET": bundle.bucket("Bucket").unwrap_or_default(),
        "IMPORT_QUEUE_URL": bundle.queue("ImportQueue").unwrap_or_default(),
        "IMPORT_LINES_URL": bundle.queue("ImportLines.fifo").unwrap_or_default(),
        "CONNECT_QUEUE_URL": bundle.queue("ConnectQueue").unwrap_or_default(),
        "TABLE_NAME": bundle.table(),
        "UNIQUENESS_SCOPE": bundle.uniqueness_scope(),
        "EVENT_BUS": "console",
        "SIGNING_KEYS": secret("SigningKeys"),
        "HASH_KEYS": secret("HashKeys"),
        "CONNECTOR_KEYS": secret("ConnectorKeys"),
        // SAM's gateway says by itself where it is reached.
        "PUBLIC_URL": "",
        "LOG_LEVEL": "info",
    } })
}

fn welcome(bundle: &Bundle) -> String {
    let (url, demo) = (bundle.url(), bundle.demo());
    let pair = |credential: &Credential| format!("{}:{}", credential.app_id, credential.app_key);
    let (admin, brand, other) = (pair(&demo.admin), pair(&demo.brand), pair(&demo.other));
    let organisation = &demo.organisation_id;
    let (store, example) = (bundle.store_endpoint(), bodies::example());
    let car = r#"{"type":"EV","manufacturer":"Sandbox","vin":"WAUZZZGE1NB012345"}"#;
    format!(
        "Wattbook answers at {url}\n\
         \n\
         Credentials, as app id:app key\n\
         \x20 Demo Energy (NORTH, SOUTH)   {admin}\n\
         \x20 Demo Energy, NORTH alone     {brand}\n\
         \x20 Other Energy (EAST)          {other}\n\
         \n\
         Provision an account (a second time its ids are taken, and the answer is 409):\n\
         curl -i -u '{admin}' -H 'Content-Type: application/json' -d '{example}' {url}/account\n\
         \n\
         Connect a car of the sandbox: open the redirectLink of the answer in a browser, and agree.\n\
         curl -i -u '{admin}' -H 'Content-Type: application/json' -d '{car}' {url}/onboarding/entities\n\
         \n\
         The API references (accounts.json, onboarding.json, events.json and customers.json are the others):\n\
         curl {url}/openapi/provisioning.json\n\
         \n\
         Invoke the operator function (`aws lambda invoke --endpoint-url {url}` does it, too):\n\
         curl -d '{{\"action\":\"get-organisation\",\"organisation_id\":\"{organisation}\"}}' \
         {url}/2015-03-31/functions/{OPERATOR}/invocations\n\
         \n\
         The table {table} is at {store}. Ctrl-C stops.\n\
         What happens is published below, an event a line.\n\n",
        table = bundle.table(),
    )
}

fn shell_lines(bundle: &Bundle) -> String {
    let (url, demo) = (bundle.url(), bundle.demo());
    let (store, table) = (bundle.store_endpoint().to_owned(), bundle.table().to_owned());
    [
        ("URL", &url),
        ("APP_ID", &demo.admin.app_id),
        ("APP_KEY", &demo.admin.app_key),
        ("BRAND_APP_ID", &demo.brand.app_id),
        ("BRAND_APP_KEY", &demo.brand.app_key),
        ("OTHER_APP_ID", &demo.other.app_id),
        ("OTHER_APP_KEY", &demo.other.app_key),
        // Ours, for whoever wants to look into the table.
        ("STORE_ENDPOINT", &store),
        ("TABLE", &table),
    ]
    .map(|(name, value)| format!("WATTBOOK_{name}={}\n", shell_word(value)))
    .concat()
}

/// The value as one word of a shell, in quotes only where it needs them.
fn shell_word(value: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_.:/".contains(c);
    if value.chars().all(plain) { value.to_owned() } else { format!("'{}'", value.replace('\'', r"'\''")) }
}

fn dialect(text: &str) -> Result<ImportDialect, &'static str> {
    text.parse().map_err(|_| "it is provisioning, accounts, onboarding or records")
}

fn pair(text: &str) -> Result<(String, String), &'static str> {
    let (name, value) = text.split_once('=').ok_or("it is written NAME=VALUE")?;
    Ok((name.to_owned(), value.to_owned()))
}

/// An address that a program elsewhere can be told.
fn one_address(text: &str) -> Result<IpAddr, &'static str> {
    let address: IpAddr = text.parse().map_err(|_| "it is an IP address, such as 172.17.0.1")?;
    if address.is_unspecified() { Err("it is one address of this machine, not all of them") } else { Ok(address) }
}

/// Resolves at Ctrl-C, and where there is such a thing at SIGTERM.
fn stop_signal() -> io::Result<impl Future<Output = ()>> {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let (mut interrupt, mut terminate) = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
        Ok(async move {
            tokio::select! {
                _ = interrupt.recv() => {}
                _ = terminate.recv() => {}
            }
        })
    }
    #[cfg(not(unix))]
    Ok(async {
        if let Err(error) = tokio::signal::ctrl_c().await {
            tracing::error!(%error, "Ctrl-C cannot be received");
        }
    })
}

/// What the bundle and its functions say at the level asked for; of everybody else, warnings. To
/// the embedded store every failed condition is a warning: to the functions it is an answer.
fn log_to_stderr() {
    let level = std::env::var("LOG_LEVEL").ok().and_then(|level| level.parse().ok());
    let level = level.unwrap_or(tracing::Level::INFO);
    let targets = [("wattbook", level), ("dynoxide", tracing::Level::ERROR)];
    let filter = Targets::new().with_default(tracing::Level::WARN.min(level)).with_targets(targets);
    let format = tracing_subscriber::fmt::layer().with_writer(io::stderr).with_target(false).with_ansi(false);
    tracing_subscriber::registry().with(format).with(filter).init();
}

fn report(failure: &Failure) {
    // Where even this cannot be written there is nobody to tell.
    let _ = writeln!(io::stderr(), "wattbook: {}", wattbook_api::log::chain(failure));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_flags_are_understood() {
        use clap::CommandFactory;
        Arguments::command().debug_assert();
        let arguments = Arguments::try_parse_from(["wattbook"]).unwrap();
        assert_eq!((arguments.port, arguments.data_dir.to_str()), (3000, Some(".wattbook")));
        assert!(Arguments::try_parse_from(["wattbook", "--in-memory", "--data-dir", "x"]).is_err());
        let arguments = Arguments::try_parse_from(["wattbook", "--parameter", "A=b=c", "--parameter", "D="]).unwrap();
        assert_eq!(arguments.parameters, [("A", "b=c"), ("D", "")].map(|(n, v)| (n.to_owned(), v.to_owned())));
        assert!(Arguments::try_parse_from(["wattbook", "--parameter", "A"]).is_err());
        for (address, is_one) in
            [("172.17.0.1", true), ("::1", true), ("0.0.0.0", false), ("::", false), ("host", false)]
        {
            assert_eq!(Arguments::try_parse_from(["wattbook", "--store-host", address]).is_ok(), is_one, "{address}");
        }
    }

    #[test]
    fn the_example_fits_between_single_quotes() {
        assert!(!bodies::example().to_string().contains('\''));
    }

    #[test]
    fn a_word_is_quoted_where_a_shell_would_split_or_expand_it() {
        assert_eq!(shell_word("http://127.0.0.1:3000"), "http://127.0.0.1:3000");
        assert_eq!(shell_word("a$b c'd"), r"'a$b c'\''d'");
    }
}
