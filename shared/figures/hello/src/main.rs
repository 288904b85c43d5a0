//! The least a function on this stack can be: it answers every request with the same text.
//!
//! `wattbook-figures` measures each function against it. Nothing may be added here that a function
//! does not get for free, or the comparison flatters.

use lambda_http::{Error, Request, service_fn};

fn main() -> Result<(), Error> {
    tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(lambda_http::run(service_fn(hello)))
}

async fn hello(_: Request) -> Result<&'static str, Error> {
    Ok("Hello, world!")
}
