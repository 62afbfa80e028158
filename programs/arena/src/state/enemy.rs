use crate::errors::ArenaError;
use anchor_lang::prelude::*;

/// How many kinds of enemies, and so of items, there are.
pub const KINDS: usize = 3;

/// What is the same for all enemies of a kind.
pub struct Traits {
    /// Hit points when it enters.
    pub hp: u32,
    /// Damage that it absorbs per strike.
    pub armour: u32,
    /// Hit points that it takes from whoever strikes it.
    pub claws: u16,
    /// Gold for whoever strikes it down.
    pub bounty: u64,
}

/// Traits by kind: goblin, ogre, dragon.
pub const TRAITS: [Traits; KINDS] = [
    Traits {
        hp: 50,
        armour: 0,
        claws: 1,
        bounty: 5,
    },
    Traits {
        hp: 400,
        armour: 10,
        claws: 4,
        bounty: 50,
    },
    Traits {
        hp: 5_000,
        armour: 40,
        claws: 15,
        bounty: 800,
    },
];

/// An enemy that all players share. PDA: `["enemy", kind]`; it comes back whenever it falls.
#[account]
#[derive(InitSpace)]
pub struct Enemy {
    /// 0 goblin, 1 ogre, 2 dragon.
    pub kind: u8,
    /// Canonical bump of this account.
    pub bump: u8,
    /// Hit points left.
    pub hp: u32,
    /// How often it fell.
    pub defeats: u64,
}

impl Enemy {
    /// First seed.
    pub const SEED: &'static [u8] = b"enemy";

    /// Its traits; `UnknownKind` for a number that is no kind.
    pub fn traits(kind: u8) -> Result<&'static Traits> {
        TRAITS
            .get(usize::from(kind))
            .ok_or_else(|| error!(ArenaError::UnknownKind))
    }

    /// Takes `damage`, at most all it has left, and tells what it took and whether it fell.
    pub fn take(&mut self, damage: u32) -> Result<(u32, bool)> {
        let taken = damage.min(self.hp);
        self.hp = self.hp.saturating_sub(taken);
        let fell = self.hp == 0;
        if fell {
            self.hp = Self::traits(self.kind)?.hp;
            self.defeats = self.defeats.checked_add(1).ok_or(ArenaError::Overflow)?;
        }
        Ok((taken, fell))
    }

    /// An enemy always has hit points, and never more than its kind.
    pub fn invariant(&self) -> Result<()> {
        let full = Self::traits(self.kind)?.hp;
        require!(self.hp > 0 && self.hp <= full, ArenaError::InvariantBroken);
        Ok(())
    }
}
