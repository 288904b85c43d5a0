//! The executable that Lambda starts.

fn main() -> std::process::ExitCode {
    wattbook_api::serve(&answer_unmatched_route::FUNCTION)
}
