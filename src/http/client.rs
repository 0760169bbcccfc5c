//! Where a request comes from: the other end of its connection or, behind proxies of ours, what these say in a header.

use std::net::{IpAddr, SocketAddr};

use axum::{
    extract::{ConnectInfo, Request},
    middleware::Next,
    response::Response,
};
use http::{Extensions, HeaderMap, HeaderName};
use ipnet::IpNet;

/// The proxies in front of the server, and the header in which they say for whom they ask.
#[derive(Clone, Debug)]
pub struct Proxies {
    /// Their networks. Nobody else is believed.
    pub networks: Vec<IpNet>,
    /// A list of addresses, to which each proxy appends the one that it was asked by: `X-Forwarded-For`.
    pub header: HeaderName,
}

/// The address that counts for a request.
#[derive(Clone, Copy)]
struct Client(IpAddr);

/// Finds out where a request comes from.
pub async fn find(proxies: Proxies, mut request: Request, next: Next) -> Response {
    if let Some(ConnectInfo(peer)) = request.extensions().get::<ConnectInfo<SocketAddr>>() {
        let client = Client(place(proxies.client(peer.ip(), request.headers())));
        request.extensions_mut().insert(client);
    }
    next.run(request).await
}

/// Where a request comes from, as far as it is known.
pub fn address_of(extensions: &Extensions) -> Option<IpAddr> {
    extensions.get::<Client>().map(|Client(address)| *address)
}

impl Proxies {
    /// Whether an address is that of a proxy of ours.
    pub fn hold(&self, address: IpAddr) -> bool {
        self.networks.iter().any(|network| network.contains(&address.to_canonical()))
    }

    /// The last address that a proxy of ours vouches for.
    fn client(&self, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
        let mut client = peer;
        let lines: Vec<_> = headers.get_all(&self.header).iter().map(http::HeaderValue::as_bytes).collect();
        // From the end: what stands before may be made up by whoever asked.
        for said in lines.iter().rev().flat_map(|line| line.rsplit(|byte| *byte == b',')) {
            if !self.hold(client) {
                break;
            }
            match str::from_utf8(said).ok().and_then(|said| parsed(said.trim())) {
                Some(address) => client = address,
                None => break,
            }
        }
        client
    }
}

/// An address, perhaps with a port.
fn parsed(text: &str) -> Option<IpAddr> {
    text.parse().ok().or_else(|| text.parse::<SocketAddr>().ok().map(|address| address.ip()))
}

/// What counts as one address: of IPv6, the network of 64 bits that a house has to itself.
fn place(address: IpAddr) -> IpAddr {
    network(address, 64)
}

/// An address, or of IPv6 the first so many bits of it, from 1 to 128.
pub fn network(address: IpAddr, bits: u32) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => IpAddr::V6((address.to_bits() & u128::MAX << (128 - bits)).into()),
        address @ IpAddr::V4(_) => address,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn client(peer: &str, said: &[&str]) -> String {
        let header = HeaderName::from_static("x-forwarded-for");
        let networks = ["10.0.0.0/8", "2001:db8:1::/48"].map(|network| network.parse().unwrap()).to_vec();
        let value = |said: &&str| http::HeaderValue::from_bytes(said.as_bytes()).unwrap();
        let headers = said.iter().map(|said| (header.clone(), value(said))).collect();
        place(Proxies { networks, header }.client(peer.parse().unwrap(), &headers)).to_string()
    }

    /// Another header than the one that is set says nothing.
    #[test]
    fn only_one_header_is_read() {
        let proxies = Proxies {
            networks: vec!["10.0.0.0/8".parse().unwrap()],
            header: HeaderName::from_static("cf-connecting-ip"),
        };
        let mut headers = HeaderMap::new();
        headers.insert("x-forwarded-for", http::HeaderValue::from_static("198.51.100.1"));
        let peer = "10.0.0.1".parse().unwrap();
        assert_eq!(proxies.client(peer, &headers), peer);
        headers.insert("cf-connecting-ip", http::HeaderValue::from_static("203.0.113.9"));
        assert_eq!(proxies.client(peer, &headers).to_string(), "203.0.113.9");
    }

    #[test]
    fn a_network_is_so_many_bits_of_an_address() {
        let of = |address: &str, bits| network(address.parse().unwrap(), bits).to_string();
        assert_eq!(of("2001:db8:1:2ff:4::5", 56), "2001:db8:1:200::");
        assert_eq!(of("2001:db8:1:2ff:4::5", 64), "2001:db8:1:2ff::");
        assert_eq!(of("2001:db8::5", 128), "2001:db8::5");
        assert_eq!([of("192.0.2.9", 56), of("::ffff:192.0.2.9", 56)], ["192.0.2.9"; 2]);
    }

    #[test]
    fn only_our_own_proxies_are_believed() {
        assert_eq!(client("192.0.2.1", &["198.51.100.1"]), "192.0.2.1");
        assert_eq!(client("10.0.0.1", &[]), "10.0.0.1");
        assert_eq!(client("10.0.0.1", &["198.51.100.1"]), "198.51.100.1");
        assert_eq!(client("::ffff:10.0.0.1", &["198.51.100.1:4711"]), "198.51.100.1");
        // What the client itself said comes first.
        assert_eq!(client("10.0.0.1", &["203.0.113.9, 198.51.100.1"]), "198.51.100.1");
        assert_eq!(client("10.0.0.1", &["203.0.113.9", "198.51.100.1, 10.0.0.2"]), "198.51.100.1");
        assert_eq!(client("10.0.0.1", &["198.51.100.1, nonsense"]), "10.0.0.1");
        // Nor does what cannot be read lead to what stands before it.
        assert_eq!(client("10.0.0.1", &["203.0.113.9", "é, 198.51.100.1"]), "198.51.100.1");
        assert_eq!(client("10.0.0.1", &["203.0.113.9", "é"]), "10.0.0.1");
        assert_eq!(client("2001:db8:1::5", &["[2001:db8:7:8::9]:80"]), "2001:db8:7:8::");
    }

    #[test]
    fn a_network_of_64_bits_is_one_place() {
        assert_eq!(client("2001:db8:2:3:4::5", &[]), "2001:db8:2:3::");
        assert_eq!(client("::ffff:192.0.2.1", &[]), "192.0.2.1");
    }
}
