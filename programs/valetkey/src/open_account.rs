//! Opens accounts of the program at addresses that anyone may have sent lamports to.

use anchor_lang::{
    prelude::*,
    system_program::{
        allocate, assign, create_account, transfer, Allocate, Assign, CreateAccount, Transfer,
    },
};

/// Gives `account` `size` bytes, this program as owner and the rent it needs.
///
/// System's `CreateAccount` fails on an address that holds lamports, so that a stranger's gift of one lamport would keep a
/// session from being granted; such an address is topped up, allocated and assigned instead.
pub fn open_account<'info>(
    payer: &AccountInfo<'info>,
    account: &AccountInfo<'info>,
    seeds: &[&[u8]],
    size: usize,
) -> Result<()> {
    let rent = Rent::get()?.minimum_balance(size);
    let space = u64::try_from(size).unwrap_or(u64::MAX);
    let signer = [seeds];
    if account.lamports() == 0 {
        let accounts = CreateAccount {
            from: payer.clone(),
            to: account.clone(),
        };
        let context = CpiContext::new_with_signer(System::id(), accounts, &signer);
        return create_account(context, rent, space, &crate::ID);
    }
    let missing = rent.saturating_sub(account.lamports());
    if missing > 0 {
        let accounts = Transfer {
            from: payer.clone(),
            to: account.clone(),
        };
        transfer(CpiContext::new(System::id(), accounts), missing)?;
    }
    let accounts = Allocate {
        account_to_allocate: account.clone(),
    };
    allocate(
        CpiContext::new_with_signer(System::id(), accounts, &signer),
        space,
    )?;
    let accounts = Assign {
        account_to_assign: account.clone(),
    };
    assign(
        CpiContext::new_with_signer(System::id(), accounts, &signer),
        &crate::ID,
    )
}
