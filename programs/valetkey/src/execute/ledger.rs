//! What left, by asset: SOL, and each mint that the vault holds in a watched account.

use valetkey_engine::{
    errors::ErrorCode,
    holdings::Delta,
    key_eq,
    layout::{counters::set_limit_at, Asset, SessionView, NO_KEY},
    limits::{check_limit, Headroom},
    refusal::{Refusal, Result},
    scope::Visible,
    Key,
};

use super::token_watch::MAX_WATCHED;

/// The slot number of SOL; mints count from 1.
pub const SOL: u8 = 0;

/// Begins the key of a slot that counts a wallet's limit; its position follows in the last byte.
const WALLET_SLOT: Key = [u8::MAX; 32];

/// One asset; all-zero bytes are one that nothing happened to.
#[derive(Clone, Copy)]
pub struct Slot {
    /// What the inner instruction at hand did.
    pub delta: Delta,
    /// What left in this execute.
    pub spent: u64,
    /// What its limit has left, once something asked for it.
    headroom: Headroom,
    is_known: bool,
    /// Where its limit begins in the session's account; 0 without a limit.
    at: u16,
    /// Position of its limit in the session.
    limit: u8,
}

impl Slot {
    /// Looks its limit up, the first time that something is about to leave.
    #[inline(always)]
    fn know(&mut self, key: Option<&Key>, session: &SessionView, now: i64) {
        if !self.is_known {
            let limit = match key {
                None => session.limit_of(&Asset::Sol),
                Some(key) => limit_of_slot(key, session),
            };
            self.look_up(limit, session, now);
        }
    }

    #[inline(always)]
    fn look_up(&mut self, limit: Option<usize>, session: &SessionView, now: i64) {
        self.is_known = true;
        if let Some((index, limit)) = limit.and_then(|index| Some((index, session.limit(index)?))) {
            self.headroom = Headroom::of(&limit.state(), now, session.starts_at());
            self.at = u16::try_from(session.limit_offset(index)).unwrap_or(0);
            self.limit = u8::try_from(index).unwrap_or(u8::MAX);
        }
    }

    /// Whether `more` may leave after what left before; counts nothing.
    #[inline(always)]
    fn check(
        &mut self,
        more: u64,
        key: Option<&Key>,
        session: &SessionView,
        now: i64,
    ) -> Result<()> {
        self.know(key, session, now);
        if more > self.headroom.after(self.spent) {
            return Err(self.exceeded(self.spent, more, session, now));
        }
        Ok(())
    }

    /// Adds what the inner instruction at hand took.
    #[inline(always)]
    fn count(&mut self, key: Option<&Key>, session: &SessionView, now: i64) -> Result<()> {
        let outflow = self.delta.outflow()?;
        if outflow == 0 {
            return Ok(());
        }
        self.know(key, session, now);
        if self.at == 0 {
            return Err(Refusal::new(ErrorCode::NoLimit).asked(outflow));
        }
        let spent = self.spent.wrapping_add(outflow);
        if spent < outflow {
            return Err(Refusal::new(ErrorCode::ArithmeticOverflow));
        }
        self.spent = spent;
        Ok(())
    }

    /// Says which bound refuses.
    #[cold]
    #[inline(never)]
    fn exceeded(&self, before: u64, more: u64, session: &SessionView, now: i64) -> Refusal {
        let index = usize::from(self.limit);
        let no_limit = Refusal::new(ErrorCode::NoLimit).asked(more);
        match session.limit(index).filter(|_| self.at != 0) {
            Some(limit) => check_limit(&limit.state(), before, more, now, session.starts_at())
                .map_or_else(|refusal| refusal.limit(index), |()| no_limit),
            None => no_limit,
        }
    }

    /// Checks the sum of the whole plan against all bounds of its limit.
    #[inline(always)]
    fn settle(&self, session: &SessionView, now: i64) -> Result<()> {
        if self.spent > self.headroom.left {
            return Err(self.exceeded(0, self.spent, session, now));
        }
        Ok(())
    }

    /// Writes the counters of its limit, when something left.
    #[inline(always)]
    fn write(&self, session: &mut [u8]) -> Result<()> {
        if self.spent == 0 {
            return Ok(());
        }
        set_limit_at(session, self.at.into(), &self.headroom.count(self.spent))
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
    pub fn slot_of(&mut self, mint: &Key) -> Result<u8> {
        if let Some((found, _)) = self.find(&Asset::Mint(mint)) {
            return Ok(found);
        }
        let Some((known, _)) = self.mints.get_mut(usize::from(self.count)) else {
            return Err(full());
        };
        *known = *mint;
        self.count = self.count.wrapping_add(1);
        Ok(self.count)
    }

    /// Number of the slot of a limit on a wallet's money, opened when it has none yet.
    #[inline(never)]
    pub fn slot_of_wallet(&mut self, limit: usize) -> Result<u8> {
        self.slot_of(&wallet_slot(u8::try_from(limit).unwrap_or(u8::MAX)))
    }

    /// Whether what a typed instruction is about to take may leave, after what left before.
    #[inline(always)]
    pub fn check(&mut self, visible: &Visible, session: &SessionView, now: i64) -> Result<()> {
        let number = match (visible.wallet, visible.asset) {
            (None, Asset::Sol) => return self.sol.check(visible.amount, None, session, now),
            (None, Asset::Mint(mint)) => self.slot_of(mint)?,
            (Some(wallet), asset) => {
                self.slot_of_visible(wallet, asset, visible.amount, *session)?
            }
        };
        match self.mints.get_mut(usize::from(number).wrapping_sub(1)) {
            Some((key, slot)) => slot.check(visible.amount, Some(key), session, now),
            None => Err(full()),
        }
    }

    #[cold]
    #[inline(never)]
    fn slot_of_visible(
        &mut self,
        wallet: &Key,
        asset: Asset,
        amount: u64,
        session: SessionView,
    ) -> Result<u8> {
        match session.limit_of_wallet(asset, wallet) {
            Some(limit) => self.slot_of_wallet(limit),
            None => Err(Refusal::new(ErrorCode::NoLimit).asked(amount)),
        }
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
    pub fn end_call(&mut self, session: &SessionView, now: i64) -> Result<()> {
        self.sol.count(None, session, now)?;
        for (key, slot) in self.mints_mut() {
            slot.count(Some(key), session, now)?;
        }
        Ok(())
    }

    /// Checks the sums of the whole plan.
    #[inline(always)]
    pub fn settle(&self, session: &SessionView, now: i64) -> Result<()> {
        self.sol.settle(session, now)?;
        for (_, slot) in self.mints() {
            slot.settle(session, now)?;
        }
        Ok(())
    }

    /// Writes the counters of what left.
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
    let mut key = WALLET_SLOT;
    if let Some(last) = key.last_mut() {
        *last = limit;
    }
    key
}

/// The limit that counts in a slot: that of its mint, or the wallet's that the slot was opened for.
#[inline(never)]
fn limit_of_slot(key: &Key, session: &SessionView) -> Option<usize> {
    match (key.split_last(), WALLET_SLOT.split_last()) {
        (Some((limit, start)), Some((_, wallet))) if start == wallet => Some(usize::from(*limit)),
        _ => session.limit_of(&Asset::Mint(key)),
    }
}

#[cold]
#[inline(never)]
fn full() -> Refusal {
    Refusal::new(ErrorCode::TooManyTokenAccounts)
}
