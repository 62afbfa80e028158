use crate::errors::ArenaError;
use anchor_lang::prelude::*;

/// Highest fee, in hundredths of a percent.
pub const MAX_FEE_BPS: u16 = 1_000;
/// Hundredths of a percent in the whole.
pub const WHOLE_BPS: u16 = 10_000;
/// Shares of the first deposit that belong to nobody, so that a share can't be made worth a fortune.
pub const LOCKED_SHARES: u64 = 1_000;

/// A market of two mints at constant product. PDA: `["pool", mint_a, mint_b]`, mints in byte order.
/// Its tokens lie in two token accounts that it owns: `["reserve", pool, mint]`.
#[account]
#[derive(InitSpace)]
pub struct Pool {
    /// Mint whose bytes come first.
    pub mint_a: Pubkey,
    /// The other mint.
    pub mint_b: Pubkey,
    /// Token account with the pool's token A.
    pub reserve_a: Pubkey,
    /// Token account with the pool's token B.
    pub reserve_b: Pubkey,
    /// All shares, locked ones included.
    pub shares: u64,
    /// Part of what is paid that stays in the pool, in hundredths of a percent.
    pub fee_bps: u16,
    /// Canonical bump of this account.
    pub bump: u8,
}

/// Shares of an owner in a pool. PDA: `["position", pool, owner]`.
#[account]
#[derive(InitSpace)]
pub struct Position {
    /// The pool.
    pub pool: Pubkey,
    /// Whose shares.
    pub owner: Pubkey,
    /// How many.
    pub shares: u64,
    /// Canonical bump of this account.
    pub bump: u8,
}

/// Amounts of one change of liquidity.
#[derive(Debug, PartialEq, Eq)]
pub struct Amounts {
    /// Base units of token A.
    pub a: u64,
    /// Base units of token B.
    pub b: u64,
    /// Shares that belong to the position.
    pub shares: u64,
    /// Shares that come to the pool without an owner.
    pub locked: u64,
}

impl Position {
    /// First seed.
    pub const SEED: &'static [u8] = b"position";
}

impl Pool {
    /// First seed.
    pub const SEED: &'static [u8] = b"pool";
    /// First seed of the reserves.
    pub const RESERVE_SEED: &'static [u8] = b"reserve";

    /// What `amount_in` buys: `out = reserve_out × in' / (reserve_in + in')`, in' = in less the fee;
    /// rounded down, in favour of the pool.
    pub fn quote(&self, amount_in: u64, reserve_in: u64, reserve_out: u64) -> Result<u64> {
        require!(reserve_in > 0 && reserve_out > 0, ArenaError::PoolIsEmpty);
        let kept = u128::from(WHOLE_BPS.saturating_sub(self.fee_bps));
        let paid = mul(amount_in.into(), kept)?;
        let whole = mul(reserve_in.into(), WHOLE_BPS.into())?;
        let divisor = paid.checked_add(whole).ok_or(ArenaError::Overflow)?;
        narrow(mul(paid, reserve_out.into())?.checked_div(divisor))
    }

    /// What a deposit of at most `max_a` and `max_b` takes at the pool's price, and its shares.
    pub fn deposit(
        &self,
        max_a: u64,
        max_b: u64,
        reserve_a: u64,
        reserve_b: u64,
    ) -> Result<Amounts> {
        if self.shares == 0 {
            let all = narrow(Some(mul(max_a.into(), max_b.into())?.isqrt()))?;
            require!(all > LOCKED_SHARES, ArenaError::DepositTooSmall);
            let shares = all.saturating_sub(LOCKED_SHARES);
            return Ok(Amounts {
                a: max_a,
                b: max_b,
                shares,
                locked: LOCKED_SHARES,
            });
        }
        require!(reserve_a > 0 && reserve_b > 0, ArenaError::PoolIsEmpty);
        let by_a = scale(max_a, self.shares, reserve_a)?;
        let by_b = scale(max_b, self.shares, reserve_b)?;
        let shares = by_a.min(by_b);
        let a = scale_up(shares, reserve_a, self.shares)?;
        let b = scale_up(shares, reserve_b, self.shares)?;
        Ok(Amounts {
            a,
            b,
            shares,
            locked: 0,
        })
    }

    /// What `shares` are worth, rounded down.
    pub fn withdrawal(&self, shares: u64, reserve_a: u64, reserve_b: u64) -> Result<Amounts> {
        require!(self.shares > 0, ArenaError::PoolIsEmpty);
        let a = scale(shares, reserve_a, self.shares)?;
        let b = scale(shares, reserve_b, self.shares)?;
        Ok(Amounts {
            a,
            b,
            shares,
            locked: 0,
        })
    }

    /// Mints in order, fee in range, the locked shares never leave.
    pub fn invariant(&self) -> Result<()> {
        require!(self.mint_a < self.mint_b, ArenaError::InvariantBroken);
        require!(self.fee_bps <= MAX_FEE_BPS, ArenaError::InvariantBroken);
        require!(
            self.shares == 0 || self.shares >= LOCKED_SHARES,
            ArenaError::InvariantBroken
        );
        Ok(())
    }
}

fn mul(a: u128, b: u128) -> Result<u128> {
    a.checked_mul(b).ok_or_else(|| error!(ArenaError::Overflow))
}

fn narrow(value: Option<u128>) -> Result<u64> {
    value
        .and_then(|v| u64::try_from(v).ok())
        .ok_or_else(|| error!(ArenaError::Overflow))
}

/// `value × by / of`, rounded down.
fn scale(value: u64, by: u64, of: u64) -> Result<u64> {
    narrow(mul(value.into(), by.into())?.checked_div(of.into()))
}

/// `value × by / of`, rounded up.
fn scale_up(value: u64, by: u64, of: u64) -> Result<u64> {
    let product = mul(value.into(), by.into())?;
    let spare = u128::from(of).saturating_sub(1);
    narrow(
        product
            .checked_add(spare)
            .and_then(|v| v.checked_div(of.into())),
    )
}
