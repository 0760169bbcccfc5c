//! Tiles of the map: what they hold, where it is, who may keep them, and what is no tile.

mod answers;
mod contents;
mod log;
mod refusals;
