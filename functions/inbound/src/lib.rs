//! The functions that take in what comes without HTTP: one file each. The build script finds them.

include!(concat!(env!("OUT_DIR"), "/functions.rs"));
