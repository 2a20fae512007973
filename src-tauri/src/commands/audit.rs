//! The activity log.

use super::{Api, Host};
use atom_api::ApiResult;
use atom_api::dto::{AuditExportResponse, AuditListRequest, AuditListResponse, AuditVerifyResponse};

/// File name that the export suggests.
const EXPORT_NAME: &str = "atom-activity-log.jsonl";

/// A page of the activity log, newest first.
#[tauri::command]
#[specta::specta]
pub async fn audit_list(api: Api<'_>, request: AuditListRequest) -> ApiResult<AuditListResponse> {
    api.audit_list(request).await
}

/// Verifies the chain of the activity log.
#[tauri::command]
#[specta::specta]
pub async fn audit_verify(api: Api<'_>) -> ApiResult<AuditVerifyResponse> {
    api.audit_verify().await
}

/// Writes the activity log to a file that the person chooses in the system's dialog; nothing when they do not.
#[tauri::command]
#[specta::specta]
pub async fn audit_export(api: Api<'_>, host: Host<'_>) -> ApiResult<Option<AuditExportResponse>> {
    api.audit_export(host.pick_save(EXPORT_NAME).await.ok().flatten()).await
}
