//! What left, by asset: SOL, and each mint that the vault holds in a watched account.

use valetkey_engine::{
    errors::ErrorCode,
    holdings::Delta,
    key_eq,
    layout::{counters::set_limit, Asset, SessionView, NO_KEY},
    limits::{settle, NewCounters},
    refusal::{Refusal, Result},
    scope::Visible,
    Key,
};

use super::token_watch::MAX_WATCHED;

/// The slot number of SOL; mints count from 1.
pub const SOL: u8 = 0;

/// One asset; all-zero bytes are one that nothing happened to.
#[derive(Clone, Copy)]
pub struct Slot {
    /// What the inner instruction at hand did.
    pub delta: Delta,
    /// What left in this execute.
    pub spent: u64,
    /// Position of its limit in the session plus one; 0 without a limit.
    limit: u8,
    /// What is to be written; nothing when nothing left.
    settled: NewCounters,
}

impl Slot {
    /// Position of its limit in the session, if it has one.
    #[inline(always)]
    pub fn limit(&self) -> Option<usize> {
        usize::from(self.limit).checked_sub(1)
    }

    #[inline(always)]
    fn start(&mut self, asset: &Asset, session: &SessionView) {
        let limit = session.limit_of(asset).and_then(|at| u8::try_from(at).ok());
        self.limit = limit.map_or(0, |at| at.saturating_add(1));
    }

    /// Adds what the inner instruction at hand took.
    #[inline(always)]
    pub fn count(&mut self) -> Result<()> {
        let outflow = self.delta.outflow()?;
        if outflow == 0 {
            return Ok(());
        }
        if self.limit == 0 {
            return Err(Refusal::new(ErrorCode::NoLimit).asked(outflow));
        }
        match self.spent.checked_add(outflow) {
            Some(spent) => self.spent = spent,
            None => return Err(Refusal::new(ErrorCode::ArithmeticOverflow)),
        }
        Ok(())
    }

    /// Checks the sum of the whole plan against all bounds of its limit.
    #[inline(always)]
    fn settle(&mut self, session: &SessionView, now: i64) -> Result<()> {
        if self.spent == 0 {
            return Ok(());
        }
        let limit = self
            .limit()
            .and_then(|index| Some((index, session.limit(index)?)));
        let Some((index, limit)) = limit else {
            return Err(Refusal::new(ErrorCode::NoLimit).asked(self.spent));
        };
        let counters = settle(&limit.state(), self.spent, now, session.starts_at());
        self.settled = counters.map_err(|refusal| refusal.limit(index))?;
        Ok(())
    }

    #[inline(always)]
    fn write(&self, session: &mut [u8]) -> Result<()> {
        match self.limit() {
            Some(limit) if self.spent > 0 => set_limit(session, limit, &self.settled),
            _ => Ok(()),
        }
    }
}

/// All assets of an execute; all-zero bytes are an empty one.
pub struct Ledger {
    pub sol: Slot,
    /// Each mint's, and each limit's on a wallet's money (see [`wallet_slot`]).
    mints: [(Key, Slot); MAX_WATCHED],
    count: u8,
}

impl Ledger {
    /// Finds the limit of SOL.
    #[inline(always)]
    pub fn start(&mut self, session: &SessionView) {
        self.sol.start(&Asset::Sol, session);
    }

    /// The mints in use, by rising slot number from 1.
    #[inline(always)]
    pub fn mints(&self) -> &[(Key, Slot)] {
        self.mints
            .get(..usize::from(self.count))
            .unwrap_or_default()
    }

    #[inline(always)]
    fn mints_mut(&mut self) -> &mut [(Key, Slot)] {
        self.mints
            .get_mut(..usize::from(self.count))
            .unwrap_or_default()
    }

    /// The slot of a mint, by number.
    #[inline(always)]
    pub fn mint(&mut self, number: u8) -> Result<&mut Slot> {
        let found = usize::from(number)
            .checked_sub(1)
            .and_then(|at| self.mints.get_mut(at));
        found.map(|(_, slot)| slot).ok_or_else(full)
    }

    /// Number and slot of an asset.
    #[inline(always)]
    pub fn find(&self, asset: &Asset) -> Option<(u8, &Slot)> {
        match asset {
            Asset::Sol => Some((SOL, &self.sol)),
            Asset::Mint(mint) => {
                let mut mints = (1_u8..).zip(self.mints());
                let (number, (_, slot)) = mints.find(|(_, (known, _))| key_eq(known, mint))?;
                Some((number, slot))
            }
        }
    }

    /// Number of a mint's slot, opened when it has none yet.
    #[inline(always)]
    pub fn slot_of(&mut self, mint: &Key, session: &SessionView) -> Result<u8> {
        let asset = Asset::Mint(mint);
        if let Some((found, _)) = self.find(&asset) {
            return Ok(found);
        }
        let Some((known, slot)) = self.mints.get_mut(usize::from(self.count)) else {
            return Err(full());
        };
        *known = *mint;
        slot.start(&asset, session);
        self.count = self.count.saturating_add(1);
        Ok(self.count)
    }

    /// Number of the slot of a limit on a wallet's money, opened when it has none yet.
    #[inline(never)]
    pub fn slot_of_wallet(&mut self, limit: usize) -> Result<u8> {
        let index = u8::try_from(limit).unwrap_or(u8::MAX);
        let key = wallet_slot(index);
        if let Some((found, _)) = self.find(&Asset::Mint(&key)) {
            return Ok(found);
        }
        let Some((known, slot)) = self.mints.get_mut(usize::from(self.count)) else {
            return Err(full());
        };
        *known = key;
        slot.limit = index.saturating_add(1);
        self.count = self.count.saturating_add(1);
        Ok(self.count)
    }

    /// What left in this execute of what a typed instruction is about to take.
    #[inline(always)]
    pub fn spent(&self, visible: &Visible, session: &SessionView) -> u64 {
        let found = match visible.wallet {
            None => self.find(&visible.asset),
            Some(wallet) => self.find_wallet(visible.asset, wallet, *session),
        };
        found.map_or(0, |(_, slot)| slot.spent)
    }

    #[inline(never)]
    fn find_wallet(&self, asset: Asset, wallet: &Key, session: SessionView) -> Option<(u8, &Slot)> {
        let limit = u8::try_from(session.limit_of_wallet(asset, wallet)?).ok()?;
        self.find(&Asset::Mint(&wallet_slot(limit)))
    }

    /// What left the wallets of the terms in this execute, of the asset with this byte.
    #[inline(never)]
    pub fn left_wallets(&self, asset: u8, session: &SessionView) -> u128 {
        let mut sum = 0_u128;
        for index in 0..session.limits_len() {
            let counted = session
                .limit(index)
                .filter(|limit| limit.source() != NO_KEY && limit.asset() == asset);
            let key = wallet_slot(u8::try_from(index).unwrap_or(u8::MAX));
            if let (Some(_), Some((_, slot))) = (counted, self.find(&Asset::Mint(&key))) {
                sum = sum.saturating_add(slot.spent.into());
            }
        }
        sum
    }

    /// Forgets what the last inner instruction did.
    #[inline(always)]
    pub fn begin_call(&mut self) {
        self.sol.delta = Delta::default();
        for (_, slot) in self.mints_mut() {
            slot.delta = Delta::default();
        }
    }

    /// Adds what the inner instruction at hand took to what left before.
    #[inline(always)]
    pub fn end_call(&mut self) -> Result<()> {
        self.sol.count()?;
        for (_, slot) in self.mints_mut() {
            slot.count()?;
        }
        Ok(())
    }

    /// Checks the sums of the whole plan.
    #[inline(always)]
    pub fn settle(&mut self, session: &SessionView, now: i64) -> Result<()> {
        self.sol.settle(session, now)?;
        for (_, slot) in self.mints_mut() {
            slot.settle(session, now)?;
        }
        Ok(())
    }

    /// Writes what was settled.
    #[inline(always)]
    pub fn write(&self, session: &mut [u8]) -> Result<()> {
        self.sol.write(session)?;
        for (_, slot) in self.mints() {
            slot.write(session)?;
        }
        Ok(())
    }
}

/// What stands for the mint in the slot of a wallet's limit: an address that nobody can open an account at.
fn wallet_slot(limit: u8) -> Key {
    let mut key = [u8::MAX; 32];
    if let Some(last) = key.last_mut() {
        *last = limit;
    }
    key
}

#[cold]
#[inline(never)]
fn full() -> Refusal {
    Refusal::new(ErrorCode::TooManyTokenAccounts)
}
