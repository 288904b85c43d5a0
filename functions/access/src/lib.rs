//! The functions for who may call: credentials, tokens, the authorizer: one file each. The build script finds them.

include!(concat!(env!("OUT_DIR"), "/functions.rs"));
