//! What the tests of this room share.

use crate::model::{Call, Source, SourceId};
use crate::walk::testing;

/// A json source of a service, with one list call.
pub(crate) fn source(service: &str) -> Source {
    Source {
        id: SourceId::new(format!("{service}.things")),
        service: service.to_owned(),
        signing: service.to_owned(),
        endpoint_variable: service.to_uppercase(),
        target: "Target".to_owned(),
        call: call("ListThings"),
        ..testing::source()
    }
}

/// A call without parameters.
pub(crate) fn call(operation: &str) -> Call {
    Call { actions: [format!("things:{operation}")].into(), ..testing::call(operation) }
}
