//! The fee that the program itself pays back to the sponsor of the terms, after the plan and beside its limits.

use pinocchio::AccountView;
use valetkey_engine::{
    errors::ErrorCode,
    key_eq,
    layout::session::{flags, SessionView},
    plan::{Fee, Inner},
    programs::SYSTEM,
    refusal::{Refusal, Result},
};

use super::outer::Outer;
use crate::{
    calls::{call, CallSpace, VaultSigner},
    views::key,
};

/// Outer index of the vault.
const VAULT: u8 = 3;
/// System `Transfer`; the amount follows.
const TRANSFER: [u8; 4] = [2, 0, 0, 0];

/// A fee that may be paid.
#[derive(Clone, Copy)]
pub struct Payment {
    fee: Fee,
    /// Outer index of the System program.
    system: u8,
    /// What is paid in all, once it is.
    pub paid: u64,
}

/// Checks what the arguments ask: there is a budget with so much left, the payee is the sponsor of the terms, who signed this
/// transaction and can be written. Refuses with `FeeRefused`, and `MissingAccount` without the System program.
#[inline(never)]
pub fn check_fee(fee: Fee, session: SessionView, outer: Outer) -> Result<Payment> {
    let refused = Refusal::new(ErrorCode::FeeRefused);
    if session.flags() & flags::FEE_BUDGET == 0 {
        return Err(refused.asked(fee.amount));
    }
    let index = usize::from(fee.account);
    let sponsor = session.sponsor();
    let is_payee = |view: &AccountView| {
        let is_sponsor = sponsor.is_some_and(|sponsor| key_eq(sponsor, key(view)));
        is_sponsor && view.is_signer() && view.is_writable()
    };
    if !outer.views.get(index).is_some_and(is_payee) {
        return Err(refused.outer(index));
    }
    if !outer.vault.is_writable() {
        return Err(refused.outer(VAULT.into()));
    }
    let system = (0_u8..)
        .zip(outer.views)
        .find(|(_, view)| key_eq(key(view), &SYSTEM));
    let Some((system, _)) = system else {
        return Err(Refusal::new(ErrorCode::MissingAccount));
    };
    let paid = session.fee_budget().pay(fee.amount)?;
    Ok(Payment { fee, system, paid })
}

impl Payment {
    /// Pays. What the plan left in the vault must cover it.
    #[inline(never)]
    pub fn pay<'a>(
        self,
        outer: Outer<'a>,
        signer: &VaultSigner,
        space: &mut CallSpace<'a>,
    ) -> Result<()> {
        let Fee { amount, account } = self.fee;
        let held = outer.vault.lamports();
        if amount > held {
            return Err(Refusal::new(ErrorCode::FeeRefused).asked(amount).left(held));
        }
        let mut data = [0; 12];
        let (number, lamports) = data.split_at_mut(TRANSFER.len());
        number.copy_from_slice(&TRANSFER);
        lamports.copy_from_slice(&amount.to_le_bytes());
        let transfer = Inner {
            rule: u8::MAX,
            program: self.system,
            accounts: &[VAULT, account],
            data: &data,
        };
        call(outer.views, &transfer, signer, space)
    }
}
