//! What a proposal may do, and when: one function for each question, used by every door.

mod approval;
mod fate;
mod payload;

pub use approval::{approve, Approved};
pub use fate::{check_cancel, check_enactable, check_open, is_dead, is_settled, new_deadline};
pub use payload::{check_payload, GrantPayload, OwnersPayload, PlanPayload, RenewalPayload};
