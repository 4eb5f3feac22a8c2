//! IAM's credential report: the CSV, in base64, in a reply.

#![no_main]

use auditpack_fuzz::{Replies, seed};
use base64::Engine as _;
use libfuzzer_sys::fuzz_target;
use serde_json::json;

fuzz_target!(
    init: seed("credential_report", seeds()),
    |report: &[u8]| {
        let content = base64::engine::general_purpose::STANDARD.encode(report);
        let body = format!(
            "<GetCredentialReportResponse><GetCredentialReportResult><Content>{content}</Content>\
             </GetCredentialReportResult></GetCredentialReportResponse>"
        );
        let line = json!({
            "source": "iam.credential-report", "operation": "GetCredentialReport", "parameters": {},
            "region": "us-east-1", "page": 0,
        });
        let mut replies = Replies::default();
        replies.add(&line, body.as_bytes());
        replies.judge();
    }
);

fn seeds() -> Vec<Vec<u8>> {
    let columns = "user,arn,user_creation_time,password_enabled,password_last_used,password_last_changed,\
                   password_next_rotation,mfa_active,access_key_1_active,access_key_1_last_rotated,\
                   access_key_1_last_used_date,access_key_1_last_used_region,access_key_1_last_used_service,\
                   access_key_2_active,access_key_2_last_rotated,access_key_2_last_used_date,\
                   access_key_2_last_used_region,access_key_2_last_used_service,cert_1_active,cert_1_last_rotated,\
                   cert_2_active,cert_2_last_rotated";
    let root = "<root_account>,arn:aws:iam::123456789012:root,2020-01-02T03:04:05+00:00,not_supported,no_information,\
                not_supported,not_supported,true,false,N/A,N/A,N/A,N/A,false,N/A,N/A,N/A,N/A,false,N/A,false,N/A";
    let user = "anke,arn:aws:iam::123456789012:user/anke,2024-01-02T03:04:05+00:00,true,2026-11-01T00:00:00+00:00,\
                2026-01-01T00:00:00+00:00,N/A,false,true,2025-01-01T00:00:00+00:00,2026-11-02T00:00:00+00:00,eu-west-1,\
                s3,false,N/A,N/A,N/A,N/A,false,N/A,false,N/A";
    vec![format!("{columns}\n{root}\n{user}\n").into_bytes(), format!("{columns}\n").into_bytes()]
}
