//! The functions that put invoices on paper: one file each. They are a program of their own, for the fonts and what sets
//! them are a fifth of it. The build script finds them.

include!(concat!(env!("OUT_DIR"), "/functions.rs"));
