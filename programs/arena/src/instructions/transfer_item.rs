use crate::{errors::ArenaError, events::ItemTransferred, state::Player};
use anchor_lang::prelude::*;

/// Accounts of `transfer_item`.
#[derive(Accounts)]
pub struct TransferItem<'info> {
    /// Owner of the giving player; not mut: pays nothing.
    pub authority: Signer<'info>,
    /// Who gives; mut: loses items. Checked by its seeds.
    #[account(mut, seeds = [Player::SEED, authority.key().as_ref()], bump = player.bump)]
    pub player: Account<'info, Player>,
    /// Who receives; mut: gains items. Any other player: this is what a session should not be
    /// allowed to do.
    #[account(mut)]
    pub receiver: Account<'info, Player>,
}

impl TransferItem<'_> {
    /// Something to give; that there are two players is checked by Anchor (no mut account twice).
    fn validate(&self, count: u16) -> Result<()> {
        require!(count > 0, ArenaError::AmountIsZero);
        Ok(())
    }
}

/// Moves the items. Errors: `AmountIsZero`, `UnknownKind`, `NotEnoughItems`.
pub fn handle_transfer_item(ctx: Context<TransferItem>, kind: u8, count: u16) -> Result<()> {
    ctx.accounts.validate(count)?;
    let TransferItem {
        player, receiver, ..
    } = ctx.accounts;
    player.give(receiver, kind, count)?;
    emit!(ItemTransferred {
        from: player.key(),
        to: receiver.key(),
        kind,
        count
    });
    receiver.invariant()?;
    player.invariant()
}
