//! The vault's holdings around each call: nothing but amounts may change, and what left is measured.

use pinocchio::AccountView;
use valetkey_engine::{
    delegate::{debit, is_delegated},
    errors::ErrorCode,
    extensions::check_account_extensions,
    key_eq,
    layout::{session::flags, Asset, SessionView},
    plan::Inner,
    programs::SYSTEM,
    refusal::{Refusal, Result},
    token::{TokenAccount, ACCOUNT_SIZE},
    Key,
};

use super::{
    closes::{Closed, Closing},
    ledger::{Ledger, SOL},
    outer::Outer,
    token_watch::{changed, same_delegate, Control, TokenWatchSpace, Watched},
};
use crate::views::{data, is_same, key, owner};

/// Accounts before this outer index are not the plan's.
const FIRST_WATCHED: usize = 4;

/// What is kept between the calls of a plan.
pub struct Watch<'w, 'a> {
    pub outer: &'w Outer<'a>,
    pub session: &'w SessionView<'a>,
    /// Unix seconds.
    pub now: i64,
    pub tokens: &'w mut TokenWatchSpace,
    pub ledger: &'w mut Ledger,
    /// Lamports of the vault, as of the last call and as of the start.
    pub vault_lamports: u64,
    pub vault_start: u64,
    /// Lamports of the vault before the call at hand.
    pub vault_before: u64,
    pub closed: Closed,
}

impl Watch<'_, '_> {
    /// Looks at everything that was passed before anything runs. What isn't writable can't change and isn't watched.
    #[inline(always)]
    pub fn start(&mut self) -> Result<()> {
        self.outer.begin_watch();
        let [_, _, _, _, others @ ..] = self.outer.views else {
            return Ok(());
        };
        for (view, index) in others.iter().zip(FIRST_WATCHED..) {
            if view.is_writable() {
                if let Some(watched) = self.consider(view, index)? {
                    watched.start_amount = watched.amount;
                    watched.start_lamports = watched.lamports;
                }
            }
        }
        Ok(())
    }

    /// Watches an account if the vault has a hold on it and it isn't watched yet.
    #[inline(always)]
    fn consider(&mut self, view: &AccountView, index: usize) -> Result<Option<&mut Watched>> {
        if !TokenAccount::names(data(view), key(self.outer.vault)) {
            return Ok(None);
        }
        let Some(token) = TokenAccount::read(owner(view), data(view)) else {
            return Ok(None);
        };
        let Some(control) = Control::of(&token, key(self.outer.vault)) else {
            return Ok(None);
        };
        if control == Control::Clean {
            self.outer.set_clean(index, true);
        }
        if self.tokens.is_known(self.outer.views, index, view) {
            return Ok(None);
        }
        if let Some((_, tail)) = data(view)
            .split_at_checked(ACCOUNT_SIZE)
            .filter(|(_, tail)| !tail.is_empty())
        {
            check_account_extensions(tail, self.session.extensions())
                .map_err(|refusal| refusal.outer(index))?;
        }
        let (control, slot) = match control {
            Control::Foreign => foreign(token, key(self.outer.vault), *self.session, self.ledger)?,
            _ if token.native() => (control, SOL),
            _ => (control, self.ledger.slot_of(token.mint())?),
        };
        self.tokens
            .add(index, view, &token, control, slot)
            .map(Some)
    }

    /// Compares everything that the call got writable with what it was, and measures what changed.
    #[inline(always)]
    pub fn after_call(&mut self, inner: &Inner) -> Result<()> {
        self.ledger.begin_call();
        self.vault_before = self.vault_lamports;
        for (position, index) in inner.accounts.iter().enumerate() {
            let index = usize::from(*index);
            let Some(view) = self
                .outer
                .views
                .get(index)
                .filter(|view| view.is_writable())
            else {
                continue;
            };
            if is_same(view, self.outer.vault) {
                self.look_at_vault()
                    .map_err(|refusal| refusal.position(position))?;
            } else if let Some(at) = self.tokens.position(index) {
                self.look_at_token(view, at, inner)
                    .map_err(|refusal| refusal.position(position))?;
            } else if let Some(watched) = self.consider(view, index)? {
                // Rent has left for good: only wrapped lamports came in with a new account.
                let wrapped = if watched.slot == SOL {
                    watched.amount
                } else {
                    0
                };
                watched.start_lamports = watched.lamports.saturating_sub(wrapped);
                let joined = *watched;
                self.join(&joined)?;
            }
        }
        Ok(())
    }

    /// The vault is System's and without data; its lamports are SOL of the vault.
    #[inline(always)]
    fn look_at_vault(&mut self) -> Result<()> {
        let vault = self.outer.vault;
        if !key_eq(owner(vault), &SYSTEM) || !vault.is_data_empty() {
            return Err(Refusal::new(ErrorCode::VaultChanged));
        }
        let lamports = vault.lamports();
        self.ledger.sol.delta.change(self.vault_lamports, lamports);
        self.vault_lamports = lamports;
        Ok(())
    }

    /// A watched token account: the same but for amount and lamports, and those are counted.
    #[inline(always)]
    fn look_at_token(&mut self, view: &AccountView, at: usize, inner: &Inner) -> Result<()> {
        let Some((watched, copy)) = self.tokens.get_mut(at) else {
            return Ok(());
        };
        let amount = match watched.check(copy, view) {
            Ok(amount) => amount,
            Err(refusal) => {
                if self.session.flags() & flags::CLOSES == 0 {
                    return Err(refusal);
                }
                let vault = self.outer.vault.lamports();
                let closing = Closing {
                    view,
                    call: inner.accounts.as_ptr().addr(),
                    came: vault.saturating_sub(self.vault_before),
                };
                let before = self.closed;
                self.closed =
                    closing.judge(before, self.tokens, self.ledger, *self.outer, (at, refusal))?;
                return Ok(());
            }
        };
        let lamports = view.lamports();
        match watched.control {
            Control::Clean => {
                self.ledger.sol.delta.change(watched.lamports, lamports);
                if watched.slot != SOL {
                    self.ledger
                        .mint(watched.slot)?
                        .delta
                        .change(watched.amount, amount);
                }
            }
            Control::Dirty => {
                let less = watched.lamports.saturating_sub(lamports);
                self.ledger.sol.delta.decrease_debit_only(less);
                if watched.slot != SOL {
                    let less = watched.amount.saturating_sub(amount);
                    self.ledger
                        .mint(watched.slot)?
                        .delta
                        .decrease_debit_only(less);
                }
            }
            Control::Foreign => {
                if amount < watched.amount || lamports < watched.lamports {
                    return Err(Refusal::new(ErrorCode::DebitOnlyTouched));
                }
                if !same_delegate(copy, data(view)) {
                    return Err(changed(view));
                }
            }
            Control::Delegated => {
                let Some(less) = debit(copy, data(view)) else {
                    return Err(changed(view));
                };
                if watched.lamports.saturating_sub(lamports) > less {
                    return Err(Refusal::new(ErrorCode::DebitOnlyTouched));
                }
                self.ledger
                    .mint(watched.slot)?
                    .delta
                    .decrease_debit_only(less);
                copy.copy_from_slice(data(view));
            }
        }
        watched.amount = amount;
        watched.lamports = lamports;
        Ok(())
    }

    /// An account that became the vault's during the plan: what a clean one holds has come in, but for its rent.
    #[inline(always)]
    fn join(&mut self, watched: &Watched) -> Result<()> {
        if watched.control == Control::Clean {
            if watched.slot == SOL {
                self.ledger.sol.delta.increase(watched.amount);
            } else {
                self.ledger
                    .mint(watched.slot)?
                    .delta
                    .increase(watched.amount);
            }
        }
        Ok(())
    }
}

/// How an account is watched that the vault doesn't own: as a wallet's, when the vault is its delegate and a limit of the terms says
/// how much may leave. Everything comes by value: what is borrowed here, the hot path would have to keep in memory.
#[inline(never)]
fn foreign(
    token: TokenAccount,
    vault: &Key,
    session: SessionView,
    ledger: &mut Ledger,
) -> Result<(Control, u8)> {
    let asset = if token.native() {
        Asset::Sol
    } else {
        Asset::Mint(token.mint())
    };
    let limit = session.limit_of_wallet(asset, token.owner());
    match limit.filter(|_| is_delegated(&token, token.owner(), vault)) {
        Some(limit) => Ok((Control::Delegated, ledger.slot_of_wallet(limit)?)),
        None => Ok((Control::Foreign, SOL)),
    }
}
