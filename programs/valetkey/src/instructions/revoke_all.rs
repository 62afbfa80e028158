use anchor_lang::prelude::*;
use valetkey_engine::{
    errors::ErrorCode,
    layout::{config::bump_epoch, ConfigView},
};

use crate::{
    events::AllRevoked,
    refuse::{refuse, refuse_code},
};

#[derive(Accounts)]
pub struct RevokeAll<'info> {
    /// Any one owner: signs, isn't changed; being an owner is checked in the handler.
    pub owner: Signer<'info>,
    /// CHECK: the vault's config, mut for its epoch; owner and layout are checked in the handler.
    #[account(mut)]
    pub config: UncheckedAccount<'info>,
}

/// Raises the epoch: every session and text of the vault is dead, however many there are. Works from any stack height.
pub fn handle_revoke_all(ctx: Context<RevokeAll>) -> Result<()> {
    let RevokeAll { owner, config } = ctx.accounts;
    if *config.owner != crate::ID {
        return Err(refuse_code(ErrorCode::NotAVaultConfig));
    }
    let mut data = config.try_borrow_mut_data()?;
    if !ConfigView::open(&data)
        .map_err(refuse)?
        .is_owner(owner.key.as_array())
    {
        return Err(refuse_code(ErrorCode::NotAnOwner));
    }
    let epoch = bump_epoch(&mut data).map_err(refuse)?;
    emit!(AllRevoked {
        config: *config.key,
        epoch
    });
    Ok(())
}
