//! When an owner's signature counts.
//!
//! At top level always: whoever signed the transaction saw this instruction. Inside another program's call only for a program's
//! address (off curve), since a program that a wallet signs for could otherwise grant behind the wallet's back.

use valetkey_engine::{
    errors::ErrorCode,
    key_eq,
    layout::ConfigView,
    refusal::{Refusal, Result},
    Key,
};

pub use valetkey_engine::owners::is_bad_owner;

use crate::runtime::{is_on_curve, is_top_level};

/// Refuses a wallet's signature inside another program's call; a program's address counts anywhere.
pub fn check_counts(owner: &Key, top_level: bool) -> Result<()> {
    if !top_level && is_on_curve(owner) {
        return Err(Refusal::new(ErrorCode::NotTopLevel));
    }
    Ok(())
}

/// Collects owners who signed, each counted once.
pub struct Approval<'a> {
    config: &'a ConfigView<'a>,
    top_level: bool,
    /// Bit i: owner i counts.
    seen: u16,
}

impl<'a> Approval<'a> {
    /// Starts with nobody. Refuses a vault with a timelock: its acts go through a proposal.
    pub fn start(config: &'a ConfigView<'a>) -> Result<Self> {
        if config.timelock() != 0 {
            return Err(Refusal::new(ErrorCode::TimelockRequiresProposal));
        }
        Ok(Self {
            config,
            top_level: is_top_level(),
            seen: 0,
        })
    }

    /// Counts one whom the act lists as an owner.
    ///
    /// # Errors
    /// `MissingSignature`, `NotAnOwner`, `DuplicateOwner`, or `NotTopLevel` for a wallet's signature inside another program's
    /// call.
    pub fn count_listed(&mut self, owner: &Key, is_signer: bool) -> Result<()> {
        if !is_signer {
            return Err(Refusal::new(ErrorCode::MissingSignature));
        }
        let Some(bit) = self.bit_of(owner) else {
            return Err(Refusal::new(ErrorCode::NotAnOwner));
        };
        if self.seen & bit != 0 {
            return Err(Refusal::new(ErrorCode::DuplicateOwner));
        }
        self.take(owner, bit)
    }

    /// Counts a signer if it is an owner who hasn't been counted: for acts whose accounts are a plan's as well.
    ///
    /// # Errors
    /// `NotTopLevel` for a wallet's signature inside another program's call.
    pub fn count(&mut self, signer: &Key) -> Result<()> {
        match self.bit_of(signer) {
            Some(bit) if self.seen & bit == 0 => self.take(signer, bit),
            _ => Ok(()),
        }
    }

    fn take(&mut self, owner: &Key, bit: u16) -> Result<()> {
        check_counts(owner, self.top_level)?;
        self.seen |= bit;
        Ok(())
    }

    fn bit_of(&self, key: &Key) -> Option<u16> {
        let owners = self.config.owners();
        let position = owners.iter().position(|owner| key_eq(owner, key))?;
        1_u16.checked_shl(u32::try_from(position).ok()?)
    }

    /// Whether enough owners were counted.
    pub fn finish(&self) -> Result<()> {
        let counted = self.seen.count_ones();
        let needed = u32::from(self.config.threshold());
        if counted >= needed && needed > 0 {
            return Ok(());
        }
        Err(Refusal::new(ErrorCode::ThresholdNotMet)
            .asked(needed.into())
            .left(counted.into()))
    }
}
