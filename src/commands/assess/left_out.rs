//! What does not apply, in a line a framework.

use crate::model::{Assessment, Catalog, FrameworkId, FrameworkTotals};

/// How many requirements of each framework do not apply: its counts leave them out.
pub(super) fn lines(assessment: &Assessment, catalog: &Catalog) -> Vec<String> {
    let left_out = assessment.totals.frameworks.iter().filter(|(_, counts)| counts.excluded > 0);
    let line = |(id, counts): (&FrameworkId, &FrameworkTotals)| {
        let title = catalog.frameworks.get(id).map_or(id.as_str(), |framework| framework.title.as_str());
        format!("{title}: {} more do not apply, each with its reason in the report", counts.excluded)
    };
    left_out.map(line).collect()
}
