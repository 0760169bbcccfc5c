//! The network as its CSV files tell it, and the rules of the product in plain words over it.

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    io::Read,
    path::Path,
};

/// A row of profiles.csv.
#[derive(Debug)]
pub struct Profile {
    pub is_private: bool,
    pub is_official: bool,
}

/// A row of posts.csv.
#[derive(Debug)]
pub struct Post {
    pub author: String,
    pub body: String,
    pub visibility: String,
    /// Where it is, if it is a beacon.
    pub place: Option<(f64, f64)>,
    pub expires_at: String,
    pub created_at: String,
}

pub struct Network {
    pub profiles: BTreeMap<String, Profile>,
    /// By follower and followee: whether it is accepted.
    pub follows: HashMap<(String, String), bool>,
    /// Newest first.
    pub posts: Vec<Post>,
}

impl Network {
    pub fn read(folder: &Path) -> Self {
        let profiles = rows(folder, "profiles.csv.gz").into_iter().map(|row| {
            let profile =
                Profile { is_private: row["is_private"] == "true", is_official: row["is_official"] == "true" };
            (row["handle"].clone(), profile)
        });
        let follows = rows(folder, "follows.csv.gz")
            .into_iter()
            .map(|row| ((row["follower"].clone(), row["following"].clone()), row["status"] == "accepted"));
        let posts = rows(folder, "posts.csv.gz").into_iter().map(|row| Post {
            author: row["author"].clone(),
            body: row["body"].clone(),
            visibility: row["visibility"].clone(),
            place: (row["is_beacon"] == "true")
                .then(|| (row["latitude"].parse().unwrap(), row["longitude"].parse().unwrap())),
            expires_at: row["expires_at"].clone(),
            created_at: row["created_at"].clone(),
        });
        let mut posts: Vec<_> = posts.collect();
        posts.sort_by(|a, b| b.created_at.cmp(&a.created_at));
        Self { profiles: profiles.collect(), follows: follows.collect(), posts }
    }

    pub fn follows_accepted(&self, follower: &str, following: &str) -> bool {
        self.follows.get(&(follower.to_owned(), following.to_owned())) == Some(&true)
    }

    pub fn follow_status(&self, viewer: Option<&str>, other: &str) -> &'static str {
        match viewer.and_then(|me| self.follows.get(&(me.to_owned(), other.to_owned()))) {
            None => "NONE",
            Some(true) => "ACCEPTED",
            Some(false) => "PENDING",
        }
    }

    pub fn may_view(&self, viewer: Option<&str>, other: &str) -> bool {
        viewer == Some(other)
            || !self.profiles[other].is_private
            || viewer.is_some_and(|me| self.follows_accepted(me, other))
    }

    fn is_visible(&self, viewer: Option<&str>, post: &Post) -> bool {
        let allowed = match post.visibility.as_str() {
            "public" => true,
            "followers" => viewer.is_some_and(|me| self.follows_accepted(me, &post.author)),
            // Nobody has a circle here.
            _ => false,
        };
        // The data is of 2010: whatever expires has expired.
        post.expires_at.is_empty()
            && (viewer == Some(post.author.as_str()) || (self.may_view(viewer, &post.author) && allowed))
    }

    /// The visible posts of these authors, newest first.
    pub fn feed(&self, viewer: Option<&str>, of: impl Fn(&str) -> bool) -> Vec<&Post> {
        let posts = self.posts.iter().filter(|post| post.place.is_none());
        posts.filter(|post| of(&post.author) && self.is_visible(viewer, post)).collect()
    }

    pub fn visible_beacons<'a>(&'a self, viewer: Option<&'a str>) -> impl Iterator<Item = &'a Post> {
        self.posts.iter().filter(move |post| post.place.is_some() && self.is_visible(viewer, post))
    }

    pub fn followers(&self, of: &str) -> usize {
        self.follows.iter().filter(|((_, following), accepted)| following == of && **accepted).count()
    }

    pub fn following(&self, of: &str) -> usize {
        self.follows.iter().filter(|((follower, _), accepted)| follower == of && **accepted).count()
    }

    /// People worth asking about: who follows most and is followed most, who asks most, a private one, and some others.
    pub fn notable(&self) -> Vec<&str> {
        type Chosen<'a> = &'a dyn Fn(&(String, String), bool) -> Option<String>;
        let most = |of: Chosen<'_>| {
            let mut counts: BTreeMap<String, usize> = BTreeMap::new();
            for (pair, accepted) in &self.follows {
                if let Some(handle) = of(pair, *accepted) {
                    *counts.entry(handle).or_default() += 1;
                }
            }
            counts.into_iter().max_by_key(|(_, count)| *count).map(|(handle, _)| handle).unwrap_or_default()
        };
        let chosen = [
            most(&|pair, accepted| accepted.then(|| pair.0.clone())),
            most(&|pair, accepted| accepted.then(|| pair.1.clone())),
            most(&|pair, accepted| (!accepted).then(|| pair.0.clone())),
            most(&|pair, accepted| (!accepted).then(|| pair.1.clone())),
            self.profiles.iter().find(|(_, profile)| profile.is_official).map(|(handle, _)| handle.clone()).unwrap(),
        ];
        let some = self.profiles.keys().step_by(1_500).cloned();
        let chosen: HashSet<String> = chosen.into_iter().chain(some).collect();
        self.profiles.keys().filter(|handle| chosen.contains(*handle)).map(String::as_str).collect()
    }
}

/// The distance on a sphere of the radius that PostGIS uses, in metres.
pub fn meters(a: (f64, f64), b: (f64, f64)) -> f64 {
    let (a, b) = ((a.0.to_radians(), a.1.to_radians()), (b.0.to_radians(), b.1.to_radians()));
    let h = ((b.0 - a.0) / 2.0).sin().powi(2) + a.0.cos() * b.0.cos() * ((b.1 - a.1) / 2.0).sin().powi(2);
    2.0 * 6_371_008.771_415 * h.sqrt().asin()
}

fn rows(folder: &Path, file: &str) -> Vec<HashMap<String, String>> {
    let mut text = String::new();
    let file = std::fs::File::open(folder.join(file)).unwrap();
    flate2::read::GzDecoder::new(file).read_to_string(&mut text).unwrap();
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    reader.deserialize().map(Result::unwrap).collect()
}
