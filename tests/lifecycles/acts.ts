// What may happen to a vault, at random.
import fc from "fast-check";

import type { Payment } from "./model.js";

/** How many session keys there are. */
export const SLOTS = 3;

const slot = fc.integer({ min: 0, max: SLOTS - 1 });
const byOwner = fc.boolean();
const payment: fc.Arbitrary<Payment> = fc.record({
  asset: fc.constantFrom("sol" as const, "tokens" as const),
  amount: fc.constantFrom(0n, 1n, 50n, 100n, 199n, 200n, 201n, 400n, 401n, 1_001n),
  hidden: fc.boolean(),
});
/** One act, honest or hostile. */
export const act = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant("grant" as const),
      slot,
      byOwner: fc.constantFrom(true, true, true, false),
      stale: fc.constantFrom(false, false, false, true),
    }),
  },
  {
    weight: 10,
    arbitrary: fc.record({
      kind: fc.constant("pay" as const),
      slot,
      payments: fc.array(payment, { minLength: 1, maxLength: 3 }),
      rightKey: fc.constantFrom(true, true, true, true, false),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant("attack" as const),
      slot,
      how: fc.integer({ min: 0, max: 4 }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant("revoke" as const),
      slot,
      by: fc.constantFrom("owner" as const, "key" as const, "thief" as const),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("revokeAll" as const), byOwner }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant("close" as const), slot }) },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant("wait" as const),
      seconds: fc.constantFrom(1n, 50n, 100n, 499n),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant("deposit" as const),
      lamports: fc.bigInt({ min: 1n, max: 1_000n }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant("withdraw" as const),
      byOwner,
      lamports: fc.bigInt({ min: 1n, max: 1_000n }),
    }),
  },
);
/** What `act` makes. */
export type Act = typeof act extends fc.Arbitrary<infer T> ? T : never;
