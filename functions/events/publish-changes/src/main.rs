//! The executable that Lambda starts.

fn main() -> std::process::ExitCode {
    wattbook_api::serve(&publish_changes::FUNCTION)
}
