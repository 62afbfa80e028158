//! Byte layouts of accounts and of their parts. Every offset is a constant here and in `docs/layout.md`.

pub mod config;
pub mod constraint;
pub mod counters;
pub mod header;
pub mod limit;
pub mod proposal;
pub mod rule;
pub mod session;

pub use config::{write_canonical_config, write_council_config, ConfigView};
pub use limit::LimitView;
pub use proposal::ProposalView;
pub use rule::{AccountConstraints, DataConstraints, Floor, RuleUses, RuleView};
pub use session::{Asset, SessionView, Shape};

/// The asset byte that means SOL, and the key index that means none.
pub const NO_KEY: u8 = 255;
