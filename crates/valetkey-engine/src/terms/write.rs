//! Terms to session account: all checks of a grant, in one pass over the bytes.

use super::context::{Ground, TermsAccounts, TermsContext};
use super::limit::Limit;
use super::parts::{flags, malformed, Parts};
use super::rule;
use crate::bytes::{key_eq, put, Key};
use crate::errors::ErrorCode;
use crate::layout::limit;
use crate::layout::session::{
    offset, DISCRIMINATOR, HEADER, MAX_LIMITS, MAX_RULES, MAX_SIZE, VERSION,
};
use crate::refusal::{Refusal, Result};

/// Longest window, counted from the landing of the grant: 365 days in seconds.
pub const MAX_WINDOW_SECONDS: i64 = 365 * 86_400;

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
        return Err(Refusal::new(ErrorCode::TermsTooLarge)
            .asked(size as u64)
            .left(MAX_SIZE as u64));
    }
    Ok(size)
}

/// Validates terms wholly and writes the session account into `out`, which must be [`session_size`] bytes long.
/// What `out` held before doesn't matter; after a refusal its bytes mean nothing. Refuses with the codes of the 6600
/// family, or `MissingAccount` when a key by account isn't there.
pub fn write_session(
    terms: &[u8],
    ctx: &TermsContext,
    accounts: &impl TermsAccounts,
    out: &mut [u8],
) -> Result<()> {
    let size = session_size(terms)?;
    if out.len() != size {
        return Err(Refusal::new(ErrorCode::NotASession)
            .asked(out.len() as u64)
            .left(size as u64));
    }
    write_sized_session(terms, ctx, accounts, out)
}

/// [`write_session`] for terms whose [`session_size`] the caller has just taken, and `out` of that size.
pub fn write_sized_session(
    terms: &[u8],
    ctx: &TermsContext,
    accounts: &impl TermsAccounts,
    out: &mut [u8],
) -> Result<()> {
    let parts = Parts::read(terms)?;
    check_window(&parts, ctx)?;
    check_uses(&parts)?;
    out.fill(0);
    let split = HEADER.saturating_add(parts.keys.saturating_mul(32));
    let Some((head, tail)) = out.split_at_mut_checked(split) else {
        return Err(malformed(0));
    };
    write_header(head, &parts, ctx).ok_or_else(|| malformed(0))?;
    let keys = head.get_mut(HEADER..).unwrap_or_default();
    write_keys(keys, &parts, accounts)?;
    let (keys, _) = keys.as_chunks::<32>();
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

fn write_header(out: &mut [u8], parts: &Parts, ctx: &TermsContext) -> Option<()> {
    let count = |n: usize| u8::try_from(n).ok();
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
    put(out, offset::ORIGIN, parts.origin.unwrap_or(&[0; 32]))?;
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
pub(super) fn write_facts(out: &mut [u8], ctx: &TermsContext) -> Option<()> {
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
fn write_keys(out: &mut [u8], parts: &Parts, accounts: &impl TermsAccounts) -> Result<()> {
    let (slots, _) = out.as_chunks_mut::<32>();
    let mut inline = parts.inline_keys.iter();
    let mut by_account = parts.by_account;
    let mut account = 0usize;
    for (index, slot) in slots.iter_mut().enumerate() {
        let key = if by_account & 1 != 0 {
            let key = accounts.key(account);
            account = account.saturating_add(1);
            key.ok_or_else(|| Refusal::new(ErrorCode::MissingAccount).key(index))?
        } else {
            inline.next().ok_or_else(|| malformed(25))?
        };
        *slot = *key;
        by_account >>= 1;
    }
    Ok(())
}

fn check_distinct(keys: &[Key]) -> Result<()> {
    let mut rest = keys;
    let mut index = 0usize;
    while let [key, later @ ..] = rest {
        if let Some(same) = later.iter().position(|other| key_eq(key, other)) {
            let same = index.saturating_add(1).saturating_add(same);
            return Err(Refusal::new(ErrorCode::DuplicateKey).key(same));
        }
        rest = later;
        index = index.saturating_add(1);
    }
    Ok(())
}

/// Writes limits, offsets and rules; `start` is where `out` begins in the account.
fn write_body(
    out: &mut [u8],
    start: usize,
    parts: &Parts,
    ground: &Ground,
    accounts: &impl TermsAccounts,
) -> Result<()> {
    let mut reader = parts.body;
    let short = || malformed(0);
    let limits = parts.limits.saturating_mul(limit::SIZE);
    let (limits, out) = out.split_at_mut_checked(limits).ok_or_else(short)?;
    let (offsets, mut out) = out
        .split_at_mut_checked(parts.rules.saturating_mul(2))
        .ok_or_else(short)?;

    let mut sources = [(0u8, 0u8); MAX_LIMITS];
    let (limits, _) = limits.as_chunks_mut::<{ limit::SIZE }>();
    for (index, slot) in limits.iter_mut().enumerate() {
        let limit = Limit::read(&mut reader)?;
        limit
            .write(ground, accounts, slot)
            .map_err(|refusal| in_limit(refusal, index))?;
        let source = (limit.asset, limit.source);
        let (before, from_here) = sources.split_at_mut_checked(index).ok_or_else(short)?;
        if before.contains(&source) {
            return Err(Refusal::new(ErrorCode::DuplicateLimit).limit(index));
        }
        *from_here.first_mut().ok_or_else(short)? = source;
    }

    let mut at = start
        .saturating_add(limits.len().saturating_mul(limit::SIZE))
        .saturating_add(offsets.len());
    let mut seen: [&[u8]; MAX_RULES] = [&[]; MAX_RULES];
    let (offsets, _) = offsets.as_chunks_mut::<2>();
    for (index, slot) in offsets.iter_mut().enumerate() {
        let (view, bytes) = rule::read(&mut reader)?;
        rule::check(&view, ground, accounts).map_err(|refusal| in_rule(refusal, index))?;
        let (before, from_here) = seen.split_at_mut_checked(index).ok_or_else(short)?;
        if before.iter().any(|other| is_duplicate(other, bytes)) {
            return Err(in_rule(Refusal::new(ErrorCode::DuplicateRule), index));
        }
        *from_here.first_mut().ok_or_else(short)? = bytes;
        *slot = u16::try_from(at).map_err(|_| short())?.to_le_bytes();
        let (place, rest) = out.split_at_mut_checked(bytes.len()).ok_or_else(short)?;
        place.copy_from_slice(bytes);
        out = rest;
        at = at.saturating_add(bytes.len());
    }
    reader.end()?;
    if out.is_empty() {
        Ok(())
    } else {
        Err(short())
    }
}

/// Same id (bytes 2 and 3), or same content but for the id.
fn is_duplicate(a: &[u8], b: &[u8]) -> bool {
    let id = |rule: &[u8]| {
        rule.get(2..)
            .and_then(|rest| rest.first_chunk::<2>().copied())
    };
    id(a) == id(b) || (a.len() == b.len() && a.get(..2) == b.get(..2) && a.get(4..) == b.get(4..))
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
