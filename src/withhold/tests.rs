use std::collections::BTreeSet;
use std::io::Write as _;

use base64::Engine as _;

use super::*;
use crate::model::{Secret, with_causes};

/// The secrets are put together here, so that no scanner takes this file for a leak.
fn key_id() -> String {
    ["AKIA", "Z7QW3E5R", "T2Y4U6P7"].concat()
}

fn secret_key() -> String {
    ["pX3vTq9LmZ0aRw7Kd", "Y2sHc5UbN8jFg1EoVi6QtB"].concat() + "4"
}

fn rules(paths: &[&str], form: Form) -> Vec<Withhold> {
    paths.iter().map(|path| Withhold { path: (*path).to_owned(), form }).collect()
}

fn kept(
    protocol: Protocol,
    shape: &Shape,
    body: &str,
    rules: &[Withhold],
) -> Result<(String, Vec<String>), Unsearchable> {
    let written = Written { protocol, operation: "Get", shape };
    let kept = withhold(body.as_bytes(), written, rules)?;
    let again = withhold(&kept.body, written, rules)?;
    assert_eq!(again.body, kept.body, "what was taken out stays as it is");
    assert_eq!(again.paths, kept.paths, "and is still said to be");
    Ok((String::from_utf8(kept.body).unwrap(), kept.paths))
}

fn json(body: &str, paths: &[&str]) -> Result<(String, Vec<String>), Unsearchable> {
    kept(Protocol::Json, &Shape::default(), body, &rules(paths, Form::Text))
}

const CLEAN: &str = "withheld: no secret found";
const NAMED: &str = "withheld: looks like a password or token (named)";

#[test]
fn only_the_values_change_every_other_byte_stays() {
    let path = "Functions.Environment.Variables.*";
    let table = [
        (r#"{"Functions":[]}"#.to_owned(), r#"{"Functions":[]}"#.to_owned()),
        (
            r#" {"Functions" : [ {"N":1.50e3,"Environment":{"Variables":{"A":"b\u0041" , "DB_PASSWORD":"hunter\"2"}}, "x":"hunter2"} ]}  "#.to_owned(),
            format!(r#" {{"Functions" : [ {{"N":1.50e3,"Environment":{{"Variables":{{"A":"{CLEAN}" , "DB_PASSWORD":"{NAMED}"}}}}, "x":"hunter2"}} ]}}  "#),
        ),
        (
            r#"{"Functions":[{"Environment":{"Variables":{"A":""," B":null,"C":true,"D":17,"pwd":["hunter2"],"deep":{"token":"hunter2"}}}}]}"#.to_owned(),
            format!(r#"{{"Functions":[{{"Environment":{{"Variables":{{"A":""," B":null,"C":true,"D":"{CLEAN}","pwd":["{NAMED}"],"deep":{{"token":"{NAMED}"}}}}}}}}]}}"#),
        ),
        // The same name twice, and written with an escape.
        (
            r#"{"Functions":[{"Environment":{"V\u0061riables":{"pwd":"hunter2","pwd":"hunter3"}}}]}"#.to_owned(),
            format!(r#"{{"Functions":[{{"Environment":{{"V\u0061riables":{{"pwd":"{NAMED}","pwd":"{NAMED}"}}}}}}]}}"#),
        ),
    ];
    for (body, expected) in table {
        let (kept, paths) = json(&body, &[path]).unwrap();
        assert_eq!(kept, expected);
        assert_eq!(paths.is_empty(), !expected.contains("withheld"), "{expected}");
    }
}

#[test]
fn names_beside_a_value_count_and_types_say_that_it_is_a_reference() {
    let body = r#"{"e":[{"name":"DB_PASSWORD","value":"hunter2"},{"value":"hunter2","name":"COLOUR"},
        {"name":"DB_PASSWORD","value":"db-main","type":"SECRETS_MANAGER"},{"name":"DB_PASSWORD","value":"hunter2","type":"PLAINTEXT"}]}"#;
    let (kept, _) = json(body, &["e.value"]).unwrap();
    let values: serde_json::Value = serde_json::from_str(&kept).unwrap();
    let values: Vec<&str> = values["e"].as_array().unwrap().iter().map(|one| one["value"].as_str().unwrap()).collect();
    assert_eq!(values, [NAMED, CLEAN, CLEAN, NAMED]);
    let (kept, _) =
        json(r#"{"p":[{"ParameterKey":"MasterPassword","ParameterValue":"hunter2"}]}"#, &["p.ParameterValue"]).unwrap();
    assert!(kept.contains(NAMED) && kept.contains("MasterPassword"), "{kept}");
}

#[test]
fn a_body_that_cannot_be_searched_is_not_kept_and_not_told() {
    let deep = format!("{}\"hunter2\"{}", "[".repeat(100), "]".repeat(100));
    for body in ["hunter2", r#"{"e":"hunter2""#, r#"{"e":"hunter2"} x"#, "<html>hunter2</html>", deep.as_str()] {
        let error = with_causes(&json(body, &["e"]).unwrap_err());
        assert!(!error.contains("hunter2"), "{error}");
    }
    for body in [
        "{}",
        "hunter2",
        "<GetResponse><e>hunter2</e>",
        "<Other><e>hunter2</e></Other>",
        "<GetResponse><e>&hunter2;</e></GetResponse>",
    ] {
        let refused = kept(Protocol::Ec2, &Shape::default(), body, &rules(&["e"], Form::Text));
        let error = with_causes(&refused.unwrap_err());
        assert!(!error.contains("hunter2"), "{error}");
    }
    assert_eq!(json("", &["e"]).unwrap().0, "", "an empty reply holds nothing");
}

#[test]
fn xml_of_each_kind_is_searched_where_facts_read_it() {
    let lists = Shape { lists: BTreeSet::from(["Stacks.Stack".to_owned()]), ..Shape::default() };
    let head = "<?xml version=\"1.0\"?>\n<GetResponse xmlns=\"x\">";
    let table = [
        (
            Protocol::Ec2,
            "userData.value",
            format!("{head}<userData><value>PASSWORD=hunter2</value></userData><i>1</i></GetResponse>"),
            1,
        ),
        (Protocol::Ec2, "userData.value", format!("{head}<userData/><i>PASSWORD=hunter2</i></GetResponse>"), 0),
        (
            Protocol::Ec2,
            "set.pwd",
            format!(
                "{head}<set><item><pwd>a &amp; hunter2</pwd></item><item><pwd><![CDATA[hunter2]]></pwd></item></set></GetResponse>"
            ),
            2,
        ),
        (
            Protocol::Query,
            "Stacks.pwd",
            format!(
                "{head}<GetResult><Stacks><Stack><pwd>hunter2</pwd></Stack></Stacks></GetResult><pwd>1</pwd></GetResponse>"
            ),
            1,
        ),
        (
            Protocol::Query,
            "O.OutputValue",
            format!(
                "{head}<GetResult><O><member><OutputKey>Token</OutputKey><OutputValue>hunter2</OutputValue></member></O></GetResult></GetResponse>"
            ),
            1,
        ),
        (Protocol::RestXml, "a.*", "<Get><a><pwd>hunter2</pwd><b>hunter2</b></a></Get>".to_owned(), 1),
    ];
    for (protocol, path, body, found) in table {
        let (kept, _) = kept(protocol, &lists, &body, &rules(&[path], Form::Text)).unwrap();
        assert_eq!(kept.matches("looks like a password or token (named)").count(), found, "{kept}");
        assert_eq!(kept.contains("hunter2"), found == 0, "{kept}");
        if found == 0 {
            assert_eq!(kept, body);
        }
    }
}

#[test]
fn what_opens_a_document_goes_without_being_searched() {
    let body = r#"{"documentPresignedUrl":"https://b.s3.amazonaws.com/terms.pdf?X-Amz-Signature=5ec4e7#5ec4e7","termToken":"5ec4e7","new":{"token":"5ec4e7","n":57}}"#;
    let (kept, _) = kept(Protocol::RestJson, &Shape::default(), body, &rules(&["*"], Form::Key)).unwrap();
    let expected = r#"{"documentPresignedUrl":"https://b.s3.amazonaws.com/terms.pdf","termToken":"(removed)","new":{"token":"(removed)","n":"(removed)"}}"#;
    assert_eq!(kept, expected);
    assert!(json("5ec4e7", &["*"]).is_err());
}

#[test]
fn secrets_are_known_by_their_form() {
    let private_key = ["-----BEGIN RSA PRIV", "ATE KEY-----\\nMIIE"].concat();
    let token = |begin: &str, length: usize| {
        format!("{begin}{}", "aB3".repeat(length).chars().take(length).collect::<String>())
    };
    let web_token = format!("{}.{}.{}", token("eyJ", 20), token("eyJ", 20), token("", 43));
    let table = [
        (key_id(), Some(Secret::AwsKeyId)),
        (private_key, Some(Secret::PrivateKey)),
        (token("ghp_", 36), Some(Secret::GithubToken)),
        (token("github_pat_", 40), Some(Secret::GithubToken)),
        (token("glpat-", 20), Some(Secret::GitlabToken)),
        (token("xoxb-", 30), Some(Secret::SlackToken)),
        (token("sk_live_", 24), Some(Secret::StripeKey)),
        (token("AIza", 35), Some(Secret::GoogleKey)),
        (web_token, Some(Secret::WebToken)),
        (format!("Authorization: Bearer {}", token("", 30)), Some(Secret::ApiToken)),
        ("postgres://app:hunter2@db.example.com/app".to_owned(), Some(Secret::UrlPassword)),
        ("app:hunter2@tcp(db:3306)/app".to_owned(), Some(Secret::UrlPassword)),
        ("Server=db;User Id=app;Password=hunter2;".to_owned(), Some(Secret::ConnectionString)),
        ("-Xmx1g -Dspring.password=hunter2".to_owned(), Some(Secret::Named)),
        ("postgres://app@db.example.com/app".to_owned(), None),
        ("postgres://app:${DB_PASSWORD}@db/app".to_owned(), None),
        ("https://example.com/a:b@c".to_owned(), None),
        ("arn:aws:secretsmanager:eu-west-1:111122223333:secret:db".to_owned(), None),
        ("AKIA".to_owned(), None),
        (format!("{}X", key_id()), None),
        ("AKIAhunter2hunter2xx".to_owned(), None),
        ("d670460b4b4aece5915caf5c68d12f560a9fe3e4".to_owned(), None),
        ("eu-west-1".to_owned(), None),
        ("Server=db;Password={{resolve:secretsmanager:db}};".to_owned(), None),
    ];
    for (text, expected) in table {
        let kinds: Vec<Secret> = detect::scan(&text).into_iter().map(|one| one.kind).collect();
        assert_eq!(kinds, expected.into_iter().collect::<Vec<_>>(), "{text}");
    }
}

#[test]
fn user_data_is_searched_by_line_packed_and_in_parts() {
    let base64 = |bytes: &[u8]| base64::engine::general_purpose::STANDARD.encode(bytes);
    let gzip = |text: &str| {
        let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        packer.write_all(text.as_bytes()).unwrap();
        packer.finish().unwrap()
    };
    let script = format!("#!/bin/bash\nset -e\nexport AWS_ACCESS_KEY_ID={}\nexport K={}\n", key_id(), secret_key());
    let keys = "withheld: looks like an AWS access key id, line 3; an AWS secret access key, line 4";
    let good = "#!/bin/bash\nTOKEN=$(curl -X PUT http://169.254.169.254/latest/api/token -H 'X-aws-ec2-metadata-token-ttl-seconds: 21600')\n\
                curl -H \"X-aws-ec2-metadata-token: $TOKEN\" http://169.254.169.254/\nDB_PASSWORD=$(aws ssm get-parameter --name /db/password --with-decryption)\n\
                sed -i 's/PasswordAuthentication no/PasswordAuthentication yes/' /etc/ssh/sshd_config\n";
    let mime = format!(
        "Content-Type: multipart/mixed\n\n--b\nContent-Transfer-Encoding: base64\n\n{}\n--b--\n",
        base64(script.as_bytes())
    );
    let bomb = gzip(&" ".repeat(5 << 20));
    let zip = [b"PK\x03\x04".as_slice(), &[0xff, 0xfe, 0x00]].concat();
    let table = [
        (base64(script.as_bytes()), keys),
        (base64(script.replace('\n', "\r\n").as_bytes()), keys),
        (base64(&gzip(&script)), keys),
        (base64(good.as_bytes()), CLEAN),
        (
            base64(mime.as_bytes()),
            "withheld: looks like an AWS access key id, line 6; an AWS secret access key, line 6",
        ),
        (base64(&bomb), "withheld: cannot be searched"),
        (base64(&zip), "withheld: cannot be searched"),
        ("no base64!".to_owned(), "withheld: cannot be searched"),
        (format!("!{}", script), keys),
        (base64(b"password: hunter2"), NAMED),
    ];
    for (encoded, expected) in table {
        assert_eq!(encoded::judge(&encoded).to_string(), expected);
    }
}

/// What takes quadratic time takes minutes here.
#[test]
fn judging_long_hostile_values_ends() {
    for piece in ["=", ":", "a=", "\"", "://", "AKIA", "eyJ", "-----BEGIN ", "a:b@tcp(", " -p", "=\n", "Bearer "] {
        let text = piece.repeat(64 << 10 >> piece.len().ilog2());
        detect::judge(&["password"], &text);
    }
}
