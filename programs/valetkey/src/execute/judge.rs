//! What may leave: judged before and after each inner instruction, settled after the last.

use valetkey_engine::{
    errors::ErrorCode,
    floors::check_floor,
    layout::{Asset, Floor},
    plan::{ExecuteArgs, Inner},
    refusal::{Refusal, Result},
    scope::match_inner,
};

use super::{token_watch::Control, watch::Watch};
use crate::views::key;

impl Watch<'_, '_> {
    /// Whether the rule allows an inner instruction, and its limit what can be seen in it, before anything is called; returns the
    /// rule's floor.
    #[inline(always)]
    pub fn allow(&mut self, inner: &Inner, number: u8) -> Result<Option<Floor>> {
        let vault = key(self.outer.vault);
        let matched = match_inner(self.session, inner, self.outer, vault, number)?;
        if let Some(visible) = matched.visible {
            self.ledger
                .check(&visible, self.session, self.now)
                .map_err(|refusal| refusal.inner(number).rule(inner.rule))?;
        }
        Ok(matched.rule.floor())
    }

    /// Adds what the inner instruction at hand took to what left before; checks the rule's floor.
    #[inline(always)]
    pub fn judge_call(&mut self, floor: Option<Floor>) -> Result<()> {
        self.ledger.end_call(self.session, self.now)?;
        floor.map_or(Ok(()), |floor| self.judge_floor(&floor))
    }

    /// Checks the sums of the whole plan against all bounds of their limits.
    #[inline(always)]
    pub fn settle(&self) -> Result<()> {
        self.ledger.settle(self.session, self.now)
    }

    /// "At least so much back": from measured holdings. Nothing but the floor's own asset, and SOL, may leave beside it.
    #[inline(never)]
    fn judge_floor(&self, floor: &Floor) -> Result<()> {
        let unknown = || Refusal::new(ErrorCode::NotASession);
        let give = self.session.asset(floor.give).ok_or_else(unknown)?;
        let get = self.session.asset(floor.get).ok_or_else(unknown)?;
        let give = self.ledger.find(&give);
        for (number, (_, slot)) in (1_u8..).zip(self.ledger.mints()) {
            let outflow = slot.delta.outflow()?;
            if outflow > 0 && give.is_none_or(|(given, _)| given != number) {
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

    /// Checks that at least what the caller asked for has come, over the whole plan.
    #[inline(never)]
    pub fn check_min_receive(&self, args: &ExecuteArgs) -> Result<()> {
        for (number, entry) in args.min_receive().enumerate() {
            let Some(asset) = self.session.asset(entry.asset) else {
                return Err(Refusal::new(ErrorCode::MalformedPlan).min_receive(number));
            };
            let (before, after) = self.holdings(&asset);
            // What came out of a wallet's account was no income.
            let before = before.saturating_add(self.ledger.left_wallets(entry.asset, self.session));
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
            .filter(|(watched, _)| watched.control == Control::Clean);
        let sum = |(before, after): (u128, u128), (b, a): (u64, u64)| {
            (
                before.saturating_add(b.into()),
                after.saturating_add(a.into()),
            )
        };
        match asset {
            Asset::Sol => clean
                .map(|(watched, _)| (watched.start_lamports, watched.lamports))
                .fold((self.vault_start.into(), self.vault_lamports.into()), sum),
            Asset::Mint(mint) => clean
                .filter(|(_, held)| held == mint)
                .map(|(watched, _)| (watched.start_amount, watched.amount))
                .fold((0, 0), sum),
        }
    }
}
