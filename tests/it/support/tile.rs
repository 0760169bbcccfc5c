//! Tiles of the map, read as a client reads them: by the messages of the Mapbox Vector Tile specification, version 2.

use std::collections::BTreeMap;

use axum::body::{Body, to_bytes};
use http::{HeaderMap, Request, StatusCode, header};
use prost::Message;
use serde_json::{Value, json};

use super::{Person, TestApp, header_of};

/// The zoom, the column and the row of a tile.
pub type Address = (i32, i32, i32);

/// What came back for a tile.
#[derive(Debug)]
pub struct Tile {
    pub address: Address,
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub bytes: Vec<u8>,
}

/// A point of a tile.
#[derive(Clone, Debug, PartialEq)]
pub struct Feature {
    /// Units east and south of the tile's north-western corner.
    pub place: (i32, i32),
    pub properties: BTreeMap<String, Value>,
}

impl Feature {
    pub fn id(&self) -> String {
        self.properties["id"].as_str().unwrap().to_owned()
    }
}

impl TestApp {
    /// Asks for a tile, signed in as `viewer` or signed out.
    pub async fn tile<'a>(&self, viewer: impl Into<Option<&'a Person>>, address: Address) -> Tile {
        self.tile_with(viewer, address, &[]).await
    }

    /// Asks for a tile with these headers.
    pub async fn tile_with<'a>(
        &self,
        viewer: impl Into<Option<&'a Person>>,
        address @ (zoom, column, row): Address,
        headers: &[(&str, &str)],
    ) -> Tile {
        let mut request = Request::get(format!("/tiles/beacons/{zoom}/{column}/{row}.mvt"));
        if let Some(person) = viewer.into() {
            request = request.header(header::AUTHORIZATION, format!("Bearer {}", person.token));
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let response = self.call(request.body(Body::empty()).unwrap()).await;
        let (parts, body) = response.into_parts();
        let bytes = to_bytes(body, usize::MAX).await.unwrap().to_vec();
        Tile { address, status: parts.status, headers: parts.headers, bytes }
    }
}

impl Tile {
    /// Its beacons; none, when it is empty. Whatever it holds has to be as it is said to be.
    #[track_caller]
    pub fn features(&self) -> Vec<Feature> {
        if self.status == 204 {
            assert!(self.bytes.is_empty());
            return Vec::new();
        }
        assert_eq!(self.status, 200, "{:?}: {}", self.address, String::from_utf8_lossy(&self.bytes));
        assert_eq!(header_of(&self.headers, "content-type"), "application/vnd.mapbox-vector-tile");
        let layers = Layers::decode(self.bytes.as_slice()).unwrap().layers;
        let [layer] = layers.as_slice() else { panic!("{layers:?}") };
        assert_eq!((layer.version, layer.name.as_str(), layer.extent), (2, "beacons", 4_096));
        assert!(!layer.features.is_empty(), "a tile without beacons is no content");
        layer.features.iter().map(|feature| layer.read(feature)).collect()
    }

    pub fn ids(&self) -> Vec<String> {
        self.features().iter().map(Feature::id).collect()
    }
}

#[derive(Message)]
struct Layers {
    #[prost(message, repeated, tag = "3")]
    layers: Vec<Layer>,
}

#[derive(Message)]
struct Layer {
    #[prost(uint32, tag = "15")]
    version: u32,
    #[prost(string, tag = "1")]
    name: String,
    #[prost(message, repeated, tag = "2")]
    features: Vec<Drawn>,
    #[prost(string, repeated, tag = "3")]
    keys: Vec<String>,
    #[prost(message, repeated, tag = "4")]
    values: Vec<Word>,
    #[prost(uint32, tag = "5")]
    extent: u32,
}

#[derive(Message)]
struct Drawn {
    #[prost(uint64, optional, tag = "1")]
    id: Option<u64>,
    #[prost(uint32, repeated, tag = "2")]
    tags: Vec<u32>,
    #[prost(int32, tag = "3")]
    kind: i32,
    #[prost(uint32, repeated, tag = "4")]
    geometry: Vec<u32>,
}

#[derive(Message)]
struct Word {
    #[prost(string, optional, tag = "1")]
    text: Option<String>,
    #[prost(double, optional, tag = "3")]
    double: Option<f64>,
    #[prost(int64, optional, tag = "4")]
    int: Option<i64>,
    #[prost(uint64, optional, tag = "5")]
    uint: Option<u64>,
    #[prost(sint64, optional, tag = "6")]
    sint: Option<i64>,
    #[prost(bool, optional, tag = "7")]
    bool: Option<bool>,
}

impl Layer {
    fn read(&self, feature: &Drawn) -> Feature {
        assert_eq!(feature.id, None);
        // A point is one command: move to, once, with the two numbers that follow in zigzag.
        let ([9, x, y], 1) = (feature.geometry.as_slice(), feature.kind) else { panic!("{feature:?} is no point") };
        let number = |zigzag: &u32| i32::try_from(zigzag >> 1).unwrap() ^ -i32::try_from(zigzag & 1).unwrap();
        let property = |pair: &[u32]| {
            let [key, value] = [pair[0], pair[1]].map(|at| usize::try_from(at).unwrap());
            (self.keys[key].clone(), self.values[value].read())
        };
        Feature { place: (number(x), number(y)), properties: feature.tags.chunks(2).map(property).collect() }
    }
}

impl Word {
    fn read(&self) -> Value {
        let Self { text, double, int, uint, sint, bool } = self;
        let values = [text.as_ref().map(|it| json!(it)), double.map(|it| json!(it)), int.map(|it| json!(it))];
        let more = [uint.map(|it| json!(it)), sint.map(|it| json!(it)), bool.map(|it| json!(it))];
        let values: Vec<_> = values.into_iter().chain(more).flatten().collect();
        assert_eq!(values.len(), 1, "{self:?}");
        values[0].clone()
    }
}
