//! Every function in one crate, for the bundle on one machine and for the contract.
//!
//! A function is deployed as a program of its own; here its source is a module. The list is made by the build script
//! from the folders, so that a function is found by being there. Turned down: a dependency for each (a manifest has
//! no pattern for that, so each would be registered by hand), and a program for each (a laptop would start 150).

include!(concat!(env!("OUT_DIR"), "/functions.rs"));
