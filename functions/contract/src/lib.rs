//! The functions for the contract of each part, and what matches none of its routes: one file each. The build script finds them.

include!(concat!(env!("OUT_DIR"), "/functions.rs"));
