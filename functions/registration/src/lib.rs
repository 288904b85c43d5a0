//! The functions for what customers do by themselves: one file each. The build script finds them.

include!(concat!(env!("OUT_DIR"), "/functions.rs"));
