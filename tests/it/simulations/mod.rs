//! Attacks on what is promised, carried out as an attacker would: by questions that everybody may ask.

mod cursors;
mod logs;
mod timing;
mod trilateration;
mod two_viewers;
