use anchor_lang::prelude::*;
use valetkey_engine::{
    errors::ErrorCode,
    layout::{proposal::check_config, ConfigView},
    proposal::check_open,
    refusal::{Refusal, Result as Checked},
    Key,
};

use crate::{
    proposals::{check_payer, open_proposal, write_piece},
    refuse::refuse,
};

#[derive(Accounts)]
pub struct AppendProposal<'info> {
    /// Who opened the proposal: signs, isn't changed; that the proposal recorded it is checked in the handler.
    pub payer: Signer<'info>,
    /// CHECK: the config that the proposal names (checked in the handler), only read.
    pub config: UncheckedAccount<'info>,
    /// CHECK: the proposal, mut; owner and layout are checked in the handler.
    #[account(mut)]
    pub proposal: UncheckedAccount<'info>,
}

impl AppendProposal<'_> {
    /// A proposal of the signer that isn't dead. Returns the config's vault.
    fn validate(&self, now: i64) -> Checked<Key> {
        let unreadable = |_| Refusal::new(ErrorCode::NotAProposal);
        let data = self.proposal.try_borrow_data().map_err(unreadable)?;
        let proposal = open_proposal(self.proposal.owner.as_array(), &data)?;
        let config_key = self.config.key.as_array();
        check_config(&proposal, config_key)?;
        // The config's address stands in the proposal, where only a config of ours ever got.
        let config_data = self.config.try_borrow_data().map_err(unreadable)?;
        let config = ConfigView::open(&config_data)?;
        check_payer(&proposal, self.payer.key.as_array())?;
        check_open(&proposal, config_key, &config, now)?;
        Ok(*config.vault())
    }
}

/// Writes the next bytes of a proposal's payload; the last ones seal it.
pub fn handle_append_proposal(
    ctx: Context<AppendProposal>,
    offset: u32,
    bytes: Vec<u8>,
) -> Result<()> {
    let accounts = &*ctx.accounts;
    let now = Clock::get()?.unix_timestamp;
    let vault = accounts.validate(now).map_err(refuse)?;
    let mut data = accounts.proposal.try_borrow_mut_data()?;
    write_piece(&mut data, offset, &bytes, &vault).map_err(refuse)
}
