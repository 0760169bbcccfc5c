//! How many live connections come from an address.

use std::{
    collections::HashMap,
    net::IpAddr,
    sync::{Arc, Mutex, PoisonError},
};

/// Counts the connections of each address.
pub struct Addresses {
    most: usize,
    open: Mutex<HashMap<IpAddr, usize>>,
}

/// A counted connection, until this is dropped.
pub struct Counted {
    addresses: Arc<Addresses>,
    address: Option<IpAddr>,
}

impl Addresses {
    pub(super) fn new(most: usize) -> Self {
        Self { most, open: Mutex::default() }
    }

    /// Counts one more, unless there are as many as there may be. Where the address is not known, none is counted.
    pub fn take(self: &Arc<Self>, address: Option<IpAddr>) -> Option<Counted> {
        let address = address.map(place);
        if let Some(address) = address {
            let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
            let count = open.entry(address).or_default();
            if *count >= self.most {
                return None;
            }
            *count += 1;
        }
        Some(Counted { addresses: Arc::clone(self), address })
    }
}

/// What counts as one address: of IPv6, the network of 64 bits that a house has to itself.
fn place(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => IpAddr::V6((address.to_bits() >> 64 << 64).into()),
        address @ IpAddr::V4(_) => address,
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        let Some(address) = self.address else { return };
        let mut open = self.addresses.open.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = open.get_mut(&address) {
            *count -= 1;
            if *count == 0 {
                open.remove(&address);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn connections_are_counted_by_address_and_by_network() {
        let addresses = Arc::new(Addresses::new(2));
        let take = |address: &str| addresses.take(Some(address.parse().unwrap()));
        let held = [take("2001:db8::1"), take("2001:db8::2")];
        assert!(held.iter().all(Option::is_some));
        assert!(take("2001:db8::3").is_none());
        assert!(take("2001:db8:0:1::1").is_some());
        let (one, other) = (take("192.0.2.1"), take("::ffff:192.0.2.1"));
        assert!(one.is_some() && other.is_some() && take("192.0.2.1").is_none());
        drop(one);
        assert!(take("192.0.2.1").is_some());
        drop((held, other));
        assert!(addresses.open.lock().unwrap().is_empty());
    }
}
