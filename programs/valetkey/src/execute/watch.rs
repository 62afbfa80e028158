//! The vault's holdings around each call: nothing but amounts may change, and what left is measured.

use valetkey_engine::{
    errors::ErrorCode,
    key_eq,
    layout::{Asset, SessionView},
    limits::check_limit,
    plan::Inner,
    programs::SYSTEM,
    refusal::{Refusal, Result},
    scope::Visible,
};

use super::{
    ledger::{Ledger, SOL},
    outer::Outer,
    token_watch::{Control, Seen, TokenWatchSpace},
};
use crate::views::{is_same, key, owner};

/// Accounts before this outer index are not the plan's.
const FIRST_WATCHED: usize = 4;

/// What is kept between the calls of a plan.
pub struct Watch<'w, 'a> {
    pub outer: Outer<'a>,
    pub session: SessionView<'a>,
    pub now: i64,
    pub tokens: &'w mut TokenWatchSpace,
    pub ledger: &'w mut Ledger,
    /// Lamports of the vault, as of the last call and as of the start.
    pub vault_lamports: u64,
    pub vault_start: u64,
}

impl<'w, 'a> Watch<'w, 'a> {
    /// Looks at everything that was passed before anything runs. What isn't writable can't change and isn't watched.
    #[inline(always)]
    pub fn start(
        outer: Outer<'a>,
        session: SessionView<'a>,
        now: i64,
        tokens: &'w mut TokenWatchSpace,
        ledger: &'w mut Ledger,
    ) -> Result<Self> {
        let lamports = outer.vault.lamports();
        ledger.slot_of(&Asset::Sol, &session)?;
        let mut watch = Self {
            outer,
            session,
            now,
            tokens,
            ledger,
            vault_lamports: lamports,
            vault_start: lamports,
        };
        for (index, view) in outer.views.iter().enumerate().skip(FIRST_WATCHED) {
            if !view.is_writable() {
                continue;
            }
            if let Some(position) = watch.consider(index)? {
                if let Some(watched) = watch.tokens.get_mut(position) {
                    watched.start_amount = watched.amount;
                    watched.start_lamports = watched.lamports;
                }
            }
        }
        Ok(watch)
    }

    /// Watches an account if the vault has a hold on it; returns its position when it is new.
    #[inline(always)]
    fn consider(&mut self, index: usize) -> Result<Option<usize>> {
        match self
            .tokens
            .consider(self.outer.views, index, key(self.outer.vault))?
        {
            Seen::Nothing => Ok(None),
            Seen::Added(position) => self.give_slot(position).map(|()| Some(position)),
        }
    }

    /// Finds the ledger slot of a new account's mint.
    #[inline(always)]
    fn give_slot(&mut self, position: usize) -> Result<()> {
        let Some(watched) = self.tokens.all().get(position) else {
            return Ok(());
        };
        let slot = if watched.native {
            SOL
        } else {
            self.ledger
                .slot_of(&Asset::Mint(self.tokens.mint(watched)), &self.session)?
        };
        if let Some(watched) = self.tokens.get_mut(position) {
            watched.slot = slot;
        }
        Ok(())
    }

    /// Checks an amount that can be seen in the instruction against its limit, before anything is called.
    #[inline(always)]
    pub fn before_call(&self, visible: &Visible) -> Result<()> {
        let (limit, spent) = match self.ledger.find(&visible.asset) {
            Some((_, slot)) => (slot.limit(), slot.spent),
            None => (self.session.limit_of(&visible.asset), 0),
        };
        let found = limit.and_then(|index| Some((index, self.session.limit(index)?)));
        let Some((index, limit)) = found else {
            return Err(Refusal::new(ErrorCode::NoLimit).asked(visible.amount));
        };
        check_limit(
            &limit.state(),
            spent,
            visible.amount,
            self.now,
            self.session.starts_at(),
        )
        .map_err(|refusal| refusal.limit(index))
    }

    /// Compares everything that the call got writable with what it was, and measures what changed.
    #[inline(always)]
    pub fn after_call(&mut self, inner: &Inner) -> Result<()> {
        self.ledger.begin();
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
                self.look_at_token(index, at)
                    .map_err(|refusal| refusal.position(position))?;
            } else if let Some(at) = self.consider(index)? {
                self.join(at)?;
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
        self.ledger
            .delta(SOL)?
            .change(self.vault_lamports, lamports);
        self.vault_lamports = lamports;
        Ok(())
    }

    /// A watched token account: the same but for amount and lamports, and those are counted.
    #[inline(always)]
    fn look_at_token(&mut self, index: usize, position: usize) -> Result<()> {
        let (Some(view), Some(watched)) = (
            self.outer.views.get(index),
            self.tokens.all().get(position).copied(),
        ) else {
            return Ok(());
        };
        let amount = self.tokens.check(&watched, view)?;
        let lamports = view.lamports();
        match watched.control {
            Control::Clean => {
                self.ledger.delta(SOL)?.change(watched.lamports, lamports);
                if !watched.native {
                    self.ledger
                        .delta(watched.slot)?
                        .change(watched.amount, amount);
                }
            }
            Control::Dirty => {
                let less = watched.lamports.saturating_sub(lamports);
                self.ledger.delta(SOL)?.decrease_debit_only(less);
                if !watched.native {
                    let less = watched.amount.saturating_sub(amount);
                    self.ledger.delta(watched.slot)?.decrease_debit_only(less);
                }
            }
            Control::Foreign => {
                if amount < watched.amount || lamports < watched.lamports {
                    return Err(Refusal::new(ErrorCode::DebitOnlyTouched));
                }
            }
        }
        if let Some(watched) = self.tokens.get_mut(position) {
            watched.amount = amount;
            watched.lamports = lamports;
        }
        Ok(())
    }

    /// An account that became the vault's during the plan: what a clean one holds has come in.
    #[inline(always)]
    fn join(&mut self, position: usize) -> Result<()> {
        let Some(watched) = self.tokens.all().get(position).copied() else {
            return Ok(());
        };
        if watched.control == Control::Clean {
            self.ledger.delta(SOL)?.increase(watched.lamports);
            if !watched.native {
                self.ledger.delta(watched.slot)?.increase(watched.amount);
            }
        }
        Ok(())
    }
}
