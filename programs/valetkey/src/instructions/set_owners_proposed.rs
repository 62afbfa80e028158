use anchor_lang::prelude::*;
use valetkey_engine::{
    errors::ErrorCode,
    layout::{proposal::Kind, ConfigView},
    proposal::OwnersPayload,
    refusal::{Refusal, Result as Checked},
};

use crate::{
    owner_change::{change_owners, keys_of},
    proposals::{consume_proposal, open_enactment, PassedProposal},
    refuse::refuse,
    OwnersArgs,
};

#[derive(Accounts)]
pub struct SetOwnersProposed<'info> {
    /// CHECK: the vault's config, mut; that the proposal names it is checked in the handler.
    #[account(mut)]
    pub config: UncheckedAccount<'info>,
    /// CHECK: the proposal, mut: it is closed. Owner, layout, kind, approvals and time are checked in the handler.
    #[account(mut)]
    pub proposal: UncheckedAccount<'info>,
    /// CHECK: gets the rent, hence mut; must be the payer that the proposal recorded (checked in the handler). Doesn't sign.
    #[account(mut)]
    pub payer: UncheckedAccount<'info>,
}

impl SetOwnersProposed<'_> {
    /// A change of owners of this config that enough of them approved, and whose time has come. Returns what it asks.
    fn validate(&self, now: i64) -> Checked<OwnersArgs> {
        let unreadable = |_| Refusal::new(ErrorCode::NotAProposal);
        if *self.config.owner != crate::ID {
            return Err(Refusal::new(ErrorCode::NotAVaultConfig));
        }
        let config_data = self.config.try_borrow_data().map_err(unreadable)?;
        let proposal_data = self.proposal.try_borrow_data().map_err(unreadable)?;
        let passed = PassedProposal {
            owner: self.proposal.owner.as_array(),
            data: &proposal_data,
            payer: self.payer.key.as_array(),
        };
        let config = ConfigView::open(&config_data)?;
        let key = self.config.key.as_array();
        let proposal = open_enactment(&passed, key, &config, Kind::Owners, now)?;
        let owners = OwnersPayload::read(&proposal)?.0;
        Ok(OwnersArgs {
            threshold: owners.threshold,
            timelock: owners.timelock,
            owners: owners.keys.iter().copied().map(Pubkey::from).collect(),
        })
    }
}

/// Changes the owners as a proposal says, and consumes it. Anyone may call.
pub fn handle_set_owners_proposed(ctx: Context<SetOwnersProposed>) -> Result<()> {
    let accounts = &*ctx.accounts;
    let args = accounts
        .validate(Clock::get()?.unix_timestamp)
        .map_err(refuse)?;
    let owners = valetkey_engine::owners::Owners {
        threshold: args.threshold,
        timelock: args.timelock,
        keys: &keys_of(&args.owners),
    };
    change_owners(&accounts.config, &owners)?;
    consume_proposal(&accounts.proposal, &accounts.payer, accounts.config.key)
}
