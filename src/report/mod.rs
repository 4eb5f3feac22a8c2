//! (being built)

pub mod pdf;
