//! IP addresses and ranges of them.

use std::net::IpAddr;

/// A range of addresses in CIDR notation; an address alone is a range of one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct AddressRange {
    address: IpAddr,
    prefix: u32,
}

impl AddressRange {
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (address, prefix) = match text.split_once('/') {
            Some((address, prefix)) => (address, Some(prefix)),
            None => (text, None),
        };
        let address: IpAddr = address.parse().ok()?;
        let longest = if address.is_ipv4() { 32 } else { 128 };
        let prefix = match prefix {
            None => longest,
            Some(prefix) => {
                let digits = (1..=3).contains(&prefix.len())
                    && prefix.bytes().all(|byte| byte.is_ascii_digit());
                digits.then(|| prefix.parse().ok()).flatten()?
            }
        };
        (prefix <= longest).then_some(Self { address, prefix })
    }

    /// Whether the address lies in the range.
    pub(crate) fn contains(&self, address: IpAddr) -> bool {
        match (self.address, address) {
            (IpAddr::V4(own), IpAddr::V4(address)) => {
                let free = 32_u32.saturating_sub(self.prefix);
                let kept = |address: std::net::Ipv4Addr| address.to_bits().checked_shr(free);
                kept(own) == kept(address)
            }
            (IpAddr::V6(own), IpAddr::V6(address)) => {
                let free = 128_u32.saturating_sub(self.prefix);
                let kept = |address: std::net::Ipv6Addr| address.to_bits().checked_shr(free);
                kept(own) == kept(address)
            }
            _ => false,
        }
    }
}
