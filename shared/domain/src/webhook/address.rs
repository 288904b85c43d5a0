//! Which addresses are somebody's out in the world, and not ours, our network's, or nobody's.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// The blocks of IPv4 that are not (IANA IPv4 Special-Purpose Address Registry, RFC 6890 and what followed it; RFC 5771
/// for multicast), each by its first address and the length of its prefix.
const NOT_PUBLIC_V4: [([u8; 4], u32); 15] = [
    // "This network".
    ([0, 0, 0, 0], 8),
    // Private use.
    ([10, 0, 0, 0], 8),
    // Behind a carrier's translator.
    ([100, 64, 0, 0], 10),
    // Loopback.
    ([127, 0, 0, 0], 8),
    // Link-local, with the metadata services of clouds.
    ([169, 254, 0, 0], 16),
    // Private use.
    ([172, 16, 0, 0], 12),
    // Protocol assignments.
    ([192, 0, 0, 0], 24),
    // Documentation.
    ([192, 0, 2, 0], 24),
    // Relays of 6to4, deprecated.
    ([192, 88, 99, 0], 24),
    // Private use.
    ([192, 168, 0, 0], 16),
    // Benchmarks.
    ([198, 18, 0, 0], 15),
    // Documentation.
    ([198, 51, 100, 0], 24),
    // Documentation.
    ([203, 0, 113, 0], 24),
    // Multicast.
    ([224, 0, 0, 0], 4),
    // Reserved, with the broadcast address.
    ([240, 0, 0, 0], 4),
];

/// The only block of IPv6 that public addresses are from (RFC 4291, IANA IPv6 Address Space).
const GLOBAL_UNICAST_V6: (u128, u32) = (0x2000 << 112, 3);

/// What is not, within it (IANA IPv6 Special-Purpose Address Registry). Mapped (`::ffff:0:0/96`), translated
/// (`64:ff9b::/96`, `64:ff9b:1::/48`), local, link-local and multicast addresses are outside of it.
const NOT_PUBLIC_V6: [(u128, u32); 4] = [
    // Protocol assignments: Teredo, benchmarks, ORCHID.
    (0x2001 << 112, 23),
    // Documentation.
    (0x2001_0db8 << 96, 32),
    // 6to4, which has an IPv4 address in it.
    (0x2002 << 112, 16),
    // Documentation.
    (0x3fff << 112, 20),
];

/// Whether an address is one that anybody may be reached at, from anywhere. What is translated from an IPv4 address counts
/// as none: who is public there is reached at that.
#[must_use]
pub fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => !NOT_PUBLIC_V4.iter().any(|(block, prefix)| is_in_v4(address, *block, *prefix)),
        IpAddr::V6(address) => {
            is_in_v6(address, GLOBAL_UNICAST_V6) && !NOT_PUBLIC_V6.iter().any(|block| is_in_v6(address, *block))
        }
    }
}

fn is_in_v4(address: Ipv4Addr, block: [u8; 4], prefix: u32) -> bool {
    let differing = u32::from(address) ^ u32::from_be_bytes(block);
    differing.leading_zeros() >= prefix
}

fn is_in_v6(address: Ipv6Addr, (block, prefix): (u128, u32)) -> bool {
    (u128::from(address) ^ block).leading_zeros() >= prefix
}
