//! The functions behind the pages that the owner of a device sees: one file each. The build script finds them.

include!(concat!(env!("OUT_DIR"), "/functions.rs"));
