//! Addresses and ports: what is open to the world.

use std::net::IpAddr;

use serde_json::Value;

/// Whether a CIDR is so wide that it stands for the world, as AWS counts it: several halves or quarters of all addresses
/// are a known way around checks for `/0`. An error if it is not an address.
pub(crate) fn cidr_open(cidr: &str) -> Result<bool, String> {
    prefix(cidr).map(is_wide)
}

/// The address and the prefix's length.
pub(super) fn prefix(cidr: &str) -> Result<(IpAddr, u8), String> {
    let wrong = || format!("`{}` is not a CIDR", cidr.chars().take(60).collect::<String>());
    let (address, length) = cidr.trim().split_once('/').map_or((cidr.trim(), None), |(a, b)| (a, Some(b)));
    let address: IpAddr = address.parse().map_err(|_| wrong())?;
    let bits = if address.is_ipv4() { 32 } else { 128 };
    let length = length.map_or(Ok(bits), |length| length.parse::<u8>().map_err(|_| wrong()))?;
    if length > bits { Err(wrong()) } else { Ok((address, length)) }
}

/// Whether a source address condition leaves so much open that it narrows nothing.
pub(super) fn cidr_wide(cidr: &str) -> bool {
    prefix(cidr).map_or(true, is_wide)
}

/// AWS calls IPv4 ranges wider than /8 and IPv6 ranges wider than /32 public.
fn is_wide((address, length): (IpAddr, u8)) -> bool {
    length < if address.is_ipv4() { 8 } else { 32 }
}

/// Whether EC2 permissions open any of the ports (no ports: anything at all) to the world. A rule may name a prefix list:
/// `lists` are rows with what lists hold. Where only a list that is not among them could open a port, that is not known.
pub(crate) fn ports_open(permissions: &Value, ports: &[i64], lists: Option<&Value>) -> Result<bool, String> {
    let (mut open, mut unknown) = (false, None);
    for permission in items(permissions, "ipPermissions")? {
        if !ports.is_empty() && !opens_port(permission, ports)? {
            continue;
        }
        open |= to_world(permission)?;
        for named in items(permission.get("prefixListIds").unwrap_or(&Value::Null), "prefixListIds")? {
            let id = named.get("prefixListId").and_then(Value::as_str).unwrap_or_default();
            match lists.map(|lists| list_open(id, lists)).transpose()?.flatten() {
                Some(world) => open |= world,
                None => unknown = unknown.or(Some(id)),
            }
        }
    }
    match (open, unknown, lists) {
        (false, Some(_), None) => {
            Err("a rule names a prefix list, and what the list holds is not collected".to_owned())
        }
        (false, Some(id), Some(_)) => {
            Err(format!("a rule names the prefix list {id}, whose entries are not seen here"))
        }
        _ => Ok(open),
    }
}

/// Whether a prefix list holds the world; `None` if it is not among the lists, or its entries are not.
fn list_open(id: &str, lists: &Value) -> Result<Option<bool>, String> {
    let Some(entries) = list_of(id, lists).and_then(|list| list.get("entries")).filter(|entries| !entries.is_null())
    else {
        return Ok(None);
    };
    let mut world = false;
    for entry in items(entries, "entries")? {
        let cidr = entry.get("cidr").and_then(Value::as_str).ok_or("an entry of a prefix list has no `cidr`")?;
        world |= cidr_open(cidr)?;
    }
    Ok(Some(world))
}

/// The row of a prefix list, in lists of any depth.
fn list_of<'a>(id: &str, lists: &'a Value) -> Option<&'a Value> {
    match lists {
        Value::Array(lists) => lists.iter().find_map(|list| list_of(id, list)),
        row => Some(row).filter(|row| row.get("prefixListId").and_then(Value::as_str) == Some(id)),
    }
}

fn to_world(permission: &Value) -> Result<bool, String> {
    let mut world = false;
    for (list, member) in [("ipRanges", "cidrIp"), ("ipv6Ranges", "cidrIpv6")] {
        for range in items(permission.get(list).unwrap_or(&Value::Null), list)? {
            let cidr =
                range.get(member).and_then(Value::as_str).ok_or_else(|| format!("`{list}` has no `{member}`"))?;
            world |= cidr_open(cidr)?;
        }
    }
    Ok(world)
}

fn opens_port(permission: &Value, ports: &[i64]) -> Result<bool, String> {
    let protocol = permission.get("ipProtocol").and_then(Value::as_str).ok_or("a permission has no `ipProtocol`")?;
    match protocol {
        "-1" | "all" => return Ok(true),
        "tcp" | "udp" | "6" | "17" => {}
        _ => return Ok(false), // ICMP and the like have no ports
    }
    let (from, to) = (number(permission, "fromPort")?, number(permission, "toPort")?);
    let (from, to) = match (from, to) {
        (None | Some(-1), _) => (0, 65_535), // AWS leaves the ports out when all are meant
        (Some(from), to) => (from, to.unwrap_or(from)),
    };
    Ok(ports.iter().any(|port| (from..=to).contains(port)))
}

pub(super) fn number(permission: &Value, member: &str) -> Result<Option<i64>, String> {
    match permission.get(member) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::Number(number)) => Ok(number.as_i64()),
        Some(Value::String(text)) => {
            text.parse().map(Some).map_err(|_| format!("`{member}` is not a number: `{text}`"))
        }
        Some(_) => Err(format!("`{member}` is not a number")),
    }
}

/// The items of a list; an empty XML element reads as an empty text.
pub(super) fn items<'a>(list: &'a Value, name: &str) -> Result<Vec<&'a Value>, String> {
    match list {
        Value::Array(items) => Ok(items.iter().collect()),
        Value::Null => Ok(Vec::new()),
        Value::String(text) if text.trim().is_empty() => Ok(Vec::new()),
        Value::Object(_) => Ok(vec![list]),
        _ => Err(format!("`{name}` is not a list")),
    }
}

#[cfg(test)]
mod tests {
    use super::{cidr_open, cidr_wide, ports_open};
    use serde_json::json;

    #[test]
    fn only_everything_is_open() {
        let table = [
            ("0.0.0.0/0", Ok(true)),
            ("::/0", Ok(true)),
            ("0:0:0:0:0:0:0:0/0", Ok(true)),
            ("64.0.0.0/2", Ok(true)),
            ("2000::/3", Ok(true)),
            ("10.0.0.0/8", Ok(false)),
            ("2001:db8::/32", Ok(false)),
            ("0.0.0.0", Ok(false)),
            ("203.0.113.7/32", Ok(false)),
        ];
        for (cidr, expected) in table {
            assert_eq!(cidr_open(cidr), expected, "{cidr}");
        }
        for wrong in ["", "pl-1234", "0.0.0.0/33", "0.0.0.0/x", "1.2.3/0"] {
            assert!(cidr_open(wrong).is_err(), "{wrong}");
        }
        assert!(cidr_wide("0.0.0.0/1") && cidr_wide("::/16") && cidr_wide("nonsense") && !cidr_wide("10.0.0.0/8"));
    }

    #[test]
    fn ports_are_open_by_range_by_protocol_and_by_ipv6() {
        let world = json!([{"cidrIp": "10.0.0.0/8"}, {"cidrIp": "0.0.0.0/0"}]);
        let table = [
            (json!([{"ipProtocol": "tcp", "fromPort": 22, "toPort": 22, "ipRanges": world}]), true),
            (json!([{"ipProtocol": "tcp", "fromPort": 0, "toPort": 1024, "ipRanges": world}]), true),
            (json!([{"ipProtocol": "tcp", "fromPort": 23, "toPort": 3388, "ipRanges": world}]), false),
            (json!([{"ipProtocol": "-1", "ipRanges": world}]), true),
            (json!([{"ipProtocol": "-1", "ipRanges": [], "ipv6Ranges": [{"cidrIpv6": "::/0"}]}]), true),
            (json!([{"ipProtocol": "tcp", "ipRanges": world}]), true),
            (json!([{"ipProtocol": "6", "fromPort": "3389", "toPort": "3389", "ipRanges": world}]), true),
            (json!([{"ipProtocol": "icmp", "fromPort": -1, "toPort": -1, "ipRanges": world}]), false),
            (
                json!([{"ipProtocol": "tcp", "fromPort": 22, "toPort": 22, "ipRanges": [{"cidrIp": "10.0.0.0/8"}]}]),
                false,
            ),
            (json!([{"ipProtocol": "tcp", "fromPort": 22, "toPort": 22, "ipRanges": ""}]), false),
            (
                json!([{"ipProtocol": "udp", "fromPort": 22, "toPort": 22, "ipRanges": [{"cidrIp": "128.0.0.0/1"}]}]),
                true,
            ),
            (json!([]), false),
            (json!(null), false),
        ];
        for (permissions, expected) in table {
            assert_eq!(ports_open(&permissions, &[22, 3389], None), Ok(expected), "{permissions}");
        }
        let icmp = json!([{"ipProtocol": "icmp", "fromPort": -1, "toPort": -1, "ipRanges": world}]);
        assert_eq!(ports_open(&icmp, &[], None), Ok(true), "anything at all");
        let listed =
            json!([{"ipProtocol": "tcp", "fromPort": 22, "toPort": 22, "prefixListIds": [{"prefixListId": "pl-1"}]}]);
        assert!(ports_open(&listed, &[22], None).is_err(), "what a prefix list holds is unknown");
        assert_eq!(ports_open(&listed, &[3389], None), Ok(false), "but not for other ports");
        assert!(ports_open(&json!([{"ipRanges": world}]), &[22], None).is_err(), "no protocol: not a permission");
        assert!(ports_open(&json!([{"ipProtocol": "tcp", "ipRanges": [{}]}]), &[22], None).is_err());
    }

    #[test]
    fn prefix_lists_are_looked_into() {
        let rule =
            json!([{"ipProtocol": "tcp", "fromPort": 22, "toPort": 22, "prefixListIds": [{"prefixListId": "pl-1"}]}]);
        let holding = |cidrs: &[&str]| {
            let entries: Vec<_> = cidrs.iter().map(|cidr| json!({ "cidr": cidr })).collect();
            json!([{ "prefixListId": "pl-1", "entries": entries }])
        };
        let table = [
            (holding(&["10.1.0.0/16", "203.0.113.0/24"]), Ok(false)),
            (holding(&["10.1.0.0/16", "0.0.0.0/0"]), Ok(true)),
            (holding(&["::/0"]), Ok(true)),
            (holding(&[]), Ok(false)),
        ];
        for (lists, expected) in table {
            assert_eq!(ports_open(&rule, &[22], Some(&lists)), expected, "{lists}");
        }
        let unseen =
            [json!([]), json!([{ "prefixListId": "pl-1", "entries": null }]), json!([{"prefixListId": "pl-2"}])];
        for lists in unseen {
            assert!(ports_open(&rule, &[22], Some(&lists)).is_err(), "{lists}");
            assert_eq!(ports_open(&rule, &[443], Some(&lists)), Ok(false), "{lists}");
        }
    }
}
