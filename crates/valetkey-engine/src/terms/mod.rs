//! Terms: what an owner approves, checked and written as a session account.

mod context;
mod limit;
mod parts;
mod record;
mod rule;
mod session_key;
mod write;

pub use context::{TermsAccounts, TermsContext};
pub use record::{write_record, RECORD_SIZE};
pub use session_key::check_session_key;
pub use write::{session_size, write_session, write_sized_session};
