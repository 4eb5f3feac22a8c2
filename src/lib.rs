//! auditpack: from a live AWS account to a signed pack that anyone can verify.
//!
//! ```text
//!  AWS ──collect──► Exchange, Gap ──vault──► Snapshot ──facts──► Row ──assess──► Assessment ──report──► files ──bundle──► pack.zip
//!         (recorder)                (by SHA-256, chained)   (pure)  (pure, CEL)            (Tera)          (signed)      │
//!                                                               ▲                                                       ▼
//!                      mappings/ ──catalog──► Catalog ──────────┘                                        verify [--reperform]
//! ```
//!
//! Assessments of several snapshots go through `compare`: what changed, readiness over time, what to do next, what is due.
//!
//! Each arrow is one type. Every room imports [`model`] only; [`commands`] alone knows the rooms ([`bundle`] may use
//! [`seal`]). `aws_*` crates live in [`collect`], Tera in [`report`], files in [`vault`], [`catalog`], [`bundle`] and
//! [`commands`]. `tests/walls.rs` holds these walls.

pub mod model;

pub mod embedded;

pub mod catalog;
pub mod collect;
pub mod vault;

pub mod assess;
pub mod compare;
pub mod facts;

pub mod bundle;
pub mod report;
pub mod seal;

pub mod cli;
pub mod commands;
