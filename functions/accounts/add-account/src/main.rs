//! The executable that Lambda starts.

fn main() -> std::process::ExitCode {
    wattbook_api::serve(&add_account::FUNCTION)
}
