//! The command line.
use std::net::IpAddr;
use std::path::PathBuf;

use clap::{Parser, ValueEnum};
use solana_pubkey::Pubkey;
use surfpool_types::{parse_feature_pubkey, BlockProductionMode};

/// A local Solana validator: JSON-RPC and WebSocket on loopback, state in memory, no other network.
///
/// Prints `ready http://… ws://…` on stdout once it answers.
#[derive(Debug, Parser)]
#[command(version)]
pub struct Arguments {
    /// Address to listen on
    #[arg(long, default_value = "127.0.0.1")]
    pub host: IpAddr,

    /// JSON-RPC port
    #[arg(long, default_value_t = 8899)]
    pub port: u16,

    /// WebSocket port [default: the JSON-RPC port + 1, where web3.js looks for it]
    #[arg(long)]
    pub ws_port: Option<u16>,

    /// Length of a slot in milliseconds; below 200, web3.js's cached block hashes expire too early
    #[arg(long, default_value_t = 400)]
    pub slot_ms: u64,

    /// What makes a new slot
    #[arg(long, value_enum, default_value_t = Mode::Clock)]
    pub mode: Mode,

    /// A program without upgrade authority, there from the start; may be given several times
    #[arg(long, num_args = 2, value_names = ["ADDRESS", "FILE.so"])]
    pub bpf_program: Vec<String>,

    /// A program of the upgradeable loader, there from the start; AUTHORITY may be `none`
    #[arg(long, num_args = 3, value_names = ["ADDRESS", "FILE.so", "AUTHORITY"])]
    pub upgradeable_program: Vec<String>,

    /// An address that starts with --sol; may be given several times
    #[arg(long, value_name = "ADDRESS")]
    pub airdrop: Vec<Pubkey>,

    /// SOL per --airdrop address
    #[arg(long, default_value_t = 1_000_000)]
    pub sol: u64,

    /// A runtime feature to enable, by name or address; may be given several times
    #[arg(long, value_name = "FEATURE", value_parser = parse_feature_pubkey)]
    pub feature: Vec<Pubkey>,

    /// A runtime feature to disable, by name or address; may be given several times
    #[arg(long, value_name = "FEATURE", value_parser = parse_feature_pubkey)]
    pub disable_feature: Vec<Pubkey>,

    /// Accept transactions with any block hash
    #[arg(long)]
    pub skip_blockhash_check: bool,

    /// Print nothing but `ready` and errors
    #[arg(long)]
    pub quiet: bool,
}

/// What makes a new slot.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum Mode {
    /// Time
    Clock,
    /// Each transaction
    Transaction,
    /// Requests of the caller only
    Manual,
}

impl From<Mode> for BlockProductionMode {
    fn from(mode: Mode) -> Self {
        match mode {
            Mode::Clock => Self::Clock,
            Mode::Transaction => Self::Transaction,
            Mode::Manual => Self::Manual,
        }
    }
}

/// A program that is there from the start.
#[derive(Debug, PartialEq, Eq)]
pub struct ProgramSpec<'a> {
    pub address: &'a str,
    pub file: PathBuf,
    /// `None`: not upgradeable. `Some("none")`: of the upgradeable loader, but frozen.
    pub authority: Option<&'a str>,
}

impl Arguments {
    /// The WebSocket port, given or derived.
    pub fn ws_port(&self) -> u16 {
        self.ws_port.unwrap_or(self.port.wrapping_add(1))
    }

    /// All programs of the command line. Clap has checked that each option got all its values.
    pub fn programs(&self) -> Vec<ProgramSpec<'_>> {
        let plain = self.bpf_program.chunks_exact(2).map(|values| ProgramSpec {
            address: &values[0],
            file: PathBuf::from(&values[1]),
            authority: None,
        });
        let upgradeable = self.upgradeable_program.chunks_exact(3).map(|values| ProgramSpec {
            address: &values[0],
            file: PathBuf::from(&values[1]),
            authority: Some(&values[2]),
        });
        plain.chain(upgradeable).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_programs_of_both_kinds() {
        let arguments = Arguments::try_parse_from([
            "localnet",
            "--bpf-program",
            "A",
            "a.so",
            "--upgradeable-program",
            "B",
            "b.so",
            "none",
            "--upgradeable-program",
            "C",
            "c.so",
            "D",
        ])
        .expect("valid arguments");
        let spec = |address, file: &str, authority| ProgramSpec { address, file: file.into(), authority };
        assert_eq!(
            arguments.programs(),
            [spec("A", "a.so", None), spec("B", "b.so", Some("none")), spec("C", "c.so", Some("D"))]
        );
    }

    #[test]
    fn refuses_incomplete_programs_and_wrong_addresses() {
        assert!(Arguments::try_parse_from(["localnet", "--bpf-program", "A"]).is_err());
        assert!(Arguments::try_parse_from(["localnet", "--airdrop", "not-an-address"]).is_err());
        assert!(Arguments::try_parse_from(["localnet", "--port", "70000"]).is_err());
    }

    #[test]
    fn puts_the_websocket_beside_json_rpc() {
        let ports = |values: &[&str]| {
            let arguments = Arguments::try_parse_from([&["localnet"], values].concat()).expect("valid");
            (arguments.port, arguments.ws_port())
        };
        assert_eq!(ports(&[]), (8899, 8900));
        assert_eq!(ports(&["--port", "20000"]), (20000, 20001));
        assert_eq!(ports(&["--ws-port", "9"]), (8899, 9));
    }
}
