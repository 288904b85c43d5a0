//! The functions for the onboarding API: one file each. The build script finds them.

include!(concat!(env!("OUT_DIR"), "/functions.rs"));
