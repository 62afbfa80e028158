use anchor_lang::prelude::*;
use valetkey_engine::{
    errors::ErrorCode,
    layout::{
        proposal::{proposal_size, write_proposal, Kind, NewProposal},
        ConfigView,
    },
    proposal::new_deadline,
    refusal::{Refusal, Result as Checked},
};

use crate::{events::Proposed, open_account::open_account, proposals::write_piece, refuse::refuse};

#[derive(Accounts)]
pub struct Propose<'info> {
    /// Pays the rent, writes the proposal and gets the rent back: signs, and is debited. Anyone.
    #[account(mut)]
    pub payer: Signer<'info>,
    /// CHECK: the vault's config, only read; owner and layout are checked in the handler.
    pub config: UncheckedAccount<'info>,
    /// CHECK: the proposal to be opened, hence mut; its address is derived from config and id in the handler.
    #[account(mut)]
    pub proposal: UncheckedAccount<'info>,
    /// Opens the account; its address is checked by the type.
    pub system_program: Program<'info, System>,
}

/// What a new proposal is.
pub struct ProposeArgs {
    /// 0 grant, 1 renewal, 2 owners, 3 owners' plan, 4 recovery.
    pub kind: u8,
    /// Any number without an open proposal.
    pub id: u64,
    /// Epoch of the config that the proposer saw.
    pub epoch: u64,
    /// Unix seconds: no approval and no act after this second.
    pub deadline: i64,
    /// Bytes of the whole payload.
    pub length: u32,
    /// Its first bytes; the others come by `append_proposal`.
    pub payload: Vec<u8>,
}

impl Propose<'_> {
    /// A kind that there is, for the config as it is now, with a deadline in reach, at a free address. The payer may be anyone.
    fn validate(
        &self,
        args: &ProposeArgs,
        config: &ConfigView,
        address: &Pubkey,
        now: i64,
    ) -> Checked<Kind> {
        let Some(kind) = Kind::from_byte(args.kind) else {
            return Err(Refusal::new(ErrorCode::ProposalMalformed));
        };
        if config.epoch() != args.epoch {
            let refusal = Refusal::new(ErrorCode::EpochMismatch);
            return Err(refusal.asked(args.epoch).left(config.epoch()));
        }
        new_deadline(now, args.deadline)?;
        if self.proposal.key != address {
            return Err(Refusal::new(ErrorCode::WrongProposalAddress));
        }
        if *self.proposal.owner != System::id() {
            return Err(Refusal::new(ErrorCode::ProposalExists));
        }
        Ok(kind)
    }
}

/// Opens a proposal and writes the first bytes of its payload.
pub fn handle_propose(ctx: Context<Propose>, args: ProposeArgs) -> Result<()> {
    let accounts = &*ctx.accounts;
    let (config_key, payer) = (accounts.config.key, accounts.payer.key);
    if *accounts.config.owner != crate::ID {
        return Err(refuse(Refusal::new(ErrorCode::NotAVaultConfig)));
    }
    let config_data = accounts.config.try_borrow_data()?;
    let config = ConfigView::open(&config_data).map_err(refuse)?;
    let id = args.id.to_le_bytes();
    let seeds: [&[u8]; 3] = [b"proposal", config_key.as_ref(), &id];
    let (address, bump) = Pubkey::find_program_address(&seeds, &crate::ID);
    let now = Clock::get()?.unix_timestamp;
    let kind = accounts
        .validate(&args, &config, &address, now)
        .map_err(refuse)?;

    let size = proposal_size(args.length).map_err(refuse)?;
    let [tag, config_seed, id_seed] = seeds;
    let seeds: [&[u8]; 4] = [tag, config_seed, id_seed, &[bump]];
    let data = open_account(&accounts.payer, &accounts.proposal, &seeds, size)?;
    let new = NewProposal {
        kind,
        bump,
        id: args.id,
        config: config_key.as_array(),
        payer: payer.as_array(),
        epoch: config.epoch(),
        owners_revision: config.owners_revision(),
        created_at: now,
        deadline: args.deadline,
    };
    write_proposal(data, &new).map_err(refuse)?;
    if !args.payload.is_empty() {
        write_piece(data, 0, &args.payload, config.vault()).map_err(refuse)?;
    }
    emit!(Proposed {
        proposal: address,
        config: *config_key,
        kind: args.kind,
        id: args.id
    });
    Ok(())
}
