//! Closes of the vault's own token accounts, where the terms allow them.

use pinocchio::AccountView;
use valetkey_engine::{
    errors::ErrorCode,
    key_eq,
    programs::SYSTEM,
    refusal::{Refusal, Result},
};

use super::{
    ledger::{Ledger, SOL},
    outer::Outer,
    token_watch::{Control, TokenWatchSpace},
};
use crate::views::owner;

/// What one call has closed so far.
#[derive(Clone, Copy, Default)]
pub struct Closed {
    lamports: u64,
    /// Where the call's list of accounts begins in the plan, which tells the calls apart.
    call: usize,
}

/// A watched account that isn't what it was after a call.
pub struct Closing<'a> {
    pub view: &'a AccountView,
    /// Which call, as in [`Closed`].
    pub call: usize,
    /// What the vault has more than before the call.
    pub came: u64,
}

impl Closing<'_> {
    /// A clean account may have been closed: all that it held has left it, and its lamports, with those of the others that this call
    /// closed, have come to the vault, whatever else the vault paid or got. Otherwise refuses with `refusal`, or with
    /// `TokenAccountClosed`, `asked` = the lamports closed, `left` = what came.
    #[cold]
    #[inline(never)]
    pub fn judge(
        self,
        before: Closed,
        tokens: &mut TokenWatchSpace,
        ledger: &mut Ledger,
        outer: Outer,
        (at, refusal): (usize, Refusal),
    ) -> Result<Closed> {
        let Self { view, call, came } = self;
        let is_closed = key_eq(owner(view), &SYSTEM) && view.is_data_empty();
        let watched = tokens.get_mut(at).map(|(watched, _)| *watched);
        let clean = watched.filter(|watched| is_closed && watched.control == Control::Clean);
        let Some(watched) = clean else {
            return Err(refusal);
        };
        let others = if before.call == call {
            before.lamports
        } else {
            0
        };
        let lamports = others.saturating_add(watched.lamports);
        if came < lamports {
            return Err(Refusal::new(ErrorCode::TokenAccountClosed)
                .asked(lamports)
                .left(came));
        }
        ledger.sol.delta.decrease(watched.lamports);
        if watched.slot != SOL {
            ledger.mint(watched.slot)?.delta.decrease(watched.amount);
        }
        tokens.forget(at, |index| outer.set_clean(index, false));
        Ok(Closed { lamports, call })
    }
}
