//! Terms: what an owner approves, checked and written as a session account.

mod context;
mod limit;
mod parts;
mod record;
mod renew;
mod rule;
mod session_key;
mod write;

pub use context::{TermsAccounts, TermsContext};
pub use record::{write_record, RECORD_SIZE};
pub use renew::{renew_session, RenewalContext};
pub use session_key::check_session_key;
pub use write::{check_keys_inline, session_size, write_session, MAX_WINDOW_SECONDS};
