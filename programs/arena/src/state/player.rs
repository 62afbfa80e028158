use super::{Enemy, KINDS};
use crate::errors::ArenaError;
use anchor_lang::prelude::*;

/// Most energy and most hit points that a player has.
pub const FULL: u16 = 100;
/// Seconds in which one point of energy and one hit point come back.
pub const REST_SECONDS: i64 = 6;
/// Most energy in one strike.
pub const MAX_STRIKE: u16 = 10;
/// Experience per level.
pub const XP_PER_LEVEL: u64 = 100;
/// Last level.
pub const MAX_LEVEL: u16 = 50;
/// Base units of loot per hit point taken (0.1 loot).
pub const LOOT_PER_DAMAGE: u64 = 100_000;
/// Gold for whoever invites a player.
pub const INVITATION_GOLD: u64 = 10;

/// A player. PDA: `["player", owner]`; the owner may be a wallet or a vault.
#[account]
#[derive(InitSpace)]
pub struct Player {
    /// Whose signature every move needs.
    pub owner: Pubkey,
    /// Canonical bump of this account.
    pub bump: u8,
    /// 1 to 50, from experience.
    pub level: u16,
    /// Hit points, 1 to 100.
    pub hp: u16,
    /// Energy, 0 to 100.
    pub energy: u16,
    /// Unix seconds up to which rest has been counted.
    pub rested_at: i64,
    /// Experience: hit points taken from enemies.
    pub xp: u64,
    /// Gold: for healing.
    pub gold: u64,
    /// Base units of loot that strikes earned, over the player's life.
    pub loot_earned: u64,
    /// Base units of loot minted so far.
    pub loot_claimed: u64,
    /// Items by kind of the enemy that dropped them.
    pub items: [u16; KINDS],
}

/// What one strike did.
pub struct Strike {
    /// Hit points that the enemy lost.
    pub damage: u32,
    /// Whether it fell.
    pub defeated: bool,
    /// Base units of loot earned.
    pub loot: u64,
}

impl Player {
    /// First seed.
    pub const SEED: &'static [u8] = b"player";

    /// A rested player of level 1 with nothing.
    pub fn new(owner: Pubkey, bump: u8, now: i64) -> Self {
        Self {
            owner,
            bump,
            level: 1,
            hp: FULL,
            energy: FULL,
            rested_at: now,
            xp: 0,
            gold: 0,
            loot_earned: 0,
            loot_claimed: 0,
            items: [0; KINDS],
        }
    }

    /// Counts the rest until `now`: a point of energy and of health per six whole seconds.
    pub fn rest(&mut self, now: i64) {
        let points = now
            .saturating_sub(self.rested_at)
            .max(0)
            .checked_div(REST_SECONDS);
        let points = points.unwrap_or(0);
        self.rested_at = self
            .rested_at
            .saturating_add(points.saturating_mul(REST_SECONDS));
        let points = u16::try_from(points).unwrap_or(u16::MAX);
        self.energy = self.energy.saturating_add(points).min(FULL);
        self.hp = self.hp.saturating_add(points).min(FULL);
    }

    /// Spends `energy` on one strike. Damage = energy × (9 + level) − armour, at least 1.
    pub fn strike(&mut self, enemy: &mut Enemy, energy: u16) -> Result<Strike> {
        let traits = Enemy::traits(enemy.kind)?;
        require!(self.energy >= energy, ArenaError::NotEnoughEnergy);
        require!(self.hp > traits.claws, ArenaError::TooWounded);
        self.energy = self.energy.saturating_sub(energy);
        self.hp = self.hp.saturating_sub(traits.claws);

        let attack = u32::from(self.level)
            .saturating_add(9)
            .saturating_mul(u32::from(energy));
        let (damage, defeated) = enemy.take(attack.saturating_sub(traits.armour).max(1))?;
        let loot = u64::from(damage).saturating_mul(LOOT_PER_DAMAGE);
        self.xp = add(self.xp, u64::from(damage))?;
        self.loot_earned = add(self.loot_earned, loot)?;
        self.level = Self::level_at(self.xp);
        if defeated {
            self.gold = add(self.gold, traits.bounty)?;
            let item = self.item_mut(enemy.kind)?;
            *item = item.saturating_add(1);
        }
        Ok(Strike {
            damage,
            defeated,
            loot,
        })
    }

    /// Buys `points` hit points for a gold each, up to full health; what is too much costs nothing.
    pub fn heal(&mut self, points: u16) -> Result<u16> {
        let points = points.min(FULL.saturating_sub(self.hp));
        let gold = self
            .gold
            .checked_sub(u64::from(points))
            .ok_or(ArenaError::NotEnoughGold)?;
        self.gold = gold;
        self.hp = self.hp.saturating_add(points);
        Ok(points)
    }

    /// Counts `amount` of earned loot as minted.
    pub fn claim(&mut self, amount: u64) -> Result<()> {
        let claimed = add(self.loot_claimed, amount)?;
        require!(claimed <= self.loot_earned, ArenaError::LootNotEarned);
        self.loot_claimed = claimed;
        Ok(())
    }

    /// Hands `count` items of a kind to another player.
    pub fn give(&mut self, to: &mut Player, kind: u8, count: u16) -> Result<()> {
        let mine = self.item_mut(kind)?;
        *mine = mine.checked_sub(count).ok_or(ArenaError::NotEnoughItems)?;
        let theirs = to.item_mut(kind)?;
        *theirs = theirs.checked_add(count).ok_or(ArenaError::Overflow)?;
        Ok(())
    }

    /// Level at an amount of experience.
    pub fn level_at(xp: u64) -> u16 {
        let gained = xp.checked_div(XP_PER_LEVEL).unwrap_or(0);
        u16::try_from(gained)
            .unwrap_or(MAX_LEVEL)
            .saturating_add(1)
            .min(MAX_LEVEL)
    }

    fn item_mut(&mut self, kind: u8) -> Result<&mut u16> {
        self.items
            .get_mut(usize::from(kind))
            .ok_or_else(|| error!(ArenaError::UnknownKind))
    }

    /// Alive, within bounds, level by experience, never more loot minted than earned.
    pub fn invariant(&self) -> Result<()> {
        require!(self.hp >= 1 && self.hp <= FULL, ArenaError::InvariantBroken);
        require!(self.energy <= FULL, ArenaError::InvariantBroken);
        require!(
            self.level == Self::level_at(self.xp),
            ArenaError::InvariantBroken
        );
        require!(
            self.loot_claimed <= self.loot_earned,
            ArenaError::InvariantBroken
        );
        Ok(())
    }
}

fn add(a: u64, b: u64) -> Result<u64> {
    a.checked_add(b).ok_or_else(|| error!(ArenaError::Overflow))
}
