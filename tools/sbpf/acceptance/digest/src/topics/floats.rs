//! f64: arithmetic, every comparison (NaN among them), conversions both ways, text.
use crate::digest::Digest;
use crate::inputs::Inputs;
use crate::random::Random;

#[inline(never)]
pub fn run(digest: &mut Digest, random: &mut Random, inputs: &Inputs) {
    let Inputs { p, q, i, j, .. } = *inputs;
    let (x, y) = (p as f64, j as f64 / 1024.0);
    let any = f64::from_bits(random.u64());
    for value in [x + y, x - y, x * y, x / y, -y, any * 0.5, x / 0.0, y.abs() - y, 0.0 / (y - y)] {
        digest.f64(value);
    }
    for (left, right) in [(x, y), (y, x), (x, x), (any, y), (f64::NAN, x), (-0.0, y - y)] {
        compare(digest, left, right);
    }
    convert(digest, any, i);
    digest.f64(q as f64);
    digest.f64(i as f64);
    digest.f64(f64::from(i as i32) + f64::from(q as u8));
    digest.str(&format!("{:.3}", y));
    digest.f64("-12.5e-3".parse::<f64>().unwrap_or(0.0) * y);
}

/// All relations, and their negations, which on NaN are something else than the opposite relations.
#[inline(never)]
#[allow(clippy::neg_cmp_op_on_partial_ord, clippy::nonminimal_bool)]
fn compare(digest: &mut Digest, left: f64, right: f64) {
    digest.bool(left == right);
    digest.bool(left != right);
    digest.bool(left < right);
    digest.bool(left <= right);
    digest.bool(left > right);
    digest.bool(left >= right);
    digest.bool(!(left < right));
    digest.bool(!(left >= right));
    digest.bool(left < right || left > right);
    digest.bool(left.is_nan() || right.is_nan());
    digest.str(&format!("{:?}", left.partial_cmp(&right)));
}

/// To integers: towards zero, to the nearest bound when out of range, NaN to 0.
#[inline(never)]
fn convert(digest: &mut Digest, any: f64, i: i64) {
    for value in [any, i as f64 * 1.5, i as f64 * 1e10, -1.0, f64::NAN, f64::INFINITY] {
        digest.u64(value as u64);
        digest.i64(value as i64);
    }
}
