//! The functions for what happened, told to the world: one file each. The build script finds them.

include!(concat!(env!("OUT_DIR"), "/functions.rs"));
