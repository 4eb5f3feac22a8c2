//! Addresses and ports: what is open to the world.

use std::net::IpAddr;

use serde_json::Value;

/// Whether a CIDR is so wide that it stands for the world, as AWS counts it: several halves or quarters of all addresses
/// are a known way around checks for `/0`. An error if it is not an address.
pub(crate) fn cidr_open(cidr: &str) -> Result<bool, String> {
    prefix(cidr).map(is_wide)
}

/// The address and the prefix's length.
fn prefix(cidr: &str) -> Result<(IpAddr, u8), String> {
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

/// Whether EC2 permissions open any of the ports (no ports: anything at all) to the world. A prefix list may hold any
/// address, and what it holds was not collected: where only that could open a port, the answer is not known.
pub(crate) fn ports_open(permissions: &Value, ports: &[i64]) -> Result<bool, String> {
    let (mut open, mut unknown) = (false, false);
    for permission in items(permissions, "ipPermissions")? {
        let (world, listed) = (to_world(permission)?, has_prefix_lists(permission)?);
        if (world || listed) && (ports.is_empty() || opens_port(permission, ports)?) {
            open |= world;
            unknown |= !world;
        }
    }
    match unknown && !open {
        true => Err("a rule names a prefix list, and what the list holds is not collected".to_owned()),
        false => Ok(open),
    }
}

fn has_prefix_lists(permission: &Value) -> Result<bool, String> {
    Ok(!items(permission.get("prefixListIds").unwrap_or(&Value::Null), "prefixListIds")?.is_empty())
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

fn number(permission: &Value, member: &str) -> Result<Option<i64>, String> {
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
fn items<'a>(list: &'a Value, name: &str) -> Result<Vec<&'a Value>, String> {
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
            assert_eq!(ports_open(&permissions, &[22, 3389]), Ok(expected), "{permissions}");
        }
        let icmp = json!([{"ipProtocol": "icmp", "fromPort": -1, "toPort": -1, "ipRanges": world}]);
        assert_eq!(ports_open(&icmp, &[]), Ok(true), "anything at all");
        let listed =
            json!([{"ipProtocol": "tcp", "fromPort": 22, "toPort": 22, "prefixListIds": [{"prefixListId": "pl-1"}]}]);
        assert!(ports_open(&listed, &[22]).is_err(), "what a prefix list holds is unknown");
        assert_eq!(ports_open(&listed, &[3389]), Ok(false), "but not for other ports");
        assert!(ports_open(&json!([{"ipRanges": world}]), &[22]).is_err(), "no protocol: not a permission");
        assert!(ports_open(&json!([{"ipProtocol": "tcp", "ipRanges": [{}]}]), &[22]).is_err());
    }
}
