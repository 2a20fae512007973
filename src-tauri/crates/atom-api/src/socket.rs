//! Socket (stub until merged).
pub async fn call(_data_dir: &std::path::Path, _call: crate::Call) -> crate::ApiResult<serde_json::Value> {
    Err(crate::ApiError::new(crate::ErrorCode::Internal, "stub"))
}
