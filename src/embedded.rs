//! What `build.rs` embedded: the mappings, the templates, and the documents of the demo.

include!(concat!(env!("OUT_DIR"), "/embedded.rs"));
