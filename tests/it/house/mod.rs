//! The rules of the house (ARCHITECTURE.md), kept by reading the sources: which room may name what, and where
//! statements stand. clippy.toml keeps those that the compiler can see.

mod rooms;
mod security;
mod source;
mod statements;
