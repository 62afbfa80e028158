use anchor_lang::prelude::*;
use valetkey_engine::{errors::ErrorCode, layout};

use crate::{
    events::VaultCreated,
    open_account::open_account,
    owners::is_bad_owner,
    refuse::{refuse, refuse_code},
};

#[derive(Accounts)]
pub struct CreateVault<'info> {
    /// Pays the rent: signs, and is debited. Anyone; who pays gets no authority.
    #[account(mut)]
    pub payer: Signer<'info>,
    /// CHECK: the config to be opened, hence mut; its address is derived from owner and index in the handler.
    #[account(mut)]
    pub config: UncheckedAccount<'info>,
    /// Opens the account; its address is checked by the type.
    pub system_program: Program<'info, System>,
}

/// Opens the canonical config of an owner: its content is forced, so that a stranger's call does what the owner's would.
pub fn handle_create_vault(ctx: Context<CreateVault>, owner: Pubkey, index: u8) -> Result<()> {
    let CreateVault { payer, config, .. } = ctx.accounts;
    let seeds: [&[u8]; 3] = [b"vault-of", owner.as_ref(), &[index]];
    let (address, bump) = Pubkey::find_program_address(&seeds, &crate::ID);
    if *config.key != address {
        return Err(refuse_code(ErrorCode::WrongConfigAddress));
    }
    if *config.owner != System::id() {
        return Err(refuse_code(ErrorCode::VaultConfigExists));
    }
    if is_bad_owner(owner.as_array()) {
        return Err(refuse_code(ErrorCode::BadOwner));
    }
    let (vault, vault_bump) =
        Pubkey::find_program_address(&[b"vault", address.as_ref()], &crate::ID);

    let [tag, owner_seed, index_seed] = seeds;
    let seeds: [&[u8]; 4] = [tag, owner_seed, index_seed, &[bump]];
    let data = open_account(payer, config, &seeds, layout::config::SIZE)?;
    layout::write_canonical_config(
        data,
        owner.as_array(),
        index,
        bump,
        vault_bump,
        vault.as_array(),
    )
    .map_err(refuse)?;
    emit!(VaultCreated {
        config: address,
        vault,
        owner,
        index
    });
    Ok(())
}
