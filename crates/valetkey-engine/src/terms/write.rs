//! Terms to session account: all checks of a grant, in one pass over the bytes.

use super::context::{Ground, TermsAccounts, TermsContext};
use super::limit::Limit;
use super::parts::{flags, malformed, Parts};
use super::rule;
use crate::bytes::{key_eq, put, u16_at, Key};
use crate::errors::ErrorCode;
use crate::layout::session::{
    offset, DISCRIMINATOR, HEADER, MAX_LIMITS, MAX_RULES, MAX_SIZE, VERSION,
};
use crate::layout::{limit, rule::HEAD};
use crate::refusal::{Refusal, Result};

/// Longest window, counted from the landing of the grant: 365 days in seconds.
pub const MAX_WINDOW_SECONDS: i64 = 365 * 86_400;
/// Where the bitmap of keys by account stands in terms.
const BITMAP: usize = 25;

/// Bytes of the session account that these terms make. Checks the form of the terms only; refuses with
/// `TermsMalformed`, `TermsTooLarge`, `EmptyScope`, `BadLimit` (a fee budget of nothing), `BadDiscriminator` or
/// `FeatureRefused` (an extension that isn't offered).
pub fn session_size(terms: &[u8]) -> Result<usize> {
    let parts = Parts::read(terms)?;
    let mut reader = parts.body;
    for index in 0..parts.limits {
        Limit::read(&mut reader).map_err(|refusal| in_limit(refusal, index))?;
    }
    let mut rules = 0usize;
    for index in 0..parts.rules {
        let (_, bytes) = rule::read(&mut reader).map_err(|refusal| in_rule(refusal, index))?;
        rules = rules.saturating_add(bytes.len());
    }
    reader.end()?;
    let size = tables_end(&parts).saturating_add(rules);
    if size > MAX_SIZE {
        return Err(too_large(size, MAX_SIZE));
    }
    Ok(size)
}

/// Checks that terms give no key by account, as terms in a proposal must. Refuses with `TermsMalformed`.
pub fn check_keys_inline(terms: &[u8]) -> Result<()> {
    match terms.get(BITMAP..).and_then(<[u8]>::first_chunk::<4>) {
        Some([0, 0, 0, 0]) => Ok(()),
        _ => Err(malformed(BITMAP)),
    }
}

/// Validates terms wholly and writes the session account into the first bytes of `out`; returns how many they are.
///
/// What those bytes held before doesn't matter; bytes behind them are left alone; after a refusal `out` means nothing. `out` is as
/// long as the account may become, at most [`MAX_SIZE`] of it are used. Refuses with the codes of the 6600 family, or
/// `MissingAccount` when a key by account isn't there.
pub fn write_session(
    terms: &[u8],
    ctx: &TermsContext,
    accounts: &impl TermsAccounts,
    out: &mut [u8],
) -> Result<usize> {
    let parts = Parts::read(terms)?;
    check_window(&parts, ctx)?;
    check_uses(&parts)?;
    let room = out.len().min(MAX_SIZE);
    let split = HEADER.saturating_add(parts.keys.saturating_mul(32));
    let Some((head, tail)) = out
        .get_mut(..room)
        .and_then(|out| out.split_at_mut_checked(split))
    else {
        return Err(too_large(tables_end(&parts), room));
    };
    let Some((header, keys)) = head.split_first_chunk_mut::<HEADER>() else {
        return Err(too_large(HEADER, room));
    };
    write_header(header, &parts, ctx).ok_or_else(|| malformed(0))?;
    let (keys, _) = keys.as_chunks_mut::<32>();
    write_keys(keys, &parts, accounts)?;
    check_distinct(keys)?;
    let ground = Ground {
        keys,
        config: ctx.config,
        vault: ctx.vault,
        program_id: ctx.program_id,
        flags: parts.flags,
        extensions: parts.extensions,
    };
    write_body(tail, split, &parts, &ground, accounts)
}

fn check_window(parts: &Parts, ctx: &TermsContext) -> Result<()> {
    let opens = parts.starts_at.max(ctx.created_at);
    let last = ctx.now.saturating_add(MAX_WINDOW_SECONDS);
    let good = parts.starts_at >= 0
        && parts.expires_at > opens
        && parts.expires_at > ctx.now
        && parts.expires_at <= last;
    if good {
        return Ok(());
    }
    let seconds = |time: i64| u64::try_from(time).unwrap_or(0);
    Err(Refusal::new(ErrorCode::BadWindow)
        .asked(seconds(parts.expires_at))
        .left(seconds(last)))
}

fn check_uses(parts: &Parts) -> Result<()> {
    if (parts.flags & flags::UNLIMITED_USES != 0) == (parts.uses == 0) {
        Ok(())
    } else {
        Err(Refusal::new(ErrorCode::BadUses).asked(u64::from(parts.uses)))
    }
}

#[inline(always)]
fn write_header(out: &mut [u8; HEADER], parts: &Parts, ctx: &TermsContext) -> Option<()> {
    let count = |n: usize| u8::try_from(n).ok();
    *out = [0; HEADER];
    put(out, 0, &DISCRIMINATOR)?;
    let counts = [
        count(parts.keys)?,
        count(parts.limits)?,
        count(parts.rules)?,
    ];
    put(
        out,
        offset::VERSION,
        &[VERSION, parts.flags & flags::STORED],
    )?;
    put(out, offset::KEYS, &counts)?;
    put(
        out,
        offset::BUMP,
        &[
            ctx.session_bump,
            parts.fee.sponsor,
            parts.guardian,
            ctx.vault_bump,
        ],
    )?;
    if let Some(origin) = parts.origin {
        put(out, offset::ORIGIN, origin)?;
    }
    put(out, offset::STARTS_AT, &parts.starts_at.to_le_bytes())?;
    put(out, offset::EXPIRES_AT, &parts.expires_at.to_le_bytes())?;
    put(out, offset::USES_ALLOWED, &parts.uses.to_le_bytes())?;
    put(out, offset::FEE_TOTAL, &parts.fee.total.to_le_bytes())?;
    put(
        out,
        offset::FEE_PER_EXECUTE,
        &parts.fee.per_execute.to_le_bytes(),
    )?;
    put(out, offset::EXTENSIONS, &parts.extensions.to_le_bytes())?;
    write_facts(out, ctx)
}

/// The fields of a header that come from the grant and not from its terms.
#[inline(always)]
pub(super) fn write_facts(out: &mut [u8; HEADER], ctx: &TermsContext) -> Option<()> {
    put(out, offset::GRANT_ID, &ctx.grant_id.to_le_bytes())?;
    put(out, offset::CONFIG, ctx.config)?;
    put(out, offset::VAULT, ctx.vault)?;
    put(out, offset::SESSION_KEY, ctx.session_key)?;
    put(out, offset::RENT_PAYER, ctx.rent_payer)?;
    put(out, offset::EPOCH, &ctx.epoch.to_le_bytes())?;
    put(
        out,
        offset::GRANT_DEADLINE,
        &ctx.grant_deadline.to_le_bytes(),
    )?;
    put(out, offset::CREATED_AT, &ctx.created_at.to_le_bytes())
}

/// Fills the key table: inline keys in order, the others from the accounts of the terms.
#[inline(always)]
fn write_keys(slots: &mut [Key], parts: &Parts, accounts: &impl TermsAccounts) -> Result<()> {
    if parts.by_account == 0 && slots.len() == parts.inline_keys.len() {
        slots.copy_from_slice(parts.inline_keys);
        return Ok(());
    }
    let mut inline = parts.inline_keys.iter();
    let mut by_account = parts.by_account;
    let mut account = 0usize;
    for (index, slot) in slots.iter_mut().enumerate() {
        let key = if by_account & 1 != 0 {
            let key = accounts.key(account);
            account = account.saturating_add(1);
            key.ok_or_else(|| Refusal::new(ErrorCode::MissingAccount).key(index))?
        } else {
            inline.next().ok_or_else(|| malformed(BITMAP))?
        };
        *slot = *key;
        by_account >>= 1;
    }
    Ok(())
}

#[inline(always)]
fn check_distinct(keys: &[Key]) -> Result<()> {
    let mut rest = keys;
    let mut index = 0usize;
    while let [key, later @ ..] = rest {
        for (same, other) in (index.wrapping_add(1)..).zip(later) {
            if key_eq(key, other) {
                return Err(Refusal::new(ErrorCode::DuplicateKey).key(same));
            }
        }
        rest = later;
        index = index.wrapping_add(1);
    }
    Ok(())
}

/// Writes limits, offsets and rules; `start` is where `out` begins in the account. Returns the account's length.
#[inline(always)]
fn write_body(
    out: &mut [u8],
    start: usize,
    parts: &Parts,
    ground: &Ground,
    accounts: &impl TermsAccounts,
) -> Result<usize> {
    let mut reader = parts.body;
    let room = start.saturating_add(out.len());
    let tables = tables_end(parts);
    let (limits, offsets) = (
        parts.limits.saturating_mul(limit::SIZE),
        parts.rules.saturating_mul(2),
    );
    let Some((limits, out)) = out.split_at_mut_checked(limits) else {
        return Err(too_large(tables, room));
    };
    let Some((offsets, mut out)) = out.split_at_mut_checked(offsets) else {
        return Err(too_large(tables, room));
    };
    write_limits(limits, &mut reader, ground, accounts)?;

    let mut at = tables;
    let mut seen: [&[u8]; MAX_RULES] = [&[]; MAX_RULES];
    let (offsets, _) = offsets.as_chunks_mut::<2>();
    for (index, slot) in offsets.iter_mut().enumerate() {
        let bytes = rule::check(&mut reader, ground, accounts)
            .map_err(|refusal| in_rule(refusal, index))?;
        let Some((before, [here, ..])) = seen.split_at_mut_checked(index) else {
            return Err(malformed(0));
        };
        if before.iter().any(|other| is_duplicate(other, bytes)) {
            return Err(in_rule(Refusal::new(ErrorCode::DuplicateRule), index));
        }
        *here = bytes;
        *slot = u16::try_from(at)
            .map_err(|_| too_large(at, room))?
            .to_le_bytes();
        let next = at.saturating_add(bytes.len());
        let Some((place, rest)) = out.split_at_mut_checked(bytes.len()) else {
            return Err(too_large(next, room));
        };
        place.copy_from_slice(bytes);
        out = rest;
        at = next;
    }
    reader.end()?;
    Ok(at)
}

#[inline(always)]
fn write_limits<'a>(
    out: &mut [u8],
    reader: &mut super::parts::Reader<'a>,
    ground: &Ground,
    accounts: &impl TermsAccounts,
) -> Result<()> {
    let mut sources = [(0u8, 0u8); MAX_LIMITS];
    let (limits, _) = out.as_chunks_mut::<{ limit::SIZE }>();
    for (index, slot) in limits.iter_mut().enumerate() {
        let limit = Limit::read(reader)?;
        limit
            .write(ground, accounts, slot)
            .map_err(|refusal| in_limit(refusal, index))?;
        let source = (limit.asset, limit.source);
        let Some((before, [here, ..])) = sources.split_at_mut_checked(index) else {
            return Err(malformed(0));
        };
        if before.contains(&source) {
            return Err(Refusal::new(ErrorCode::DuplicateLimit).limit(index));
        }
        *here = source;
    }
    Ok(())
}

/// Same id (bytes 2 and 3), or same content but for the id. Both are rules, read to their ends.
#[inline(always)]
fn is_duplicate(a: &[u8], b: &[u8]) -> bool {
    let (Some((one, rest)), Some((other, others))) =
        (a.split_first_chunk::<HEAD>(), b.split_first_chunk::<HEAD>())
    else {
        return false;
    };
    if u16_at::<2, HEAD>(one) == u16_at::<2, HEAD>(other) {
        return true;
    }
    // Lengths and heads first: comparing slices is a call.
    rest.len() == others.len()
        && u16_at::<0, HEAD>(one) == u16_at::<0, HEAD>(other)
        && one.get(4..) == other.get(4..)
        && rest == others
}

const fn tables_end(parts: &Parts) -> usize {
    HEADER
        .saturating_add(parts.keys.saturating_mul(32))
        .saturating_add(parts.limits.saturating_mul(limit::SIZE))
        .saturating_add(parts.rules.saturating_mul(2))
}

fn in_limit(refusal: Refusal, index: usize) -> Refusal {
    if refusal.subject == crate::refusal::subject::NONE {
        refusal.limit(index)
    } else {
        refusal
    }
}

fn in_rule(refusal: Refusal, index: usize) -> Refusal {
    refusal.rule(u8::try_from(index).unwrap_or(crate::refusal::NONE))
}

#[cold]
#[inline(never)]
fn too_large(asked: usize, left: usize) -> Refusal {
    Refusal::new(ErrorCode::TermsTooLarge)
        .asked(asked as u64)
        .left(left as u64)
}
