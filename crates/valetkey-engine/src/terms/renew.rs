//! Renewal: new terms for a live session; what was spent stays counted.

use super::context::{TermsAccounts, TermsContext};
use super::write::write_session;
use crate::bytes::{bytes_at, i64_at, key_eq, put, Key};
use crate::errors::ErrorCode;
use crate::layout::limit::{offset as limit_at, LimitView};
use crate::layout::session::{offset, HEADER};
use crate::layout::{limit, RuleView, SessionView, NO_KEY};
use crate::limits::period_number;
use crate::refusal::{Refusal, Result};
use crate::session::check_not_dead;

/// Facts of a renewal that are not in the terms.
#[derive(Clone, Copy, Debug)]
pub struct RenewalContext<'a> {
    /// Unix seconds.
    pub now: i64,
    /// The vault's epoch.
    pub epoch: u64,
    /// The revision that the owners saw.
    pub revision: u32,
    /// This program.
    pub program_id: &'a Key,
}

/// Where the terms stand that a renewal may not move: `starts_at`.
const STARTS_AT: usize = 2;

/// Writes the account that `old`, a session's whole account, becomes under new terms, into `out`, which is as long; what the
/// terms don't need is zero. What `out` held before doesn't matter; after a refusal it means nothing.
///
/// Key, address, size, grant id, times of the grant, rent payer, `seq`, `once` and every counter stay; the revision rises by one.
/// Refuses a dead session (`SessionRevoked`, `SessionExpired`, `EpochStale`), another revision (`RevisionMismatch`), what a grant
/// refuses, and what would lose a count: `PeriodInUse`, `SpentLimitDropped`, `RuleIdReused`.
pub fn renew_session(
    old: &[u8],
    terms: &[u8],
    ctx: &RenewalContext,
    accounts: &impl TermsAccounts,
    out: &mut [u8],
) -> Result<()> {
    let before = SessionView::open(old)?;
    check_not_dead(&before, ctx.now, ctx.epoch)?;
    if before.revision() != ctx.revision {
        return Err(Refusal::new(ErrorCode::RevisionMismatch)
            .asked(u64::from(ctx.revision))
            .left(u64::from(before.revision())));
    }
    check_start(terms, before.starts_at())?;
    let grant = TermsContext {
        now: ctx.now,
        epoch: before.epoch(),
        grant_id: before.grant_id(),
        grant_deadline: before.grant_deadline(),
        config: before.config(),
        vault: before.vault(),
        session_key: before.session_key(),
        rent_payer: before.rent_payer(),
        program_id: ctx.program_id,
        session_bump: before.bump(),
        vault_bump: before.vault_bump(),
        created_at: before.created_at(),
    };
    let Some(out) = out.get_mut(..old.len()) else {
        return Err(Refusal::new(ErrorCode::NotASession));
    };
    let size = write_session(terms, &grant, accounts, out)?;
    if let Some(rest) = out.get_mut(size..) {
        rest.fill(0);
    }
    carry_header(old, &before, out)?;
    carry_limits(&before, ctx.now, out)?;
    carry_rules(&before, out)
}

/// Periods count from the start of the window: it stays.
fn check_start(terms: &[u8], starts_at: i64) -> Result<()> {
    let found = terms
        .get(STARTS_AT..)
        .and_then(<[u8]>::first_chunk::<8>)
        .map(i64_at::<0, 8>);
    // Terms that end before are refused as such.
    match found {
        Some(found) if found != starts_at => {
            let seconds = |time: i64| u64::try_from(time).unwrap_or(0);
            Err(Refusal::new(ErrorCode::BadWindow)
                .asked(seconds(found))
                .left(seconds(starts_at)))
        }
        _ => Ok(()),
    }
}

fn carry_header(old: &[u8], before: &SessionView, out: &mut [u8]) -> Result<()> {
    let Some(revision) = before.revision().checked_add(1) else {
        return Err(Refusal::new(ErrorCode::ArithmeticOverflow));
    };
    let (Some(from), Some(to)) = (old.first_chunk::<HEADER>(), out.first_chunk_mut::<HEADER>())
    else {
        return Err(not_a_session());
    };
    put(to, offset::REVISION, &revision.to_le_bytes())
        // seq, the highest `once` number and its map lie side by side.
        .and_then(|()| {
            put(
                to,
                offset::SEQ,
                bytes_at::<{ offset::SEQ }, 32, HEADER>(from),
            )
        })
        .and_then(|()| {
            let spent = bytes_at::<{ offset::USES_SPENT }, 4, HEADER>(from);
            put(to, offset::USES_SPENT, spent)
        })
        .and_then(|()| {
            let paid = bytes_at::<{ offset::FEE_PAID }, 8, HEADER>(from);
            put(to, offset::FEE_PAID, paid)
        })
        .ok_or_else(not_a_session)
}
const _: () = assert!(
    offset::SEQ + 32 == offset::USES_ALLOWED && offset::ONCE_MAP + 16 == offset::USES_ALLOWED,
    "seq and the state of `once` are carried as one piece"
);

/// Each limit that was granted before keeps its counters, or has none that matter.
fn carry_limits(before: &SessionView, now: i64, out: &mut [u8]) -> Result<()> {
    for index in 0..before.limits_len() {
        let Some(old) = before.limit(index) else {
            return Err(not_a_session());
        };
        let counters = Counters::of(before, index)?;
        let (at, new_length) = match same_limit(out, before, &old)? {
            Some(found) => found,
            None if counters.spent == 0 => continue,
            None => {
                return Err(Refusal::new(ErrorCode::SpentLimitDropped)
                    .limit(index)
                    .left(counters.spent))
            }
        };
        let mut kept = counters;
        if new_length != counters.length {
            if counters.in_use(now, before.starts_at()) {
                return Err(Refusal::new(ErrorCode::PeriodInUse)
                    .limit(index)
                    .left(counters.period_spent));
            }
            (kept.period, kept.period_spent) = (0, 0);
        }
        let Some(bytes) = out
            .get_mut(at..)
            .and_then(|rest| rest.first_chunk_mut::<{ limit::SIZE }>())
        else {
            return Err(not_a_session());
        };
        put(bytes, limit_at::SPENT, &kept.spent.to_le_bytes())
            .and_then(|()| put(bytes, limit_at::PERIOD, &kept.period.to_le_bytes()))
            .and_then(|()| {
                put(
                    bytes,
                    limit_at::PERIOD_SPENT,
                    &kept.period_spent.to_le_bytes(),
                )
            })
            .ok_or_else(not_a_session)?;
    }
    Ok(())
}

/// What a limit has counted.
#[derive(Clone, Copy)]
struct Counters {
    spent: u64,
    /// Seconds of a period, 0 without one.
    length: u32,
    period: u64,
    period_spent: u64,
}

impl Counters {
    fn of(session: &SessionView, index: usize) -> Result<Self> {
        let state = session
            .limit(index)
            .map(|limit| limit.state())
            .ok_or_else(not_a_session)?;
        let (length, period, period_spent) = state
            .per_period
            .map_or((0, 0, 0), |p| (p.length, p.number, p.spent));
        Ok(Self {
            spent: state.spent,
            length,
            period,
            period_spent,
        })
    }

    /// Whether the period that counts now has spend. A clock that goes back never ends a period.
    fn in_use(&self, now: i64, starts_at: i64) -> bool {
        self.period_spent != 0 && period_number(now, starts_at, self.length) <= self.period
    }
}

/// Where the limit with the same asset and source lies in `out`, and the length of its period; by address, since key tables
/// differ.
fn same_limit(out: &[u8], before: &SessionView, old: &LimitView) -> Result<Option<(usize, u32)>> {
    let after = SessionView::open(out)?;
    let same = |one: u8, other: u8| match (one, other) {
        (NO_KEY, other) => other == NO_KEY,
        (_, NO_KEY) => false,
        (one, other) => match (before.key(one), after.key(other)) {
            (Some(one), Some(other)) => key_eq(one, other),
            _ => false,
        },
    };
    for index in 0..after.limits_len() {
        let Some(new) = after.limit(index) else {
            return Err(not_a_session());
        };
        if same(old.asset(), new.asset()) && same(old.source(), new.source()) {
            let at = HEADER
                .saturating_add(after.keys().len().saturating_mul(32))
                .saturating_add(index.saturating_mul(limit::SIZE));
            let length = new.state().per_period.map_or(0, |period| period.length);
            return Ok(Some((at, length)));
        }
    }
    Ok(None)
}

/// A rule with an id that was granted before is that rule, and keeps what it has spent.
fn carry_rules(before: &SessionView, out: &mut [u8]) -> Result<()> {
    for index in 0..before.rules_len() {
        let index = u8::try_from(index).map_err(|_| not_a_session())?;
        let old = before.rule(index)?;
        let Some((new_index, at)) = same_rule(out, before, &old)? else {
            continue;
        };
        let Some(bytes) = out.get_mut(at..) else {
            return Err(not_a_session());
        };
        let Some(new) = RuleView::read(bytes) else {
            return Err(not_a_session().rule(new_index));
        };
        let (uses_at, cap_at) = (new.uses_spent_at(), new.cap_spent_at());
        if let (Some(uses), Some(at)) = (old.uses(), uses_at) {
            put(bytes, at, &uses.spent.to_le_bytes()).ok_or_else(not_a_session)?;
        }
        if let (Some(cap), Some(at)) = (old.cap(), cap_at) {
            put(bytes, at, &cap.spent.to_le_bytes()).ok_or_else(not_a_session)?;
        }
    }
    Ok(())
}

/// The rule of `out` with the id of `old`: its position, and where it begins. Refuses with `RuleIdReused` when it stands for
/// another program, mode or instruction.
fn same_rule(out: &[u8], before: &SessionView, old: &RuleView) -> Result<Option<(u8, usize)>> {
    let after = SessionView::open(out)?;
    for index in 0..after.rules_len() {
        let index = u8::try_from(index).map_err(|_| not_a_session())?;
        let new = after.rule(index)?;
        if new.id() != old.id() {
            continue;
        }
        let same_program = match (before.key(old.program()), after.key(new.program())) {
            (Some(one), Some(other)) => key_eq(one, other),
            _ => false,
        };
        if !same_program || new.mode() != old.mode() || new.discriminator() != old.discriminator() {
            return Err(Refusal::new(ErrorCode::RuleIdReused).rule(index));
        }
        let at = after.rule_offset(index).ok_or_else(not_a_session)?;
        return Ok(Some((index, at)));
    }
    Ok(None)
}

#[cold]
#[inline(never)]
fn not_a_session() -> Refusal {
    Refusal::new(ErrorCode::NotASession)
}
