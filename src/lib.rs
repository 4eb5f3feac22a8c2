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
//! Each arrow is one type. A room uses [`model`] and the few that `tests/walls` names; [`case`] joins rooms to a judged
//! case, [`commands`] knows them all. [`walk`] is how a source is asked and read, [`trail`] how log files are proved.
//! Rooms of helpers: `iam` reads policies, `typeset` sets PDFs, `withhold` takes secrets out of replies, [`awscli`] writes
//! the commands that show a fact again, [`document`] is a result before a terminal, Markdown or HTML shows it, `files` opens what a user names. `aws_*`
//! crates live in [`collect`], Tera in [`report`], files in `files`, [`vault`], [`catalog`], [`bundle`] and [`commands`].

pub mod expression;
pub mod model;

pub mod document;
pub mod embedded;
mod files;

pub mod attestations;
pub mod awscli;
pub mod catalog;
pub mod collect;
pub mod trail;
pub mod vault;
pub mod walk;
mod withhold;

pub mod assess;
pub mod compare;
pub mod facts;
mod iam;

pub mod bundle;
pub mod report;
pub mod seal;
mod typeset;

pub mod case;

pub mod cli;
pub mod commands;
