use anchor_lang::prelude::*;
use valetkey_engine::{
    errors::ErrorCode,
    layout::{proposal::check_config, ConfigView},
    proposal::check_cancel,
    refusal::{Refusal, Result as Checked},
};

use crate::{
    events::ProposalCancelled,
    proposals::{check_payer, close_proposal, open_proposal},
    refuse::refuse,
};

#[derive(Accounts)]
pub struct Cancel<'info> {
    /// Any owner; the payer while nobody has approved; anyone once the proposal is dead: signs, isn't changed.
    pub authority: Signer<'info>,
    /// CHECK: the config that the proposal names (checked in the handler), only read.
    pub config: UncheckedAccount<'info>,
    /// CHECK: the proposal, mut: it is closed. Owner and layout are checked in the handler.
    #[account(mut)]
    pub proposal: UncheckedAccount<'info>,
    /// CHECK: gets the rent, hence mut; must be the payer that the proposal recorded (checked in the handler). Doesn't sign.
    #[account(mut)]
    pub payer: UncheckedAccount<'info>,
}

impl Cancel<'_> {
    /// The signer may end this proposal now, and the rent goes where it came from.
    fn validate(&self, now: i64) -> Checked<()> {
        let unreadable = |_| Refusal::new(ErrorCode::NotAProposal);
        let data = self.proposal.try_borrow_data().map_err(unreadable)?;
        let proposal = open_proposal(self.proposal.owner.as_array(), &data)?;
        let config_key = self.config.key.as_array();
        check_config(&proposal, config_key)?;
        // The config's address stands in the proposal, where only a config of ours ever got.
        let config_data = self.config.try_borrow_data().map_err(unreadable)?;
        let config = ConfigView::open(&config_data)?;
        let authority = self.authority.key.as_array();
        check_cancel(&proposal, config_key, &config, authority, now)?;
        check_payer(&proposal, self.payer.key.as_array())
    }
}

/// Ends a proposal; its rent goes back to its payer. Works from any stack height.
pub fn handle_cancel(ctx: Context<Cancel>) -> Result<()> {
    let accounts = &*ctx.accounts;
    accounts
        .validate(Clock::get()?.unix_timestamp)
        .map_err(refuse)?;
    close_proposal(&accounts.proposal, &accounts.payer)?;
    emit!(ProposalCancelled {
        proposal: *accounts.proposal.key,
        authority: *accounts.authority.key
    });
    Ok(())
}
