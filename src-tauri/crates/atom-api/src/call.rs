//! The use cases as data: what the command line asks, of its own core or of a running app over the socket.

use crate::dto::{
    AuditListRequest, BackupRequest, ClientAddRequest, DoctorRequest, FilesExplainRequest, FilesListRequest,
    FilesRetryRequest, FolderRequest, HistoryForgetRequest, HistoryListRequest, IdRequest, ModelDownloadRequest,
    ModelImportRequest, SavedPutRequest, SearchRequest, Settings, SourcesAddRequest, VaultPassphraseRequest,
    VaultProof, VaultRecoveryConfirmRequest, VaultRotateRequest, VaultUnlockRequest,
};
use serde::{Deserialize, Serialize};

/// One call of a use case.
#[derive(Clone, Serialize, Deserialize)]
#[serde(tag = "method", content = "params", rename_all = "snake_case")]
pub enum Call {
    /// [`crate::App::vault_status`]
    VaultStatus,
    /// [`crate::App::vault_unlock`]
    VaultUnlock(VaultUnlockRequest),
    /// [`crate::App::vault_accept_loss`]
    VaultAcceptLoss,
    /// [`crate::App::vault_lock`]
    VaultLock,
    /// [`crate::App::vault_slots`]
    VaultSlots,
    /// [`crate::App::vault_change_passphrase`]
    VaultChangePassphrase(VaultPassphraseRequest),
    /// [`crate::App::vault_renew_recovery`]
    VaultRenewRecovery(VaultProof),
    /// [`crate::App::vault_confirm_recovery`]
    VaultConfirmRecovery(VaultRecoveryConfirmRequest),
    /// [`crate::App::vault_add_keychain`]
    VaultAddKeychain(VaultProof),
    /// [`crate::App::vault_remove_keychain`]
    VaultRemoveKeychain(VaultProof),
    /// [`crate::App::vault_rotate`]
    VaultRotate(VaultRotateRequest),
    /// [`crate::App::vault_confirm_rotation`]
    VaultConfirmRotation(VaultRecoveryConfirmRequest),
    /// [`crate::App::vault_resume_rotation`]
    VaultResumeRotation,
    /// [`crate::App::vault_cancel_rotation`]
    VaultCancelRotation,
    /// [`crate::App::search_query`]
    SearchQuery(SearchRequest),
    /// [`crate::App::sources_list`]
    SourcesList,
    /// [`crate::App::sources_add`]
    SourcesAdd(SourcesAddRequest),
    /// [`crate::App::sources_remove`]
    SourcesRemove(IdRequest),
    /// [`crate::App::sources_forget`]
    SourcesForget(IdRequest),
    /// [`crate::App::sources_index_now`]
    SourcesIndexNow(IdRequest),
    /// [`crate::App::files_list`]
    FilesList(FilesListRequest),
    /// [`crate::App::files_explain`]
    FilesExplain(FilesExplainRequest),
    /// [`crate::App::files_retry`]
    FilesRetry(FilesRetryRequest),
    /// [`crate::App::activity_list`]
    ActivityList,
    /// [`crate::App::activity_pause`]
    ActivityPause,
    /// [`crate::App::activity_resume`]
    ActivityResume,
    /// [`crate::App::activity_go_on`]
    ActivityGoOn,
    /// [`crate::App::status_get`]
    StatusGet,
    /// [`crate::App::settings_get`]
    SettingsGet,
    /// [`crate::App::settings_set`]
    SettingsSet(Settings),
    /// [`crate::App::audit_list`]
    AuditList(AuditListRequest),
    /// [`crate::App::audit_verify`]
    AuditVerify,
    /// [`crate::App::doctor`]
    Doctor(DoctorRequest),
    /// [`crate::App::backup_start`]
    BackupStart(BackupRequest),
    /// [`crate::App::backup_check`]
    BackupCheck(FolderRequest),
    /// [`crate::App::backup_state`]
    BackupState,
    /// [`crate::App::backup_cancel`]
    BackupCancel,
    /// [`crate::App::backup_list`]
    BackupList(FolderRequest),
    /// [`crate::App::export_start`]
    ExportStart(FolderRequest),
    /// [`crate::App::import`]
    Import(FolderRequest),
    /// [`crate::App::model_list`]
    ModelList,
    /// [`crate::App::model_use`]
    ModelUse(IdRequest),
    /// [`crate::App::model_cancel`]
    ModelCancel,
    /// [`crate::App::model_import`]
    ModelImport(ModelImportRequest),
    /// [`crate::App::model_download`]
    ModelDownload(ModelDownloadRequest),
    /// [`crate::App::model_cancel_download`]
    ModelCancelDownload,
    /// [`crate::App::model_remove`]
    ModelRemove(IdRequest),
    /// [`crate::App::history_list`]
    HistoryList(HistoryListRequest),
    /// [`crate::App::history_forget`]
    HistoryForget(HistoryForgetRequest),
    /// [`crate::App::insights_clear`]
    InsightsClear,
    /// [`crate::App::saved_list`]
    SavedList,
    /// [`crate::App::saved_put`]
    SavedPut(SavedPutRequest),
    /// [`crate::App::saved_remove`]
    SavedRemove(IdRequest),
    /// [`crate::App::clients_list`]
    ClientsList,
    /// [`crate::App::clients_add`]
    ClientsAdd(ClientAddRequest),
    /// [`crate::App::clients_remove`]
    ClientsRemove(IdRequest),
    /// Show or hide quick search.
    Toggle,
    /// Bring the main window to the front.
    Show,
}
