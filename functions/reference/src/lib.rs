//! The functions for the tables that accounts take their defaults from: one file each. The build script finds them.

include!(concat!(env!("OUT_DIR"), "/functions.rs"));
