use anchor_lang::prelude::*;
use valetkey_engine::{
    errors::ErrorCode,
    layout::ConfigView,
    owners::Owners,
    refusal::{Refusal, Result as Checked},
};

use super::OwnersArgs;
use crate::{
    nonce::refuse_durable_nonce,
    owner_change::{change_owners, keys_of},
    owners::Approval,
    refuse::refuse,
};

#[derive(Accounts)]
pub struct SetOwners<'info> {
    /// CHECK: the vault's config, mut; owner and layout are checked in the handler.
    #[account(mut)]
    pub config: UncheckedAccount<'info>,
    /// CHECK: tells whether this is a durable-nonce transaction; its address is checked in the handler.
    pub instructions: UncheckedAccount<'info>,
    // Then the owners, as signers.
}

impl SetOwners<'_> {
    /// Enough owners of a vault without timelock sign, now, for the owners whom they saw.
    fn validate(&self, epoch: u64, owners: &[AccountInfo]) -> Checked<()> {
        if *self.config.owner != crate::ID {
            return Err(Refusal::new(ErrorCode::NotAVaultConfig));
        }
        let data = self.config.try_borrow_data();
        let data = data.map_err(|_| Refusal::new(ErrorCode::NotAVaultConfig))?;
        let config = ConfigView::open(&data)?;
        if config.epoch() != epoch {
            let refusal = Refusal::new(ErrorCode::EpochMismatch);
            return Err(refusal.asked(epoch).left(config.epoch()));
        }
        let sysvar = self.instructions.try_borrow_data();
        let sysvar = sysvar.map_err(|_| Refusal::new(ErrorCode::WrongSysvar))?;
        refuse_durable_nonce(self.instructions.key.as_array(), &sysvar)?;
        let mut approval = Approval::start(&config)?;
        for owner in owners {
            approval.count_listed(owner.key.as_array(), owner.is_signer)?;
        }
        approval.finish()
    }
}

/// Changes owners, threshold and timelock; every session, text and proposal of the vault is dead then.
pub fn handle_set_owners<'info>(
    ctx: Context<'info, SetOwners<'info>>,
    epoch: u64,
    args: OwnersArgs,
) -> Result<()> {
    let accounts = &*ctx.accounts;
    accounts
        .validate(epoch, ctx.remaining_accounts)
        .map_err(refuse)?;
    let owners = Owners {
        threshold: args.threshold,
        timelock: args.timelock,
        keys: &keys_of(&args.owners),
    };
    change_owners(&accounts.config, &owners)
}
