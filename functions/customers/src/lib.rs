//! The functions of the customers API: one file each. The build script finds them.

include!(concat!(env!("OUT_DIR"), "/functions.rs"));
