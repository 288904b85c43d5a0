//! What is deployed, once for each of the functions: its handler's name says which.

fn main() -> std::process::ExitCode {
    wattbook_api::serve(wattbook_functions_customers::FUNCTIONS)
}
