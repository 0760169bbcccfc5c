//! How many connections come from an address.

use std::{
    collections::HashMap,
    net::IpAddr,
    sync::{Arc, Mutex, PoisonError},
};

/// Counts the connections of each address, and all of them.
pub struct Addresses {
    most: usize,
    most_of_all: usize,
    open: Mutex<Open>,
}

#[derive(Default)]
struct Open {
    all: usize,
    by_address: HashMap<IpAddr, usize>,
}

/// A counted connection, until this is dropped.
pub struct Counted {
    addresses: Arc<Addresses>,
    address: Option<IpAddr>,
}

impl Addresses {
    pub fn new(most: usize, most_of_all: usize) -> Self {
        Self { most, most_of_all, open: Mutex::default() }
    }

    /// Counts one more, unless there are as many as there may be. Where the address is not known, it is one among all.
    pub fn take(self: &Arc<Self>, address: Option<IpAddr>) -> Option<Counted> {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        if open.all >= self.most_of_all {
            return None;
        }
        if let Some(address) = address {
            let count = open.by_address.entry(address).or_default();
            if *count >= self.most {
                return None;
            }
            *count += 1;
        }
        open.all += 1;
        Some(Counted { addresses: Arc::clone(self), address })
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        let mut open = self.addresses.open.lock().unwrap_or_else(PoisonError::into_inner);
        open.all -= 1;
        let Some(address) = self.address else { return };
        if let Some(count) = open.by_address.get_mut(&address) {
            *count -= 1;
            if *count == 0 {
                open.by_address.remove(&address);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn connections_are_counted_by_address() {
        let addresses = Arc::new(Addresses::new(2, 5));
        let take = |address: &str| addresses.take(Some(address.parse().unwrap()));
        let held = [take("2001:db8::"), take("2001:db8::")];
        assert!(held.iter().all(Option::is_some));
        assert!(take("2001:db8::").is_none());
        assert!(take("2001:db8:0:1::").is_some());
        let (one, other) = (take("192.0.2.1"), take("192.0.2.1"));
        assert!(one.is_some() && other.is_some() && take("192.0.2.1").is_none());
        drop(one);
        assert!(take("192.0.2.1").is_some());
        // Of everybody together there are no more than five.
        let more = [take("192.0.2.2"), take("192.0.2.3"), take("192.0.2.4"), take("192.0.2.5")];
        assert_eq!(more.iter().filter(|one| one.is_some()).count(), 2);
        drop((held, other, more));
        let open = addresses.open.lock().unwrap();
        assert!(open.all == 0 && open.by_address.is_empty());
    }
}
