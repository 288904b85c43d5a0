//! The executable that Lambda starts.

fn main() -> std::process::ExitCode {
    wattbook_api::serve(&load_reference_data::FUNCTION)
}
