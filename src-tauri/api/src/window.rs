//! The window itself.

use crate::Nothing;
use crate::door::Door;
use crate::error::ApiError;
use crate::locking::OnRequest;

pub(crate) async fn close_window(door: &Door, request: OnRequest) -> Result<Nothing, ApiError> {
    door.host().close(request.on)?;
    Ok(Nothing {})
}
