//! What the tests of this room share.

use std::collections::BTreeMap;

use crate::model::{Call, Collector, ItemList, Protocol, Shape, Source, SourceId, SourceScope};

/// A json source with one list call.
pub(crate) fn source(service: &str) -> Source {
    Source {
        id: SourceId::new(format!("{service}.things")),
        title: "Things".to_owned(),
        shows_service: None,
        service: service.to_owned(),
        signing: service.to_owned(),
        endpoint_variable: service.to_uppercase(),
        protocol: Protocol::Json,
        version: "1.1".to_owned(),
        target: "Target".to_owned(),
        scope: SourceScope::Region,
        collector: Collector::Generic,
        from: None,
        call: call("ListThings"),
        each: Vec::new(),
        items: vec![ItemList { path: "Things".to_owned(), kind: String::new(), may_be_missing: false }],
        key: "Id".to_owned(),
        resource: String::new(),
        config_ids: Default::default(),
        unique_id: Vec::new(),
        created: None,
        expires: None,
        inventory: crate::model::Inventory::Resources,
        only: None,
    }
}

/// A call without parameters.
pub(crate) fn call(operation: &str) -> Call {
    Call {
        operation: operation.to_owned(),
        method: "POST".to_owned(),
        path: "/".to_owned(),
        parameters: BTreeMap::new(),
        vary: vec![BTreeMap::new()],
        headers: BTreeMap::new(),
        host_prefix: String::new(),
        page: None,
        shape: Shape::default(),
        absent: ["NotFoundException".to_owned()].into(),
        not_subscribed: ["InvalidAccessException".to_owned()].into(),
        cli: None,
        actions: [format!("things:{operation}")].into(),
    }
}
