//! The device that a request is about.

use wattbook_domain::catalogue::EntityType;

/// A device, as its owner is told of it.
#[derive(Clone, Copy)]
pub struct Device<'a> {
    /// What it is.
    pub entity_type: EntityType,
    /// Who makes it, or by which way it is reached.
    pub manufacturer: &'a str,
    /// Its model, if it was stated.
    pub model: Option<&'a str>,
    /// What names it, if it was stated.
    pub id: Option<DeviceId<'a>>,
}

/// What names a device.
#[derive(Clone, Copy)]
pub struct DeviceId<'a> {
    /// What it is called, in the words of the catalogue: `VIN`.
    pub title: &'a str,
    /// As it was written.
    pub written: &'a str,
    /// In its one form.
    pub settled: &'a str,
}
