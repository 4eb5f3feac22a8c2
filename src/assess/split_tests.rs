//! The split follows the services in use, account by account, and the settings go before.

use serde_json::json;

use super::fixtures::*;
use super::requirement_tests::requirement;
use crate::expression::Expression;
use crate::model::*;

const AUTO: &str = "r.PackageType != 'Image' && r.UpdateRuntimeOn == 'Auto'";

/// Patching, with EC2 (the customer's), Lambda (shared, AWS's in update mode Auto), S3 (AWS's), and Outposts.
fn patching() -> Estate {
    let mut patching = requirement("patching");
    patching.layers = vec!["platform_patching".into()];
    let mut rooms = requirement("rooms");
    rooms.layers = vec!["physical".into()];
    let aws = [("platform_patching", Owner::Aws), ("physical", Owner::Aws)];
    let mut world = world()
        .framework(vec![patching, rooms])
        .service("s3", &aws)
        .service("ec2", &[("platform_patching", Owner::Customer), ("physical", Owner::Aws)])
        .service("lambda", &[("platform_patching", Owner::Shared), ("physical", Owner::Aws)])
        .service("outposts", &[("physical", Owner::Customer)]);
    let service = |world: &mut Estate, key: &str, change: &dyn Fn(&mut Service)| {
        change(world.catalog.services.get_mut(&ServiceKey::from(key)).unwrap());
    };
    service(&mut world, "lambda", &|lambda| {
        lambda.variants = vec![ServiceVariant {
            source: "lambda.list".into(),
            all: Expression::parse(AUTO).unwrap(),
            title: "every function is updated by AWS".into(),
            layers: [("platform_patching".to_owned(), Owner::Aws)].into(),
        }];
    });
    service(&mut world, "outposts", &|outposts| outposts.decides = ["physical".to_owned()].into());
    for key in ["s3", "ec2", "lambda", "outposts"] {
        world = world.shows(key, 0);
    }
    world
}

fn function(id: &str, package: &str, mode: Option<&str>) -> serde_json::Value {
    let mut row = json!({ "Id": id, "PackageType": package });
    if let Some(mode) = mode {
        row["UpdateRuntimeOn"] = json!(mode);
    }
    row
}

#[test]
fn patching_is_whose_services_are_in_use() {
    use Responsibility::{Customer, Inherited, Shared};
    let s3 = |world: Estate| world.row("s3.list", ONE, "us-east-1", json!({ "Id": "b" }));
    let ec2 = |world: Estate| world.row("ec2.list", ONE, "us-east-1", json!({ "Id": "i" }));
    let lambda = |world: Estate, package, mode| {
        world.row("lambda.list", ONE, "us-east-1", function(&format!("{package}{mode:?}"), package, mode))
    };
    let table = [
        (s3(patching()), Inherited, "platform_patching: aws (S3)"),
        (ec2(patching()), Customer, "platform_patching: customer (EC2)"),
        (ec2(s3(patching())), Shared, "platform_patching: customer (EC2)"),
        (
            lambda(s3(patching()), "Zip", Some("Auto")),
            Inherited,
            "platform_patching: aws (LAMBDA: every function is updated by AWS, S3)",
        ),
        (lambda(s3(patching()), "Zip", Some("Manual")), Shared, "platform_patching: shared (LAMBDA)"),
        (lambda(s3(patching()), "Image", None), Shared, "platform_patching: shared (LAMBDA)"),
        (lambda(patching(), "Zip", None), Shared, "platform_patching: shared (LAMBDA)"),
        (lambda(lambda(patching(), "Zip", Some("Auto")), "Image", None), Shared, "platform_patching: shared (LAMBDA)"),
        (
            lambda(patching(), "Zip", Some("Auto")).gap("lambda.list", ONE, "eu-west-1"),
            Shared,
            "platform_patching: shared (LAMBDA)",
        ),
    ];
    for (number, (world, owner, line)) in table.into_iter().enumerate() {
        let first = world.first();
        assert_eq!(first.responsibility, owner, "{number}: {:?}", first.split);
        assert!(first.split.contains(&line.to_owned()), "{number}: {:?}", first.split);
    }
}

#[test]
fn an_outpost_turns_the_building_to_the_customer() {
    let world = patching().row("s3.list", ONE, "us-east-1", json!({ "Id": "b" }));
    assert_eq!(world.assess().requirements[1].responsibility, Responsibility::Inherited);
    let rooms = world.row("outposts.list", ONE, "us-east-1", json!({ "Id": "o" })).assess().requirements.remove(1);
    assert_eq!(rooms.responsibility, Responsibility::Customer);
    assert_eq!(rooms.split, ["physical, for what runs in AWS Regions: aws (S3)", "physical: customer (OUTPOSTS)"]);
}

#[test]
fn accounts_that_differ_are_shown_each() {
    let world = patching().row("s3.list", ONE, "us-east-1", json!({ "Id": "b" }));
    assert_eq!(world.first().accounts, []);
    let first = world.row("ec2.list", TWO, "us-east-1", json!({ "Id": "i" })).first();
    let of: Vec<_> = first.accounts.iter().map(|own| (own.account.as_str(), own.responsibility)).collect();
    assert_eq!(of, [(ONE, Responsibility::Inherited), (TWO, Responsibility::Customer)]);
    assert_eq!(first.responsibility, Responsibility::Shared);
}

#[test]
fn rows_may_show_another_service_than_their_source() {
    let mut world = patching().row("ec2.list", ONE, "us-east-1", json!({ "Id": "i", "OutpostArn": "arn" }));
    let sign = |when: &str| ServiceSign { source: "ec2.list".into(), when: Expression::parse(when).unwrap() };
    let set = |world: &mut Estate, when: &str| {
        world.catalog.services.get_mut(&ServiceKey::from("outposts")).unwrap().seen = vec![sign(when)];
        world.assess().services.iter().map(|service| service.key.to_string()).collect::<Vec<_>>()
    };
    assert_eq!(set(&mut world, "has(r.OutpostArn)"), ["ec2", "outposts"]);
    assert_eq!(set(&mut world, "has(r.Other)"), ["ec2"]);
    assert_eq!(set(&mut world, "r.Other == 1"), ["ec2", "outposts"], "what cannot be said may be");
}

#[test]
fn the_settings_go_before_and_are_told() {
    let mut world = patching().row("s3.list", ONE, "us-east-1", json!({ "Id": "b" }));
    world.settings.splits = vec![SplitSetting {
        framework: "f".into(),
        requirement: "patching".into(),
        responsibility: Responsibility::Customer,
        reason: "a contract says so".into(),
    }];
    let assessment = world.assess();
    let first = &assessment.requirements[0];
    assert_eq!(first.responsibility, Responsibility::Customer);
    assert_eq!(first.split[0], "set by the settings: customer (a contract says so)");
    let set = &assessment.overrides[0];
    assert_eq!((set.computed, set.responsibility), (Responsibility::Inherited, Responsibility::Customer));
    assert_eq!(assessment.overrides.len(), 1);
}

#[test]
fn what_could_not_be_asked_is_not_known_and_decides_nothing() {
    let s3 = |edition| {
        let mut world = patching().row("s3.list", ONE, "us-east-1", json!({ "Id": "b" }));
        world.catalog.edition = edition;
        world.gap("outposts.list", ONE, "eu-west-1")
    };
    let rooms = |world: &Estate| world.assess().requirements.remove(1);
    let known = rooms(&s3(Edition::Second));
    assert_eq!(known.responsibility, Responsibility::Inherited);
    let line =
        "not known whether OUTPOSTS is in use (`outposts.list` could not be read: it may be in use); if so: customer";
    assert_eq!(known.split, ["physical: aws (S3)", line]);
    let services = s3(Edition::Second).assess().services;
    let states: Vec<_> = services.iter().map(|one| (one.key.as_str(), one.is_known())).collect();
    assert_eq!(states, [("outposts", false), ("s3", true)]);
    assert_eq!(rooms(&s3(Edition::First)).responsibility, Responsibility::Customer, "as packs of that time say");
    let patching = s3(Edition::Second).first();
    assert_eq!(
        patching.split,
        ["platform_patching: aws (S3)"],
        "an Outpost has no such layer: it decides nothing here"
    );
    let shown = s3(Edition::Second).row("outposts.list", ONE, "us-east-1", json!({ "Id": "o" }));
    assert_eq!(
        rooms(&shown).responsibility,
        Responsibility::Customer,
        "one that is seen counts, whatever else is missing"
    );
}
