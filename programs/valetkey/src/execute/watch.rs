//! The vault's holdings around each call: nothing but amounts may change, and what left is measured.

use pinocchio::AccountView;
use valetkey_engine::{
    errors::ErrorCode,
    key_eq,
    layout::SessionView,
    plan::Inner,
    programs::SYSTEM,
    refusal::{Refusal, Result},
    token::TokenAccount,
};

use super::{
    ledger::{Ledger, SOL},
    outer::Outer,
    token_watch::{Control, TokenWatchSpace, Watched},
};
use crate::views::{data, is_same, key, owner};

/// Accounts before this outer index are not the plan's.
const FIRST_WATCHED: usize = 4;

/// What is kept between the calls of a plan.
pub struct Watch<'w, 'a> {
    pub outer: &'w Outer<'a>,
    pub session: &'w SessionView<'a>,
    pub tokens: &'w mut TokenWatchSpace,
    pub ledger: &'w mut Ledger,
    /// Lamports of the vault, as of the last call and as of the start.
    pub vault_lamports: u64,
    pub vault_start: u64,
}

impl Watch<'_, '_> {
    /// Looks at everything that was passed before anything runs. What isn't writable can't change and isn't watched.
    #[inline(always)]
    pub fn start(&mut self) -> Result<()> {
        self.ledger.start(self.session);
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
        if self.tokens.is_known(self.outer.views, index, view) {
            return Ok(None);
        }
        let slot = if token.native() {
            SOL
        } else {
            self.ledger.slot_of(token.mint(), self.session)?
        };
        self.tokens
            .add(index, view, &token, control, slot)
            .map(Some)
    }

    /// Compares everything that the call got writable with what it was, and measures what changed.
    #[inline(always)]
    pub fn after_call(&mut self, inner: &Inner) -> Result<()> {
        self.ledger.begin_call();
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
                self.look_at_token(view, at)
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
    fn look_at_token(&mut self, view: &AccountView, position: usize) -> Result<()> {
        let Some((watched, copy)) = self.tokens.get_mut(position) else {
            return Ok(());
        };
        let amount = watched.check(copy, view)?;
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
