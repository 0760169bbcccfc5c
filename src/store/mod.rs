//! Every statement that the server sends. Rows of protected tables are read through [`scope`] only, which asks
//! `policy::visibility`; values come back as plain data.

pub mod account;
pub mod adoption;
pub mod budget;
pub mod bulk;
pub mod db;
pub mod delivery;
pub mod ending;
mod error;
pub mod event;
pub mod export;
pub mod feed;
pub mod follow;
pub mod geo;
pub mod hashtag;
pub mod import;
pub mod key;
pub mod mark;
pub mod mention;
pub mod migrate;
pub mod notification;
pub mod notify;
pub mod once;
pub mod own_list;
pub mod page;
pub mod post;
pub mod profile;
pub mod replica;
mod scope;
pub mod search;
pub mod seed;
mod sql;

pub use db::{Db, Executor, Tx};
pub use error::StoreError;
