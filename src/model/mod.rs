//! Plain data and pure functions: no I/O, no clock, no network. Every room speaks in these types.

mod assessment;
mod catalog;
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
mod trail;
mod verdict;
mod wire;

pub use assessment::*;
pub use catalog::*;
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
pub use trail::*;
pub use verdict::*;
pub use wire::*;
