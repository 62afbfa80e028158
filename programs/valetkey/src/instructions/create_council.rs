use anchor_lang::prelude::*;
use valetkey_engine::{
    errors::ErrorCode,
    layout::{config::SIZE, write_council_config},
    owners::Owners,
    refusal::{Refusal, Result as Checked},
};

use crate::{
    events::CouncilCreated,
    open_account::open_account,
    owner_change::{check_config, keys_of},
    refuse::refuse,
};

#[derive(Accounts)]
pub struct CreateCouncil<'info> {
    /// Pays the rent: signs, and is debited. Anyone; who pays gets no authority.
    #[account(mut)]
    pub payer: Signer<'info>,
    /// A fresh key that the address comes from: signs, isn't changed, has no authority. Its signature keeps others from opening
    /// a council of other owners at this address.
    pub base: Signer<'info>,
    /// CHECK: the config to be opened, hence mut; its address is derived from base in the handler.
    #[account(mut)]
    pub config: UncheckedAccount<'info>,
    /// Opens the account; its address is checked by the type.
    pub system_program: Program<'info, System>,
}

/// Who owns a vault, as arguments.
pub struct OwnersArgs {
    /// How many owners must agree.
    pub threshold: u8,
    /// Seconds between the last needed approval of a proposal and its act; 0 = none.
    pub timelock: u32,
    /// The owners, sorted by their bytes and distinct. They don't sign: being named proves nothing.
    pub owners: Vec<Pubkey>,
}

impl CreateCouncil<'_> {
    /// The address is that of base, and free; the owners are good ones. The payer may be anyone.
    fn validate(&self, address: &Pubkey, vault: &Pubkey, owners: &Owners) -> Checked<()> {
        if self.config.key != address {
            return Err(Refusal::new(ErrorCode::WrongConfigAddress));
        }
        if *self.config.owner != System::id() {
            return Err(Refusal::new(ErrorCode::VaultConfigExists));
        }
        owners.check(address.as_array(), vault.as_array())
    }
}

/// Opens the config of a council.
pub fn handle_create_council(ctx: Context<CreateCouncil>, args: OwnersArgs) -> Result<()> {
    let accounts = &*ctx.accounts;
    let base = accounts.base.key;
    let tag_and_base: [&[u8]; 2] = [b"council", base.as_ref()];
    let (address, bump) = Pubkey::find_program_address(&tag_and_base, &crate::ID);
    let (vault, vault_bump) =
        Pubkey::find_program_address(&[b"vault", address.as_ref()], &crate::ID);
    let keys = keys_of(&args.owners);
    let owners = Owners {
        threshold: args.threshold,
        timelock: args.timelock,
        keys: &keys,
    };
    accounts
        .validate(&address, &vault, &owners)
        .map_err(refuse)?;

    let [tag, base_seed] = tag_and_base;
    let seeds: [&[u8]; 3] = [tag, base_seed, &[bump]];
    let data = open_account(&accounts.payer, &accounts.config, &seeds, SIZE)?;
    let vault_key = vault.as_array();
    write_council_config(data, base.as_array(), bump, vault_bump, vault_key, &owners)
        .map_err(refuse)?;
    check_config(data, address.as_array()).map_err(refuse)?;
    emit!(CouncilCreated {
        config: address,
        vault,
        base: *base,
        threshold: args.threshold,
        owners: u8::try_from(keys.len()).unwrap_or(u8::MAX),
    });
    Ok(())
}
