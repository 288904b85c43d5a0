//! The functions for webhooks, which are a part of the events API: one file each. The build script finds them.

include!(concat!(env!("OUT_DIR"), "/functions.rs"));
