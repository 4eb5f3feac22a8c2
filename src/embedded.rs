//! What `build.rs` embedded: the mappings and the templates.

include!(concat!(env!("OUT_DIR"), "/embedded.rs"));
