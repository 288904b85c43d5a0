//! The executable that Lambda starts.

fn main() -> std::process::ExitCode {
    wattbook_api::serve(&delete_account_tariff::FUNCTION)
}
