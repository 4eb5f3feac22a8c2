//! The SDK's configuration: who we are, how long we wait, how often we try, and the one HTTP client of the run.

use std::sync::Arc;
use std::time::Duration;

use aws_config::BehaviorVersion;
use aws_config::sts::AssumeRoleProvider;
use aws_credential_types::Credentials;
use aws_credential_types::provider::{ProvideCredentials as _, SharedCredentialsProvider};
use aws_smithy_http_client::proxy::ProxyConfig;
use aws_smithy_http_client::tls::{Provider, rustls_provider::CryptoMode};
use aws_smithy_http_client::{Builder, ConnectorBuilder};
use aws_smithy_runtime::client::identity::IdentityCache;
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use aws_smithy_types::retry::{RetryConfig, RetryMode, RetrySpec};
use aws_smithy_types::timeout::TimeoutConfig;
use aws_types::SdkConfig;
use aws_types::app_name::AppName;
use aws_types::service_config::ServiceConfigKey;

use crate::model::{AccountSettings, Region};

use super::bounds::BoundedClient;
use super::replay::{Recordings, ReplayClient};
use super::{CollectError, Mode};

/// The attempts of a call unless AWS_MAX_ATTEMPTS or the profile says otherwise.
const ATTEMPTS: u32 = 5;
/// Asked when neither the environment nor the profile names a region; only STS is ever asked there.
const FALLBACK_REGION: &str = "us-east-1";

/// Where a run gets its answers: AWS, recordings, or first the one and then the other.
pub(crate) struct Session {
    base: SdkConfig,
    recordings: Option<Arc<Recordings>>,
    live: Option<SharedHttpClient>,
}

impl Session {
    /// Loads what the environment and the profile say; a replay needs neither.
    pub(crate) async fn load(mode: &Mode) -> Result<Self, CollectError> {
        let recordings = match mode {
            Mode::Live => None,
            Mode::Resume(recordings) | Mode::Replay(recordings) => Some(Arc::clone(recordings)),
        };
        if let (Mode::Replay(_), Some(recordings)) = (mode, &recordings) {
            return Ok(Self { base: offline(recordings), recordings: Some(Arc::clone(recordings)), live: None });
        }
        super::environment::check(
            std::env::vars_os()
                .filter_map(|(name, value)| Some((name.into_string().ok()?, value.to_string_lossy().into_owned()))),
        )?;
        let live = BoundedClient::around(https_client());
        let loaded = aws_config::defaults(BehaviorVersion::latest())
            .http_client(live.clone())
            .app_name(app_name()?)
            .timeout_config(timeouts())
            .load()
            .await;
        let retries = retries(&loaded);
        let fallback = loaded.region().is_none().then(|| region(&Region::from(FALLBACK_REGION)));
        let mut base = loaded.into_builder().retry_config(retries);
        if let Some(fallback) = fallback {
            base = base.region(fallback);
        }
        Ok(Self { base: base.build(), recordings, live: Some(live) })
    }

    /// The region that the credentials came with.
    pub(crate) fn region(&self) -> Region {
        Region::new(self.base.region().map_or(FALLBACK_REGION, |region| region.as_ref()))
    }

    /// The configuration of the account of the credentials, or of one entered by a role. AssumeRole's answers carry
    /// secrets: that call never passes the recorder.
    pub(crate) async fn account(&self, entered: Option<&AccountSettings>) -> Result<SdkConfig, CollectError> {
        let label = account_label(entered);
        let mut builder = self.base.to_builder();
        if let Some(recordings) = &self.recordings {
            builder = builder.http_client(ReplayClient::new(Arc::clone(recordings), label, self.live.clone()));
        }
        let role = entered.and_then(|entered| entered.role_arn.as_deref().map(|role| (entered, role)));
        if let (Some((entered, role)), Some(_)) = (role, &self.live) {
            let provider = self.enter(entered, role).await?;
            builder = builder.credentials_provider(provider);
        }
        Ok(builder.build())
    }

    async fn enter(&self, entered: &AccountSettings, role: &str) -> Result<SharedCredentialsProvider, CollectError> {
        let mut provider = AssumeRoleProvider::builder(role).configure(&self.base).session_name("auditpack");
        if let Some(external_id) = &entered.external_id {
            provider = provider.external_id(external_id);
        }
        let provider = SharedCredentialsProvider::new(provider.build().await);
        provider.provide_credentials().await.map_err(|error| CollectError::Role {
            account: entered.id.clone(),
            role: role.to_owned(),
            message: super::classify::chain(&error),
        })?;
        Ok(provider)
    }
}

/// The account's part of a request's identity: see `replay`.
pub(crate) fn account_label(entered: Option<&AccountSettings>) -> &str {
    entered.filter(|entered| entered.role_arn.is_some()).map_or("", |entered| entered.id.as_str())
}

fn app_name() -> Result<AppName, CollectError> {
    AppName::new("auditpack").map_err(|error| CollectError::Defect(error.into()))
}

fn timeouts() -> TimeoutConfig {
    TimeoutConfig::builder()
        .connect_timeout(Duration::from_secs(5))
        .operation_attempt_timeout(Duration::from_secs(30))
        .operation_timeout(Duration::from_secs(120))
        .build()
}

/// Adaptive and five attempts, but for what the user set.
fn retries(loaded: &SdkConfig) -> RetryConfig {
    let set = |env: &str, profile: &str| {
        let key = ServiceConfigKey::builder().service_id("").env(env).profile(profile).build();
        key.ok().and_then(|key| loaded.service_config()?.load_config(key)).is_some()
    };
    let mut retries = loaded.retry_config().cloned().unwrap_or_else(RetryConfig::standard);
    if !set("AWS_MAX_ATTEMPTS", "max_attempts") {
        retries = retries.with_max_attempts(ATTEMPTS);
    }
    if !set("AWS_RETRY_MODE", "retry_mode") {
        // Before 2.1 a throttled retry asks the rate limiter for five tokens where one fits, and waits 20 s in vain.
        retries = retries.with_retry_mode(RetryMode::Adaptive).with_retry_spec(RetrySpec::v2_1());
    }
    retries
}

/// One client, so that all accounts, regions and services share its connections and its TLS roots.
pub(super) fn https_client() -> SharedHttpClient {
    Builder::new().build_with_connector_fn(|settings, components| {
        let mut connector = ConnectorBuilder::default().tls_provider(Provider::Rustls(CryptoMode::AwsLc));
        connector.set_connector_settings(settings.cloned());
        connector.set_sleep_impl(components.and_then(|components| components.sleep_impl()));
        connector.set_proxy_config(Some(ProxyConfig::from_env()));
        connector.build()
    })
}

/// Recordings need no credentials, but a request is signed all the same: its scope is part of its identity.
fn offline(recordings: &Recordings) -> SdkConfig {
    let credentials = Credentials::new("AKIDREPLAY", "replay", None, None, "replay");
    let place = recordings.sts_region().cloned().unwrap_or_else(|| Region::from(FALLBACK_REGION));
    SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .credentials_provider(SharedCredentialsProvider::new(credentials))
        .identity_cache(IdentityCache::lazy().build())
        .region(region(&place))
        .retry_config(RetryConfig::standard().with_max_attempts(1))
        .sleep_impl(aws_smithy_async::rt::sleep::TokioSleep::new())
        .time_source(aws_smithy_async::time::SystemTimeSource::new())
        .timeout_config(timeouts())
        .build()
}

/// The SDK's name of a region.
pub(crate) fn region(region: &Region) -> aws_types::region::Region {
    aws_types::region::Region::new(region.as_str().to_owned())
}
