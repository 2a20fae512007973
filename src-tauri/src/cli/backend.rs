//! Who answers: a core of this process's own, or the running app.

use atom_api::socket::Client;
use atom_api::{ApiError, ApiResult, App, AppConfig, Call, ErrorCode};
use serde::de::DeserializeOwned;
use std::sync::Arc;

/// The core, near or far.
pub(super) enum Backend {
    /// This process has the vault.
    Local(Arc<App>),
    /// The running app has it.
    Remote(Client),
}

impl Backend {
    pub(super) async fn open(config: AppConfig) -> ApiResult<Self> {
        let data_dir = config.data_dir.clone();
        match App::start(config) {
            Ok(app) => Ok(Self::Local(app)),
            Err(error) if error.code == ErrorCode::Busy => Ok(Self::Remote(Client::connect(&data_dir).await?)),
            Err(error) => Err(error),
        }
    }

    pub(super) const fn is_remote(&self) -> bool {
        matches!(self, Self::Remote(_))
    }

    pub(super) async fn call<T: DeserializeOwned>(&mut self, call: Call) -> ApiResult<T> {
        let value = match self {
            Self::Local(app) => app.call(call).await?,
            Self::Remote(client) => client.call(&call).await?,
        };
        serde_json::from_value(value).map_err(|error| {
            ApiError::new(ErrorCode::Internal, "the running Atom is of another version; restart it")
                .with_details(error.to_string())
        })
    }

    /// Ends in order.
    pub(super) async fn stop(self) {
        if let Self::Local(app) = self
            && let Err(error) = app.stop().await
        {
            tracing::warn!(%error, "could not end in order");
        }
    }
}
