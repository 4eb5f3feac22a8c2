//! The one generic signed call: the SDK's own orchestrator with its signing, retries, time-outs and clock-skew
//! handling, without a generated client.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use aws_runtime::auth::sigv4::{SCHEME_ID, SigV4AuthScheme};
use aws_runtime::auth::{SigV4OperationSigningConfig, SigningOptions};
use aws_runtime::invocation_id::InvocationIdInterceptor;
use aws_runtime::request_info::RequestInfoInterceptor;
use aws_runtime::retries::classifiers::AwsErrorCodeClassifier;
use aws_runtime::service_clock_skew::{ServiceClockSkewClassifier, ServiceClockSkewInterceptor};
use aws_runtime::user_agent::{ApiMetadata, UserAgentInterceptor};
use aws_smithy_runtime::client::orchestrator::operation::Operation;
use aws_smithy_runtime::client::retries::classifiers::{HttpStatusCodeClassifier, TransientErrorClassifier};
use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::auth::static_resolver::StaticAuthSchemeOptionResolver;
use aws_smithy_runtime_api::client::auth::{AuthSchemeOptionResolverParams, SharedAuthScheme};
use aws_smithy_runtime_api::client::behavior_version::BehaviorVersion;
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse, OrchestratorError};
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponentsBuilder;
use aws_smithy_runtime_api::client::runtime_plugin::StaticRuntimePlugin;
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::config_bag::Layer;
use aws_smithy_types::error::ErrorMetadata;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use aws_types::region::SigningRegion;
use aws_types::{SdkConfig, SigningName};

use crate::model::{Region, Source};
use crate::walk::{Prepared, with_host_prefix};

use super::CollectError;
use super::bounds::NoSecondTime;
use super::classify::bare;
use super::endpoint::{EndpointSettings, endpoint};
use super::recorder::Recorder;
use super::session::region;

/// A call that is ready but for its request; cheap to clone.
pub(crate) type Caller = Operation<Prepared, (), Refused>;

/// The callers of an account, each built once.
#[derive(Default)]
pub(crate) struct Callers(Mutex<HashMap<(String, String, Region), Arc<Caller>>>);

impl Callers {
    /// The caller for a call of a source in a region. `host_prefix` has its templates filled.
    pub(crate) fn get(
        &self,
        sdk: &SdkConfig,
        account_label: &str,
        source: &Source,
        place: &Region,
        host_prefix: &str,
    ) -> Result<Arc<Caller>, CollectError> {
        let found = endpoint(source, place, &EndpointSettings::of(sdk, source))?;
        let url = with_host_prefix(&found.url, host_prefix);
        let key = (source.signing.clone(), url, found.signing_region);
        let mut callers = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(caller) = callers.get(&key) {
            return Ok(Arc::clone(caller));
        }
        let caller = Arc::new(build(sdk, account_label, source, &key.1, &key.2));
        callers.insert(key, Arc::clone(&caller));
        Ok(caller)
    }
}

fn build(sdk: &SdkConfig, account_label: &str, source: &Source, url: &str, signing_region: &Region) -> Caller {
    // The retry quota is AWS's by service, region and account: so is ours.
    let quota = format!("{}-{signing_region}-{account_label}", source.service);
    let mut builder = Operation::builder()
        .service_name(quota)
        .operation_name(source.service.clone())
        .behavior_version(BehaviorVersion::latest())
        .endpoint_url(url)
        .with_connection_poisoning()
        .interceptor(Recorder)
        .interceptor(ServiceClockSkewInterceptor::new())
        .interceptor(RequestInfoInterceptor::new())
        .interceptor(UserAgentInterceptor::new())
        .interceptor(InvocationIdInterceptor::new())
        .retry_classifier(HttpStatusCodeClassifier::default())
        .retry_classifier(AwsErrorCodeClassifier::<Refused>::new())
        .retry_classifier(TransientErrorClassifier::<Refused>::new())
        .retry_classifier(ServiceClockSkewClassifier::<Refused>::new())
        .retry_classifier(NoSecondTime)
        .runtime_plugin(signing(sdk, source, signing_region));
    if let Some(client) = sdk.http_client() {
        builder = builder.http_client(client);
    }
    if let Some(retries) = sdk.retry_config() {
        builder = builder.standard_retry(retries);
    }
    if let Some(timeouts) = sdk.timeout_config() {
        builder = builder.timeout_config(timeouts.clone());
    }
    if let Some(sleep) = sdk.sleep_impl() {
        builder = builder.sleep_impl(sleep);
    }
    if let Some(time) = sdk.time_source() {
        builder = builder.time_source(time);
    }
    builder.serializer(request).deserializer(reply).build()
}

fn signing(sdk: &SdkConfig, source: &Source, signing_region: &Region) -> StaticRuntimePlugin {
    let mut options = SigningOptions::default();
    if source.signing == "s3" {
        // S3 takes paths as they are, and wants the body's hash in a header.
        options.double_uri_encode = false;
        options.normalize_uri_path = false;
        options.content_sha256_header = true;
    }
    let mut layer = Layer::new("signing");
    let (name, place) = (SigningName::from(source.signing.clone()), SigningRegion::from(region(signing_region)));
    layer.store_put(name.clone());
    layer.store_put(place.clone());
    layer.store_put(region(signing_region));
    layer.store_put(SigV4OperationSigningConfig {
        region: Some(place),
        region_set: None,
        name: Some(name),
        signing_options: options,
    });
    layer.store_put(AuthSchemeOptionResolverParams::new(()));
    layer.store_put(ApiMetadata::new("auditpack", env!("CARGO_PKG_VERSION")));
    if let Some(name) = sdk.app_name() {
        layer.store_put(name.clone());
    }
    let mut components = RuntimeComponentsBuilder::new("signing");
    components.push_auth_scheme(SharedAuthScheme::new(SigV4AuthScheme::new()));
    components.set_auth_scheme_option_resolver(Some(StaticAuthSchemeOptionResolver::new(vec![SCHEME_ID])));
    if let Some(provider) = sdk.credentials_provider() {
        components.set_identity_resolver(SCHEME_ID, provider);
    }
    if let Some(cache) = sdk.identity_cache() {
        components.set_identity_cache(Some(cache));
    }
    StaticRuntimePlugin::new().with_config(layer.freeze()).with_runtime_components(components)
}

fn request(prepared: Prepared) -> Result<HttpRequest, BoxError> {
    let length = prepared.body.len();
    let mut request = HttpRequest::new(SdkBody::from(prepared.body));
    request.set_method(&prepared.method)?;
    request.set_uri(prepared.path)?;
    for (name, value) in prepared.headers {
        request.headers_mut().try_insert(name, value)?;
    }
    if length > 0 {
        request.headers_mut().try_insert("content-length", length.to_string())?;
    }
    Ok(request)
}

/// The body stays with the recorder.
fn reply(response: &HttpResponse) -> Result<(), OrchestratorError<Refused>> {
    if response.status().is_success() {
        return Ok(());
    }
    Err(OrchestratorError::operation(Refused(error_metadata(response))))
}

/// AWS's refusal.
#[derive(Debug)]
pub(crate) struct Refused(ErrorMetadata);

impl std::fmt::Display for Refused {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

impl std::error::Error for Refused {}

impl ProvideErrorMetadata for Refused {
    fn meta(&self) -> &ErrorMetadata {
        &self.0
    }
}

/// Finds code and message in each protocol's way of saying no.
fn error_metadata(response: &HttpResponse) -> ErrorMetadata {
    let header = |name: &str| response.headers().get(name);
    let body = response.body().bytes().unwrap_or_default();
    let (mut code, mut message) = if body.trim_ascii_start().starts_with(b"{") {
        json_error(body)
    } else {
        let text = String::from_utf8_lossy(body);
        (xml_text(&text, "Code"), xml_text(&text, "Message").or_else(|| xml_text(&text, "message")))
    };
    code = header("x-amzn-query-error")
        .map(|text| text.split(';').next().unwrap_or(text).to_owned())
        .or_else(|| header("x-amzn-errortype").map(str::to_owned))
        .or(code);
    message = message.filter(|text| !text.is_empty());
    let mut meta = ErrorMetadata::builder();
    if let Some(code) = code.map(|code| bare(&code)).filter(|code| !code.is_empty()) {
        meta = meta.code(code);
    }
    if let Some(message) = message {
        meta = meta.message(message);
    }
    meta.build()
}

fn json_error(body: &[u8]) -> (Option<String>, Option<String>) {
    let Ok(value) = serde_json::from_slice::<serde_json::Value>(body) else { return (None, None) };
    let text = |names: &[&str]| names.iter().find_map(|name| value.get(name)?.as_str().map(str::to_owned));
    (text(&["__type", "code", "Code"]), text(&["message", "Message", "errorMessage"]))
}

/// The text of the first `<name>`: enough for S3's, EC2's and the query protocol's errors, all of which nest it differently.
fn xml_text(text: &str, name: &str) -> Option<String> {
    let (_, after) = text.split_once(&format!("<{name}>"))?;
    let (inside, _) = after.split_once(&format!("</{name}>"))?;
    let plain = inside.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&apos;", "'");
    Some(plain.replace("&amp;", "&"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn meta(status: u16, headers: &[(&'static str, &'static str)], body: &'static str) -> (String, String) {
        let mut response = HttpResponse::new(status.try_into().unwrap(), SdkBody::from(body));
        headers.iter().for_each(|(name, value)| {
            response.headers_mut().insert(*name, *value);
        });
        let meta = error_metadata(&response);
        (meta.code().unwrap_or("-").to_owned(), meta.message().unwrap_or("-").to_owned())
    }

    #[test]
    fn every_protocol_s_refusal_is_understood() {
        let cases = [
            (meta(400, &[], r#"{"__type":"com.x#NotFoundException","message":"m"}"#), "NotFoundException"),
            (meta(404, &[("x-amzn-errortype", "ResourceNotFound:http://x")], r#"{"message":"m"}"#), "ResourceNotFound"),
            (
                meta(
                    403,
                    &[],
                    "<Response><Errors><Error><Code>UnauthorizedOperation</Code><Message>m</Message></Error></Errors></Response>",
                ),
                "UnauthorizedOperation",
            ),
            (
                meta(
                    404,
                    &[],
                    "<?xml version=\"1.0\"?>\n<Error><Code>NoSuchBucketPolicy</Code><Message>m</Message></Error>",
                ),
                "NoSuchBucketPolicy",
            ),
            (
                meta(
                    400,
                    &[],
                    "<ErrorResponse><Error><Type>Sender</Type><Code>DBInstanceNotFound</Code><Message>m</Message></Error></ErrorResponse>",
                ),
                "DBInstanceNotFound",
            ),
        ];
        for ((code, message), expected) in cases {
            assert_eq!((code.as_str(), message.as_str()), (expected, "m"));
        }
    }

    #[test]
    fn an_html_page_has_no_code() {
        assert_eq!(meta(500, &[], "<html><title>Not yet implemented</title></html>"), ("-".to_owned(), "-".to_owned()));
    }
}
