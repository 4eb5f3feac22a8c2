//! Network ACLs: what they let in, entry by entry.

use std::net::IpAddr;

use serde_json::Value;

use super::network::{items, number, prefix};

/// Whether a network ACL lets the world in to a port of TCP, or to one of UDP by an entry that is for UDP. The entries are
/// read as AWS does, the lowest number first: the first that fits an address decides.
pub(crate) fn acl_opens(entries: &Value, tcp: &[i64], udp: &[i64]) -> Result<bool, String> {
    let mut rules = items(entries, "entrySet")?.into_iter().map(Entry::read).collect::<Result<Vec<_>, _>>()?;
    rules.retain(|rule| !rule.egress);
    rules.sort_by_key(|rule| rule.number);
    let opens = |protocol: &str, port: i64| {
        [32_u8, 128].into_iter().any(|bits| {
            let mut open = Ranges::default();
            let mut decided = Ranges::default();
            let here = |rule: &&Entry| rule.range.bits == bits && rule.is_for(protocol, port);
            for rule in rules.iter().filter(here) {
                // Whoever speaks UDP to a server's desktop has first spoken TCP: all protocols at once are judged by TCP.
                if rule.allow && (protocol == "6" || rule.protocol == protocol) {
                    open.add(&decided.without(rule.range.first, rule.range.last));
                }
                decided.add(&[(rule.range.first, rule.range.last)]);
            }
            let wide = if bits == 32 { 1_u128 << 24 } else { 1_u128 << 96 };
            open.0.iter().any(|(first, last)| last - first >= wide)
        })
    };
    Ok(tcp.iter().any(|port| opens("6", *port)) || udp.iter().any(|port| opens("17", *port)))
}

struct Entry<'a> {
    number: i64,
    allow: bool,
    egress: bool,
    protocol: &'a str,
    ports: (i64, i64),
    range: Range,
}

/// The addresses of a CIDR, as numbers of 32 or 128 bits.
struct Range {
    bits: u8,
    first: u128,
    last: u128,
}

impl<'a> Entry<'a> {
    fn read(entry: &'a Value) -> Result<Self, String> {
        let missing = |member: &str| format!("an entry of the network ACL has no `{member}`");
        let word = |member: &str| entry.get(member).and_then(Value::as_str);
        let cidr = word("cidrBlock").or_else(|| word("ipv6CidrBlock")).ok_or_else(|| missing("cidrBlock"))?;
        let ports = match entry.get("portRange") {
            Some(range @ Value::Object(_)) => {
                (number(range, "from")?.unwrap_or(0), number(range, "to")?.unwrap_or(65_535))
            }
            _ => (0, 65_535),
        };
        Ok(Self {
            number: number(entry, "ruleNumber")?.ok_or_else(|| missing("ruleNumber"))?,
            allow: word("ruleAction").ok_or_else(|| missing("ruleAction"))? == "allow",
            egress: entry.get("egress").and_then(Value::as_bool).ok_or_else(|| missing("egress"))?,
            protocol: word("protocol").ok_or_else(|| missing("protocol"))?,
            ports,
            range: Range::read(cidr)?,
        })
    }

    fn is_for(&self, protocol: &str, port: i64) -> bool {
        self.protocol == "-1" || self.protocol == protocol && (self.ports.0..=self.ports.1).contains(&port)
    }
}

impl Range {
    fn read(cidr: &str) -> Result<Self, String> {
        let (address, length) = prefix(cidr)?;
        let (bits, number) = match address {
            IpAddr::V4(address) => (32, u128::from(u32::from(address))),
            IpAddr::V6(address) => (128, u128::from(address)),
        };
        let rest = match u32::from(bits - length) {
            128 => u128::MAX,
            free => (1_u128 << free) - 1,
        };
        Ok(Self { bits, first: number & !rest, last: number | rest })
    }
}

/// Ranges of addresses, in order, none touching the next.
#[derive(Default)]
struct Ranges(Vec<(u128, u128)>);

impl Ranges {
    fn add(&mut self, more: &[(u128, u128)]) {
        self.0.extend(more);
        self.0.sort_unstable();
        let mut joined: Vec<(u128, u128)> = Vec::new();
        for (first, last) in self.0.drain(..) {
            match joined.last_mut() {
                Some(before) if first <= before.1.saturating_add(1) => before.1 = before.1.max(last),
                _ => joined.push((first, last)),
            }
        }
        self.0 = joined;
    }

    /// What is left of a range without these.
    fn without(&self, mut first: u128, last: u128) -> Vec<(u128, u128)> {
        let mut left = Vec::new();
        let start = first;
        for (from, to) in self.0.iter().filter(|(from, to)| *to >= start && *from <= last) {
            if *from > first {
                left.push((first, from - 1));
            }
            match to.checked_add(1) {
                Some(next) if next <= last => first = next,
                _ => return left,
            }
        }
        left.push((first, last));
        left
    }
}

#[cfg(test)]
mod tests {
    use super::acl_opens;
    use serde_json::json;

    #[test]
    fn the_first_entry_of_a_network_acl_that_fits_decides() {
        let entry = |number: i64, action: &str, protocol: &str, ports: Option<(i64, i64)>, cidr: &str| {
            let member = if cidr.contains(':') { "ipv6CidrBlock" } else { "cidrBlock" };
            let range = ports.map(|(from, to)| json!({ "from": from, "to": to }));
            json!({ "ruleNumber": number, "protocol": protocol, "ruleAction": action, "egress": false,
                member: cidr, "portRange": range })
        };
        let (v4, v6) = ("0.0.0.0/0", "::/0");
        let all = |number| entry(number, "allow", "-1", None, v4);
        let deny = |number, cidr: &str| entry(number, "deny", "6", Some((22, 3389)), cidr);
        let table = [
            (json!([]), false, "nothing is allowed"),
            (json!([all(100)]), true, "all"),
            (json!([all(100), deny(90, v4)]), false, "denied before, in whatever order AWS lists them"),
            (json!([all(100), deny(110, v4)]), true, "denied after"),
            (json!([all(100), deny(90, "0.0.0.0/1"), deny(91, "128.0.0.0/1")]), false, "denied by halves"),
            (json!([all(100), deny(90, "0.0.0.0/1")]), true, "half denied"),
            (json!([all(100), entry(90, "deny", "6", Some((22, 22)), v4)]), true, "RDP is left"),
            (json!([all(100), entry(90, "deny", "17", Some((22, 3389)), v4)]), true, "UDP denied, TCP left"),
            (json!([all(100), entry(90, "deny", "-1", None, v4)]), false, "all protocols denied"),
            (json!([all(100), deny(90, v4), entry(101, "allow", "-1", None, v6)]), true, "IPv6 is left"),
            (json!([entry(90, "allow", "6", Some((443, 443)), v4)]), false, "another port"),
            (json!([entry(90, "allow", "6", Some((1024, 65535)), v4)]), true, "a range with RDP in it"),
            (json!([entry(90, "allow", "17", Some((3000, 4000)), v4)]), true, "RDP by UDP"),
            (json!([entry(90, "allow", "17", Some((22, 22)), v4)]), false, "SSH does not speak UDP"),
            (json!([entry(90, "allow", "1", None, v4)]), false, "ICMP"),
            (json!([entry(90, "allow", "6", Some((22, 22)), "10.0.0.0/8")]), false, "inside"),
            (
                json!([
                    entry(90, "allow", "6", Some((22, 22)), "64.0.0.0/8"),
                    entry(91, "allow", "6", Some((22, 22)), "65.0.0.0/8"),
                ]),
                true,
                "two neighbours are as wide as what holds both",
            ),
            (
                json!([{ "ruleNumber": 1, "protocol": "-1", "ruleAction": "allow", "egress": true, "cidrBlock": v4 }]),
                false,
                "outward",
            ),
        ];
        for (entries, expected, why) in table {
            assert_eq!(acl_opens(&entries, &[22, 3389], &[3389]), Ok(expected), "{why}");
        }
        assert!(acl_opens(&json!([{ "ruleNumber": 1 }]), &[22], &[]).is_err());
    }
}
