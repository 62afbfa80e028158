//! What left, by asset: slot 0 is SOL, each further slot a mint that the vault holds in a watched account.

use valetkey_engine::{
    errors::ErrorCode,
    holdings::Delta,
    key_eq,
    layout::{Asset, SessionView},
    refusal::{Refusal, Result},
    Key,
};

use super::token_watch::MAX_WATCHED;

/// Position of SOL.
pub const SOL: u8 = 0;
/// An asset without a limit.
const NO_LIMIT: u8 = 255;
const MAX_SLOTS: usize = MAX_WATCHED + 1;

/// One asset.
#[derive(Clone, Copy)]
pub struct Slot {
    /// The mint; zero for SOL.
    mint: Key,
    /// Position of its limit in the session.
    limit: u8,
    /// What the inner instruction at hand did.
    pub delta: Delta,
    /// What left in this execute.
    pub spent: u64,
}

impl Slot {
    /// Position of its limit in the session, if it has one.
    #[inline(always)]
    pub fn limit(&self) -> Option<usize> {
        (self.limit != NO_LIMIT).then_some(usize::from(self.limit))
    }
}

/// All assets of an execute; all-zero bytes are an empty one.
pub struct Ledger {
    slots: [Slot; MAX_SLOTS],
    count: u8,
}

impl Ledger {
    /// The slots in use.
    #[inline(always)]
    pub fn slots(&self) -> &[Slot] {
        self.slots
            .get(..usize::from(self.count))
            .unwrap_or_default()
    }

    /// The slots in use, to be written.
    #[inline(always)]
    pub fn slots_mut(&mut self) -> &mut [Slot] {
        self.slots
            .get_mut(..usize::from(self.count))
            .unwrap_or_default()
    }

    /// What an inner instruction did to the asset of a slot.
    #[inline(always)]
    pub fn delta(&mut self, slot: u8) -> Result<&mut Delta> {
        match self.slots.get_mut(usize::from(slot)) {
            Some(slot) => Ok(&mut slot.delta),
            None => Err(Refusal::new(ErrorCode::TooManyTokenAccounts)),
        }
    }

    /// The slot of an asset.
    #[inline(always)]
    pub fn find(&self, asset: &Asset) -> Option<(u8, &Slot)> {
        let mut slots = (0_u8..).zip(self.slots());
        match asset {
            Asset::Sol => slots.next(),
            Asset::Mint(mint) => slots.skip(1).find(|(_, slot)| key_eq(&slot.mint, mint)),
        }
    }

    /// The slot of an asset, opened when it has none yet.
    #[inline(always)]
    pub fn slot_of(&mut self, asset: &Asset, session: &SessionView) -> Result<u8> {
        if let Some((found, _)) = self.find(asset).filter(|_| self.count > 0) {
            return Ok(found);
        }
        let position = self.count;
        let Some(slot) = self.slots.get_mut(usize::from(position)) else {
            return Err(Refusal::new(ErrorCode::TooManyTokenAccounts));
        };
        *slot = Slot {
            mint: match asset {
                Asset::Sol => [0; 32],
                Asset::Mint(mint) => **mint,
            },
            limit: session
                .limit_of(asset)
                .and_then(|at| u8::try_from(at).ok())
                .unwrap_or(NO_LIMIT),
            delta: Delta::default(),
            spent: 0,
        };
        self.count = position.saturating_add(1);
        Ok(position)
    }

    /// Forgets what the last inner instruction did.
    #[inline(always)]
    pub fn begin(&mut self) {
        for slot in self.slots_mut() {
            slot.delta = Delta::default();
        }
    }
}
