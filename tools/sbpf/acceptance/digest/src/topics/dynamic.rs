//! Calls through trait objects and function pointers with more arguments than there are registers, and
//! results that fit none: caller and callee never see each other, so both have to follow the same convention.
use crate::digest::Digest;
use crate::inputs::Inputs;
use crate::random::Random;

type Numbers = (u64, u128, i64);

trait Operation {
    #[allow(clippy::too_many_arguments)]
    fn apply(&self, a: u64, b: u128, c: &str, d: i64, e: u8, f: Option<u64>, g: (u64, u64)) -> Numbers;
    fn pair(&self) -> (u64, u64);
}

struct Mix(u64);
struct Spread(Vec<u8>);

impl Operation for Mix {
    #[inline(never)]
    fn apply(&self, a: u64, b: u128, c: &str, d: i64, e: u8, f: Option<u64>, g: (u64, u64)) -> Numbers {
        let quotient = d / (1 + c.len() as i64) + f.unwrap_or(3) as i64 % 7;
        (a ^ self.0 ^ g.0, b.wrapping_mul(u128::from(e) + 1), quotient)
    }

    #[inline(never)]
    fn pair(&self) -> (u64, u64) {
        (self.0, !self.0)
    }
}

impl Operation for Spread {
    #[inline(never)]
    fn apply(&self, a: u64, b: u128, c: &str, d: i64, e: u8, f: Option<u64>, g: (u64, u64)) -> Numbers {
        let remainder = d % (2 + c.len() as i64) - f.map_or(-5, |x| x as i64 & 0xff);
        (a.rotate_left(u32::from(e)) ^ g.1 ^ self.0.len() as u64, b / (u128::from(e) + 1), remainder)
    }

    #[inline(never)]
    fn pair(&self) -> (u64, u64) {
        (self.0.len() as u64, self.0.iter().map(|x| u64::from(*x)).sum())
    }
}

#[inline(never)]
fn add_all(a: u64, b: u128, c: u64, d: i128, e: u64, f: u64) -> i128 {
    (b as i128).wrapping_add(d).wrapping_add(i128::from(a ^ c.rotate_left(7) ^ e ^ f))
}

#[inline(never)]
fn subtract_all(a: u64, b: u128, c: u64, d: i128, e: u64, f: u64) -> i128 {
    d.wrapping_sub(b as i128).wrapping_sub(i128::from(f & e | c & a))
}

#[inline(never)]
pub fn run(digest: &mut Digest, random: &mut Random, inputs: &Inputs) {
    let Inputs { a, d, p, q, i, j, .. } = *inputs;
    let text = inputs.text.as_str();
    let operations: [Box<dyn Operation>; 2] = [Box::new(Mix(p)), Box::new(Spread(text.as_bytes().to_vec()))];
    for operation in &operations {
        let (x, y, z) = operation.apply(q, a, text, i, j as u8, (p & 1 == 0).then_some(q), (p, q));
        digest.u64(x);
        digest.u128(y);
        digest.i64(z);
        let (left, right) = operation.pair();
        digest.u64(left ^ right);
    }
    let functions = [add_all, subtract_all];
    let chosen = functions[random.u64() as usize % functions.len()];
    digest.i128(chosen(p, a, q, d, i as u64, j as u64));
}
