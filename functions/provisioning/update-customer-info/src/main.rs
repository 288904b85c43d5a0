//! The executable that Lambda starts.

fn main() -> std::process::ExitCode {
    wattbook_api::serve(&update_customer_info::FUNCTION)
}
