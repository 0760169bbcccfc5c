//! Watching what happens. A connection is that of one viewer; what it waits for is judged anew with each event.

mod resume;
mod watch;

pub use self::{
    resume::Resume,
    watch::{NotConnected, Watching},
};
pub use crate::live::{Beginning, Connection, Hub, Limits, News, Refused, Signals};
pub use crate::store::event::Kind;
