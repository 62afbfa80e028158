//! What may leave: judged after each inner instruction, settled after the last.

use valetkey_engine::{
    errors::ErrorCode,
    floors::check_floor,
    layout::{counters::set_limit, session::MAX_LIMITS, Asset, Floor, LimitView},
    limits::{settle, NewCounters},
    plan::ExecuteArgs,
    refusal::{Refusal, Result},
};

use super::{ledger::SOL, token_watch::Control, watch::Watch};

/// The new counters of the limits that were touched, by position.
pub type Settled = [Option<NewCounters>; MAX_LIMITS];

impl Watch<'_, '_> {
    /// Adds what the inner instruction at hand took to what left before; checks the rule's floor.
    #[inline(always)]
    pub fn judge_call(&mut self, floor: Option<Floor>) -> Result<()> {
        for slot in self.ledger.slots_mut() {
            let outflow = slot.delta.outflow()?;
            if outflow == 0 {
                continue;
            }
            if slot.limit().is_none() {
                return Err(Refusal::new(ErrorCode::NoLimit).asked(outflow));
            }
            let Some(spent) = slot.spent.checked_add(outflow) else {
                return Err(Refusal::new(ErrorCode::ArithmeticOverflow));
            };
            slot.spent = spent;
        }
        floor.map_or(Ok(()), |floor| self.judge_floor(&floor))
    }

    /// "At least so much back": from measured holdings. Nothing but the floor's own asset, and SOL, may leave beside it.
    #[inline(never)]
    fn judge_floor(&self, floor: &Floor) -> Result<()> {
        let unknown = || Refusal::new(ErrorCode::NotASession);
        let give = self.session.asset(floor.give).ok_or_else(unknown)?;
        let get = self.session.asset(floor.get).ok_or_else(unknown)?;
        let give = self.ledger.find(&give);
        for (position, slot) in (0_u8..).zip(self.ledger.slots()) {
            let outflow = slot.delta.outflow()?;
            let allowed = position == SOL || give.is_some_and(|(given, _)| given == position);
            if outflow > 0 && !allowed {
                return Err(Refusal::new(ErrorCode::FloorAssetRefused).asked(outflow));
            }
        }
        let out = give.map_or(Ok(0), |(_, slot)| slot.delta.outflow())?;
        let back = self
            .ledger
            .find(&get)
            .map_or(Ok(0), |(_, slot)| slot.delta.inflow())?;
        check_floor(floor.min, floor.per, out, back)
    }

    /// Checks the sums of the whole plan against all bounds of their limits.
    #[inline(always)]
    pub fn settle(&self) -> Result<Settled> {
        let mut settled = [None; MAX_LIMITS];
        for slot in self.ledger.slots().iter().filter(|slot| slot.spent > 0) {
            let found = slot.limit().and_then(|index| {
                Some((index, self.session.limit(index)?, settled.get_mut(index)?))
            });
            let Some((index, limit, place)) = found else {
                return Err(Refusal::new(ErrorCode::NoLimit).asked(slot.spent));
            };
            let counters = self
                .counters(&limit, slot.spent)
                .map_err(|refusal| refusal.limit(index))?;
            *place = Some(counters);
        }
        Ok(settled)
    }

    #[inline(always)]
    fn counters(&self, limit: &LimitView, spent: u64) -> Result<NewCounters> {
        settle(&limit.state(), spent, self.now, self.session.starts_at())
    }

    /// Checks that at least what the caller asked for has come, over the whole plan.
    pub fn check_min_receive(&self, args: &ExecuteArgs) -> Result<()> {
        for (number, entry) in args.min_receive().enumerate() {
            let Some(asset) = self.session.asset(entry.asset) else {
                return Err(Refusal::new(ErrorCode::MalformedPlan).min_receive(number));
            };
            let (before, after) = self.holdings(&asset);
            let received = u64::try_from(after.saturating_sub(before)).unwrap_or(u64::MAX);
            if received < entry.amount {
                let refusal = Refusal::new(ErrorCode::MinReceiveNotMet).min_receive(number);
                return Err(refusal.asked(entry.amount).left(received));
            }
        }
        Ok(())
    }

    /// Holdings of an asset in clean accounts (and the vault), at the start and now.
    fn holdings(&self, asset: &Asset) -> (u128, u128) {
        let clean = self
            .tokens
            .all()
            .iter()
            .filter(|watched| watched.control == Control::Clean);
        let sum = |(before, after): (u128, u128), (b, a): (u64, u64)| {
            (
                before.saturating_add(b.into()),
                after.saturating_add(a.into()),
            )
        };
        match asset {
            Asset::Sol => clean
                .map(|watched| (watched.start_lamports, watched.lamports))
                .fold((self.vault_start.into(), self.vault_lamports.into()), sum),
            Asset::Mint(mint) => clean
                .filter(|watched| self.tokens.mint(watched) == *mint)
                .map(|watched| (watched.start_amount, watched.amount))
                .fold((0, 0), sum),
        }
    }
}

/// Writes what was settled.
#[inline(always)]
pub fn write_settled(session: &mut [u8], settled: &Settled) -> Result<()> {
    for (index, counters) in settled.iter().enumerate() {
        if let Some(counters) = counters {
            set_limit(session, index, counters)?;
        }
    }
    Ok(())
}
