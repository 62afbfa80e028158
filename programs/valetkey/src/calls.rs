//! Calling other programs, over the runtime's C interface and without allocation.

use core::mem::MaybeUninit;

use pinocchio::{
    cpi::{invoke_signed_unchecked, CpiAccount, Seed, Signer},
    instruction::{InstructionAccount, InstructionView},
    AccountView,
};
use valetkey_engine::{
    errors::ErrorCode,
    plan::Inner,
    refusal::{Refusal, Result},
};

use crate::views::{is_same, key};

/// Most accounts of one call, repeated ones included.
pub const MAX_CALL_ACCOUNTS: usize = 128;

/// Where the accounts of a call are laid out for the runtime; too large for the stack.
pub struct CallSpace<'a> {
    accounts: [MaybeUninit<InstructionAccount<'a>>; MAX_CALL_ACCOUNTS],
    infos: [MaybeUninit<CpiAccount<'a>>; MAX_CALL_ACCOUNTS],
}

/// Who signs inside: the vault of this config, and nobody else. No outer signature is ever forwarded.
pub struct VaultSigner<'a> {
    pub vault: &'a AccountView,
    seeds: [Seed<'a>; 3],
}

impl<'a> VaultSigner<'a> {
    /// The vault of a config, whose bump `bump` holds.
    #[inline(always)]
    pub fn new(vault: &'a AccountView, config: &'a AccountView, bump: &'a [u8; 1]) -> Self {
        let seeds = [
            Seed::from(b"vault".as_slice()),
            Seed::from(key(config).as_slice()),
            Seed::from(bump),
        ];
        Self { vault, seeds }
    }

    /// The vault's seeds, in their order.
    #[inline(always)]
    pub const fn seeds(&self) -> &[Seed<'a>; 3] {
        &self.seeds
    }
}

/// Runs one inner instruction. Writable is what the outer instruction may write; the callee gets exactly the plan's accounts.
///
/// The callee's failure is the transaction's: this returns only when it succeeded.
#[inline(always)]
pub fn call<'a>(
    views: &'a [AccountView],
    inner: &Inner,
    signer: &VaultSigner,
    space: &mut CallSpace<'a>,
) -> Result<()> {
    let signers = [Signer::from(signer.seeds())];
    let signs = |view: &AccountView| is_same(view, signer.vault);
    call_signed(views, inner, &signers, signs, space)
}

/// As [`call`], with the seeds of all who sign; `signs` says of each account in its order whether it does.
#[inline(always)]
pub fn call_signed<'a>(
    views: &'a [AccountView],
    inner: &Inner,
    signers: &[Signer],
    mut signs: impl FnMut(&AccountView) -> bool,
    space: &mut CallSpace<'a>,
) -> Result<()> {
    let Some(program) = views.get(usize::from(inner.program)) else {
        return Err(out_of_range(inner.program));
    };
    let count = inner.accounts.len();
    if count > MAX_CALL_ACCOUNTS {
        return Err(too_many(count));
    }
    let mut account = space.accounts.as_mut_ptr();
    let mut info = space.infos.as_mut_ptr();
    for index in inner.accounts {
        let Some(view) = views.get(usize::from(*index)) else {
            return Err(out_of_range(*index));
        };
        let described = InstructionAccount::new(view.address(), view.is_writable(), signs(view));
        // SAFETY: at most `count` rounds, and both arrays have room for as many (checked above); what is behind the last entry
        // is one past the end at most.
        unsafe {
            (*account).write(described);
            CpiAccount::init_from_account_view(view, &mut *info);
            account = account.add(1);
            info = info.add(1);
        }
    }
    // SAFETY: the loop has written all `count` entries.
    let accounts = unsafe {
        core::slice::from_raw_parts(space.accounts.as_ptr().cast::<InstructionAccount>(), count)
    };
    // SAFETY: as above.
    let infos =
        unsafe { core::slice::from_raw_parts(space.infos.as_ptr().cast::<CpiAccount>(), count) };

    let instruction = InstructionView {
        program_id: program.address(),
        accounts,
        data: inner.data,
    };
    // SAFETY: the infos point to the runtime's own accounts, and no slice of the data of an account that is passed here is
    // held across the call: a plan can't name the session or the config, and everything else is read anew afterwards.
    unsafe { invoke_signed_unchecked(&instruction, infos, signers) };
    Ok(())
}

#[cold]
fn out_of_range(index: u8) -> Refusal {
    Refusal::new(ErrorCode::IndexOutOfRange).outer(index.into())
}

#[cold]
fn too_many(count: usize) -> Refusal {
    Refusal::new(ErrorCode::TooManyAccounts)
        .asked(count as u64)
        .left(MAX_CALL_ACCOUNTS as u64)
}
