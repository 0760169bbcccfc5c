//! What a person decides about others for himself: whom he has blocked, and who is in the circle. Nobody else sees
//! either.

mod block;
mod circle;
mod lists;

pub use crate::store::own_list::OwnList;
