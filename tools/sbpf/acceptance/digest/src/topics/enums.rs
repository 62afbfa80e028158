//! Enums with data: derived formatting, order, equality, clone.
use crate::digest::Digest;
use crate::inputs::Inputs;
use crate::random::Random;

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Shape {
    Empty,
    Pair(u32, i64),
    Nested { wide: u128, name: String, bytes: [u8; 3], inner: Option<Box<Shape>> },
}

#[inline(never)]
pub fn run(digest: &mut Digest, _: &mut Random, inputs: &Inputs) {
    let Inputs { a, p, q, i, j, .. } = *inputs;
    let shape = Shape::Nested {
        wide: a,
        name: inputs.text.chars().rev().take(5).collect(),
        bytes: [p as u8, q as u8, i as u8],
        inner: Some(Box::new(Shape::Pair(p as u32, j))),
    };
    digest.str(&format!("{shape:?} {:#?} {:?}", Shape::Pair(1, j), Shape::Empty));
    digest.bool(shape > Shape::Pair(3, 4));
    digest.bool(shape.clone() == shape);
}
