//! Plain data and pure functions: no I/O, no clock, no network. Every room speaks in these types.

mod assessment;
mod catalog;
mod cell;
mod evidence;
mod exchange;
mod expression;
mod ids;
mod row;
mod row_data;
mod settings;
mod sink;
mod snapshot;
mod source;
mod verdict;
mod wire;
mod withheld;

pub use assessment::*;
pub use catalog::*;
pub use cell::harmless;
pub use evidence::*;
pub use exchange::*;
pub use expression::*;
pub use ids::*;
pub use row::*;
pub use row_data::RowData;
pub use settings::*;
pub use sink::*;
pub use snapshot::*;
pub use source::*;
pub use verdict::*;
pub use wire::*;
pub use withheld::*;
