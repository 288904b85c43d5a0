//! The whole bundle on one machine, for development and for the tests.
//!
//! What AWS provides is stood in for: API Gateway by a small HTTP server that knows its routes,
//! authorizer and event format; Lambda by calling the functions, which are the very crates that
//! are deployed; DynamoDB by an embedded one that the functions reach over HTTP as they would
//! the real one; SQS by another file, which they reach likewise; S3 by a folder of files; EventBridge by a list
//! of rules, and its clock by a timer; Secrets Manager by a file. `template.yaml` is read for all of it, so that there
//! is no second list of routes, tables or settings to fall behind.
//!
//! Turned down: running each function as a process under an emulator of Lambda's Runtime API
//! (eighty processes to build and start; `.ci/run` does that for the few checks that need it), and
//! a container stack (nothing else is to be installed).
//!
//! Nothing here is meant to face a network: it listens on 127.0.0.1 alone.

mod answer;
mod authorizer;
mod aws_api;
mod bundle;
pub mod contract;
mod cors;
mod data;
mod delivery;
pub mod demo;
mod embedded;
mod error;
mod event;
mod event_bus;
mod events_api;
pub mod functions;
mod gateway;
pub mod import_file;
mod invoke_api;
pub mod message_schemas;
mod object_store;
mod objects;
pub mod private_file;
mod queue_store;
mod queues;
mod request_body;
mod routes;
mod s3_api;
pub mod sample;
mod schedules;
mod secrets;
mod serving;
mod sqs_api;
mod store_access;
mod stream_journal;
mod streams;
mod table_input;
pub mod template;

pub use bundle::{Bundle, Options};
pub use data::DataDir;
pub use error::{InvokeError, LocalError};
pub use store_access::StoreAccess;
