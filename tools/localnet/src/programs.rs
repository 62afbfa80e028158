//! Accounts of the programs that are there from the start.
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::str::FromStr;

use anyhow::{ensure, Context, Result};
use base64::{engine::general_purpose::STANDARD, Engine};
use solana_pubkey::Pubkey;
use surfpool_types::AccountSnapshot;

use crate::arguments::{Arguments, ProgramSpec};

const LOADER: &str = "BPFLoader2111111111111111111111111111111111";
const UPGRADEABLE_LOADER: &str = "BPFLoaderUpgradeab1e11111111111111111111111";

/// Variants of the upgradeable loader's state (bincode: u32).
const STATE_PROGRAM: u32 = 2;
const STATE_PROGRAM_DATA: u32 = 3;

/// Lamports per byte that keep an account under every rent that the chain has had.
const LAMPORTS_PER_BYTE: u64 = 6_960;
const ACCOUNT_OVERHEAD: u64 = 128;

pub type Accounts = BTreeMap<String, Option<AccountSnapshot>>;

/// The accounts that the programs of the command line consist of.
pub fn genesis_accounts(arguments: &Arguments) -> Result<Accounts> {
    let mut accounts = Accounts::new();
    for program in arguments.programs() {
        let context = || format!("program {} from {}", program.address, program.file.display());
        insert_program(&mut accounts, &program).with_context(context)?;
    }
    Ok(accounts)
}

fn insert_program(accounts: &mut Accounts, program: &ProgramSpec) -> Result<()> {
    let address = parse_address(program.address)?;
    let elf = read_program(&program.file)?;
    let Some(authority) = program.authority else {
        accounts.insert(address.to_string(), Some(account(LOADER, true, &elf)));
        return Ok(());
    };
    let authority = match authority {
        "none" => None,
        key => Some(parse_address(key)?),
    };
    let loader = parse_address(UPGRADEABLE_LOADER)?;
    let (data_address, _) = Pubkey::find_program_address(&[address.as_ref()], &loader);
    let program_state = [&STATE_PROGRAM.to_le_bytes()[..], data_address.as_ref()].concat();
    let data_state = [program_data_header(authority), elf].concat();
    accounts.insert(address.to_string(), Some(account(UPGRADEABLE_LOADER, true, &program_state)));
    accounts.insert(data_address.to_string(), Some(account(UPGRADEABLE_LOADER, false, &data_state)));
    Ok(())
}

/// Tag, slot of the deployment, authority; always the same length.
fn program_data_header(authority: Option<Pubkey>) -> Vec<u8> {
    let slot = 0u64;
    let mut header = [&STATE_PROGRAM_DATA.to_le_bytes()[..], &slot.to_le_bytes()].concat();
    header.push(u8::from(authority.is_some()));
    header.extend_from_slice(authority.unwrap_or_default().as_ref());
    header
}

fn read_program(file: &Path) -> Result<Vec<u8>> {
    let elf = fs::read(file).context("can't read the file")?;
    ensure!(elf.starts_with(b"\x7fELF"), "the file is not a program (no ELF header)");
    Ok(elf)
}

fn parse_address(text: &str) -> Result<Pubkey> {
    Pubkey::from_str(text).with_context(|| format!("{text:?} is not an address"))
}

fn account(owner: &str, executable: bool, data: &[u8]) -> AccountSnapshot {
    AccountSnapshot {
        lamports: (data.len() as u64 + ACCOUNT_OVERHEAD) * LAMPORTS_PER_BYTE,
        owner: owner.to_string(),
        executable,
        rent_epoch: u64::MAX,
        data: STANDARD.encode(data),
        parsed_data: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_program_data_header_has_45_bytes_with_or_without_authority() {
        let key = Pubkey::new_from_array([7; 32]);
        assert_eq!(program_data_header(None), [&[3u8, 0, 0, 0][..], &[0; 41]].concat());
        let header = program_data_header(Some(key));
        assert_eq!((header.len(), header[12]), (45, 1));
        assert_eq!(&header[13..], key.as_ref());
    }
}
