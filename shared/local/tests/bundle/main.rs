//! The running bundle, driven over HTTP: a file per operation, and one for each promise that
//! several operations share. Every test starts a bundle of its own on free ports, in memory; or all
//! run against one deployed stack (`stack.rs`).

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::too_many_lines,
    reason = "tests fail by panicking, and tables of cases are long"
)]

mod accounts;
mod administer_organisations;
mod answer_unmatched_route;
mod authorize_request;
mod capacity;
mod change_log;
mod changes;
mod coding;
mod cors;
mod customer_info;
mod customers;
mod erase_account;
mod events;
mod examples;
mod expire_onboardings;
mod faulty_store;
mod find_account;
mod follow_changes;
mod get_openapi;
mod get_provisioned_account;
mod idempotency;
mod ids;
mod imports;
mod inbox;
mod installations;
mod intake;
mod isolation;
mod issue_token;
mod list_accounts;
mod list_changes;
mod load_reference_data;
mod malformed;
mod meters;
mod model;
mod move_installation;
mod never_logged;
mod onboarding;
mod parts;
mod permissions;
mod process;
mod provision_account;
mod proxy;
mod publish_changes;
mod races;
mod recount_accounts;
mod register_customer;
mod registration;
mod resend_verification;
mod schemas;
mod stack;
mod support;
mod templates;
mod text;
mod webhooks;
