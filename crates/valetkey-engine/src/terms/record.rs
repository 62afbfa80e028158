//! The revoked record: what stands at a session's address so that a text that hasn't landed never lands.

use super::context::TermsContext;
use super::write::write_facts;
use crate::bytes::put;
use crate::errors::ErrorCode;
use crate::layout::session::{flags, offset, DISCRIMINATOR, HEADER, VERSION};
use crate::layout::NO_KEY;
use crate::refusal::{Refusal, Result};

/// Bytes of a record: a header.
pub const RECORD_SIZE: usize = HEADER;

/// Writes a revoked record into `out` (320 bytes). It lasts until `ctx.grant_deadline` has passed or the epoch has moved.
/// Its window is empty. Refuses with `NotASession` when `out` has another length.
pub fn write_record(out: &mut [u8], ctx: &TermsContext) -> Result<()> {
    let wrong = || Refusal::new(ErrorCode::NotASession);
    let length = out.len();
    let header = out.first_chunk_mut::<HEADER>();
    let out = header.filter(|_| length == RECORD_SIZE).ok_or_else(wrong)?;
    *out = [0; HEADER];
    put(out, 0, &DISCRIMINATOR)
        .and_then(|()| {
            put(
                out,
                offset::VERSION,
                &[VERSION, flags::REVOKED | flags::RECORD],
            )
        })
        .and_then(|()| {
            put(
                out,
                offset::BUMP,
                &[ctx.session_bump, NO_KEY, NO_KEY, ctx.vault_bump],
            )
        })
        .and_then(|()| write_facts(out, ctx))
        .ok_or_else(wrong)
}
