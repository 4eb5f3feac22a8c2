//! What a call would send, signed, without sending it: for comparing with other people's SDKs.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

use aws_config::BehaviorVersion;
use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_smithy_async::time::StaticTimeSource;
use aws_smithy_runtime::client::identity::IdentityCache;
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::retry::RetryConfig;
use aws_types::SdkConfig;
use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use crate::model::{Call, Parameters, Region, Source};
use crate::walk::{Lookup, prepare};

use super::CollectError;
use super::bounds::Taking;
use super::generic::Callers;
use super::recorder::observe;
use super::session::region;

/// What a request is made from besides its source.
pub struct Context<'a> {
    /// The region that is asked.
    pub region: Region,
    /// The values of the templates.
    pub lookup: Lookup<'a>,
    /// One of the call's variations.
    pub vary: Parameters,
    /// What asks for a further page.
    pub paging: BTreeMap<String, Value>,
    /// Instead of AWS's own endpoint.
    pub endpoint_url: Option<String>,
    /// The access key, the secret key, and the session token if there is one.
    pub credentials: (String, String, Option<String>),
    /// When it is signed.
    pub time: DateTime<Utc>,
}

/// The request of a call as the collector would send it: `{method, url, headers, body}`. It goes through all that a
/// real call goes through but the network.
pub async fn signed_request(source: &Source, call: &Call, context: &Context<'_>) -> Result<Value, CollectError> {
    let prepared = prepare(source, call, &context.vary, &context.paging, context.lookup)
        .map_err(|name| CollectError::Internal(format!("`{}`: nothing fills `{{{name}}}`", source.id)))?;
    let catcher = Catcher::default();
    let sdk = sdk(context, catcher.clone());
    let caller = Callers::default().get(&sdk, "", source, &context.region, &prepared.host_prefix)?;
    let (outcome, _) = observe(&Arc::default(), Taking::Whole, caller.invoke(prepared)).await;
    let caught = catcher.0.lock().unwrap_or_else(PoisonError::into_inner).take();
    caught.ok_or_else(|| match outcome {
        Err(error) => CollectError::Internal(super::classify::chain(&error)),
        Ok(()) => CollectError::Internal("the call was never answered".to_owned()),
    })
}

fn sdk(context: &Context<'_>, catcher: Catcher) -> SdkConfig {
    let (key, secret, token) = context.credentials.clone();
    let mut builder = SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .credentials_provider(SharedCredentialsProvider::new(Credentials::new(key, secret, token, None, "given")))
        .identity_cache(IdentityCache::lazy().build())
        .region(region(&context.region))
        .retry_config(RetryConfig::standard().with_max_attempts(1))
        .sleep_impl(aws_smithy_async::rt::sleep::TokioSleep::new())
        .time_source(StaticTimeSource::new(SystemTime::from(context.time)))
        .http_client(catcher);
    builder.set_endpoint_url(context.endpoint_url.clone());
    builder.build()
}

/// Catches a request on the doorstep.
#[derive(Debug, Clone, Default)]
struct Catcher(Arc<Mutex<Option<Value>>>);

impl HttpClient for Catcher {
    fn http_connector(&self, _: &HttpConnectorSettings, _: &RuntimeComponents) -> SharedHttpConnector {
        SharedHttpConnector::new(self.clone())
    }
}

impl HttpConnector for Catcher {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let headers: BTreeMap<&str, &str> = request.headers().iter().collect();
        let caught = json!({
            "method": request.method(),
            "url": request.uri(),
            "headers": headers,
            "body": String::from_utf8_lossy(request.body().bytes().unwrap_or_default()),
        });
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(caught);
        HttpConnectorFuture::ready(Err(ConnectorError::user("caught".into())))
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing;
    use super::*;
    use crate::model::Protocol;

    async fn signed(source: &Source, endpoint_url: Option<&str>) -> Value {
        let lookup = |name: &crate::model::Name| Some(format!("a b+ü{name}")).filter(|_| name.to_string() == "Name");
        let context = Context {
            region: Region::from("eu-west-1"),
            lookup: &lookup,
            vary: BTreeMap::new(),
            paging: BTreeMap::new(),
            endpoint_url: endpoint_url.map(str::to_owned),
            credentials: ("AKIDEXAMPLE".to_owned(), "secret".to_owned(), Some("token".to_owned())),
            time: DateTime::from_timestamp(1_790_000_000, 0).unwrap(),
        };
        signed_request(source, &source.call, &context).await.unwrap()
    }

    #[tokio::test]
    async fn a_call_is_signed_for_its_service_and_region() {
        let caught = signed(&testing::source("kms"), None).await;
        assert_eq!(caught["url"], "https://kms.eu-west-1.amazonaws.com/");
        let authorization = caught["headers"]["authorization"].as_str().unwrap();
        assert!(
            authorization.contains("Credential=AKIDEXAMPLE/20260921/eu-west-1/kms/aws4_request"),
            "{authorization}"
        );
        assert!(authorization.contains("x-amz-target"), "{authorization}");
        assert_eq!(caught["headers"]["x-amz-security-token"], "token");
    }

    #[tokio::test]
    async fn s3_paths_go_out_as_they_were_encoded_and_carry_the_body_s_hash() {
        let mut source = testing::source("s3");
        source.protocol = Protocol::RestXml;
        source.call.method = "GET".to_owned();
        source.call.path = crate::walk::testing::template("/{Name}?policy");
        let caught = signed(&source, Some("http://127.0.0.1:5000")).await;
        assert_eq!(caught["url"], "http://127.0.0.1:5000/a%20b%2B%C3%BCName?policy");
        assert_eq!(
            caught["headers"]["x-amz-content-sha256"],
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
        );
    }
}
