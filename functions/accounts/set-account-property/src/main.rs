//! The executable that Lambda starts.

fn main() -> std::process::ExitCode {
    wattbook_api::serve(&set_account_property::FUNCTION)
}
