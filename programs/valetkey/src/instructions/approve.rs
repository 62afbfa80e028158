use anchor_lang::prelude::*;
use valetkey_engine::{
    errors::ErrorCode,
    layout::{proposal::check_config, ConfigView, ProposalView},
    proposal,
    refusal::{Refusal, Result as Checked},
    Key,
};

use crate::{
    events::ProposalApproved, nonce::refuse_durable_nonce, owners::check_counts,
    proposals::open_proposal, refuse::refuse, runtime::is_top_level,
};

#[derive(Accounts)]
pub struct Approve<'info> {
    /// One owner: signs, isn't changed; being an owner is checked in the handler.
    pub owner: Signer<'info>,
    /// CHECK: the config that the proposal names (checked in the handler), only read.
    pub config: UncheckedAccount<'info>,
    /// CHECK: the proposal, mut; owner and layout are checked in the handler.
    #[account(mut)]
    pub proposal: UncheckedAccount<'info>,
    /// CHECK: tells whether this is a durable-nonce transaction; its address is checked in the handler.
    pub instructions: UncheckedAccount<'info>,
}

impl Approve<'_> {
    /// A proposal of this config, and a signature that counts, in a transaction of today.
    fn validate(&self) -> Checked<()> {
        let unreadable = |_| Refusal::new(ErrorCode::NotAProposal);
        let data = self.proposal.try_borrow_data().map_err(unreadable)?;
        let proposal = open_proposal(self.proposal.owner.as_array(), &data)?;
        check_config(&proposal, self.config.key.as_array())?;
        let sysvar = self.instructions.try_borrow_data();
        let sysvar = sysvar.map_err(|_| Refusal::new(ErrorCode::WrongSysvar))?;
        refuse_durable_nonce(self.instructions.key.as_array(), &sysvar)?;
        check_counts(self.owner.key.as_array(), is_top_level())
    }
}

/// Counts an owner's approval of the content that `hash` names.
pub fn handle_approve(ctx: Context<Approve>, hash: Key) -> Result<()> {
    let accounts = &*ctx.accounts;
    accounts.validate().map_err(refuse)?;

    let Approve {
        owner,
        config,
        proposal,
        ..
    } = accounts;
    let now = Clock::get()?.unix_timestamp;
    // The config's address stands in the proposal, where only a config of ours ever got.
    let config_data = config.try_borrow_data()?;
    let view = ConfigView::open(&config_data).map_err(refuse)?;
    let mut data = proposal.try_borrow_mut_data()?;
    let (config_key, owner_key) = (config.key.as_array(), owner.key.as_array());
    let approved = proposal::approve(&mut data, config_key, &view, owner_key, &hash, now);
    let approved = approved.map_err(refuse)?;
    ProposalView::open(&data).map_err(refuse)?;
    emit!(ProposalApproved {
        proposal: *proposal.key,
        owner: *owner.key,
        approvals: approved.approvals,
        ready_at: approved.ready_at,
    });
    Ok(())
}
