//! The functions that connect devices and keep them connected: one file each. The build script finds them.

include!(concat!(env!("OUT_DIR"), "/functions.rs"));
