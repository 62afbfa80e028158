//! What the typed decoders have in common: the list of what is allowed.

use super::{ata, stake, system, token};
use crate::accounts::Accounts;
use crate::bytes::Key;
use crate::errors::ErrorCode;
use crate::layout::SessionView;
use crate::programs::ProgramKind;
use crate::refusal::{Refusal, Result};
use crate::scope::Visible;

/// An instruction that a typed decoder allows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Typed {
    /// System `Transfer`: from, to.
    SystemTransfer {
        /// Lamports.
        amount: u64,
    },
    /// Token `Transfer`: source, destination, authority.
    TokenTransfer {
        /// Base units.
        amount: u64,
    },
    /// Token `TransferChecked`: source, mint, destination, authority.
    TokenTransferChecked {
        /// Base units.
        amount: u64,
    },
    /// Token `CloseAccount`: account, destination, authority.
    CloseAccount,
    /// Token `SyncNative`: account.
    SyncNative,
    /// ATA `CreateIdempotent`: payer, account, wallet, mint, System program, token program.
    CreateAssociated,
    /// Stake `DelegateStake`: stake, vote, clock, stake history, config, authority.
    DelegateStake,
    /// Stake `Deactivate`: stake, clock, authority.
    DeactivateStake,
}

/// What a rule of a typed program must look like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shape {
    /// Exact number of accounts.
    pub accounts: u8,
    /// Positions that the rule must bind by key or set, rising.
    pub bound: &'static [u8],
    /// Whether "vault" binds them too.
    pub bound_by_vault: bool,
    /// Whether the accounts of a transfer hook may follow, where the terms allow that extension.
    pub hook: bool,
    /// Whether the terms must allow closes.
    pub closes: bool,
}

impl Shape {
    const fn exactly(accounts: u8) -> Self {
        Self {
            accounts,
            bound: &[],
            bound_by_vault: false,
            hook: false,
            closes: false,
        }
    }
}

/// The shape of the instruction with this discriminator, `None` when the decoder doesn't allow it.
/// A program without typed decoder ([`ProgramKind::Other`]) has none.
pub const fn shape(kind: ProgramKind, discriminator: &[u8]) -> Option<Shape> {
    Some(match (kind, discriminator) {
        (ProgramKind::System, [2, 0, 0, 0]) => Shape::exactly(2),
        (ProgramKind::Token | ProgramKind::Token2022, [3]) => Shape::exactly(3),
        (ProgramKind::Token | ProgramKind::Token2022, [9]) => Shape {
            closes: true,
            ..Shape::exactly(3)
        },
        (ProgramKind::Token, [12]) => Shape::exactly(4),
        (ProgramKind::Token2022, [12]) => Shape {
            hook: true,
            ..Shape::exactly(4)
        },
        (ProgramKind::Token | ProgramKind::Token2022, [17]) => Shape::exactly(1),
        (ProgramKind::AssociatedToken, [1]) => Shape {
            bound: &[2],
            bound_by_vault: true,
            ..Shape::exactly(6)
        },
        (ProgramKind::Stake, [2, 0, 0, 0]) => Shape {
            bound: &[0, 1],
            ..Shape::exactly(6)
        },
        (ProgramKind::Stake, [5, 0, 0, 0]) => Shape {
            bound: &[0],
            ..Shape::exactly(3)
        },
        _ => return None,
    })
}

impl Typed {
    /// Decodes the data of an instruction; `Ok(None)` for a program without typed decoder. Refuses with
    /// `TypedInstructionRefused` what isn't on the list, with `TypedDataRefused` data of another length.
    #[inline(always)]
    pub fn decode(kind: ProgramKind, data: &[u8]) -> Result<Option<Self>> {
        match kind {
            ProgramKind::Other => Ok(None),
            ProgramKind::System => system::decode(data).map(Some),
            ProgramKind::Token | ProgramKind::Token2022 => token::decode(data).map(Some),
            ProgramKind::AssociatedToken => ata::decode(data).map(Some),
            ProgramKind::Stake => stake::decode(data).map(Some),
        }
    }

    /// Bit i: the vault may stand at position i although no constraint says so.
    #[inline(always)]
    pub const fn vault_positions(self) -> u64 {
        match self {
            // Both: vault to vault is refused by name.
            Self::SystemTransfer { .. } => 0b11,
            Self::TokenTransfer { .. } | Self::DeactivateStake => 0b100,
            Self::CloseAccount => 0b110,
            Self::TokenTransferChecked { .. } => 0b1000,
            Self::SyncNative => 0,
            Self::CreateAssociated => 0b1,
            Self::DelegateStake => 0b10_0000,
        }
    }

    /// How many accounts are the instruction's own; what follows belongs to a transfer hook.
    #[inline(always)]
    pub const fn own_accounts(self) -> usize {
        match self {
            Self::TokenTransferChecked { .. } => 4,
            _ => usize::MAX,
        }
    }

    /// Checks the accounts (outer indices, in range) and says what will leave.
    #[inline(always)]
    pub(crate) fn judge<'a, A: Accounts>(
        self,
        at: &[u8],
        accounts: &'a A,
        vault: &Key,
        program: &Key,
        session: &SessionView<'a>,
    ) -> Result<Option<Visible<'a>>> {
        let ground = token::Ground {
            accounts,
            vault,
            program,
            session,
        };
        match self {
            Self::SystemTransfer { amount } => system::transfer(amount, at, accounts, vault),
            Self::TokenTransfer { amount } => {
                let [source, destination, authority] = *exactly::<3>(at)?;
                let roles = token::Roles {
                    source: (0, source),
                    destination,
                    authority: (2, authority),
                };
                token::transfer(amount, roles, None, &ground)
            }
            Self::TokenTransferChecked { amount } => {
                let own = token::without_hook(at, &ground);
                let [source, mint, destination, authority] = *exactly::<4>(own)?;
                let roles = token::Roles {
                    source: (0, source),
                    destination,
                    authority: (3, authority),
                };
                token::transfer(amount, roles, Some(mint), &ground)
            }
            Self::CloseAccount => token::close(at, &ground),
            Self::SyncNative => token::sync_native(at, &ground),
            Self::CreateAssociated => ata::create(at, accounts),
            Self::DelegateStake => stake::delegate(at, accounts),
            Self::DeactivateStake => stake::deactivate(at, accounts),
        }
    }
}

/// Exactly `N` accounts, or `TypedAccountsRefused`.
#[inline(always)]
pub(super) fn exactly<const N: usize>(at: &[u8]) -> Result<&[u8; N]> {
    match at.first_chunk::<N>() {
        Some(found) if at.len() == N => Ok(found),
        _ => Err(Refusal::new(ErrorCode::TypedAccountsRefused)
            .asked(at.len() as u64)
            .left(N as u64)),
    }
}

#[cold]
#[inline(never)]
pub(super) fn unknown() -> Refusal {
    Refusal::new(ErrorCode::TypedInstructionRefused)
}

#[cold]
#[inline(never)]
pub(super) fn wrong_data(length: usize) -> Refusal {
    Refusal::new(ErrorCode::TypedDataRefused).asked(length as u64)
}

#[cold]
#[inline(never)]
pub(super) fn at_position(code: ErrorCode, position: usize) -> Refusal {
    Refusal::new(code).position(position)
}
