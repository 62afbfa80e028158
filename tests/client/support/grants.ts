// Grants whose texts are golden: a game, a market with a floor, payments, and one that is open in every way.
import arena from "../../../artifacts/arena.json" with { type: "json" };
import { mergeNames, namesFromIdl, type Names } from "../../../app/sdk/src/grant/index.js";
import {
  TOKEN_EXTENSIONS,
  type SessionAccount,
  type TermsData,
  type TokenExtension,
} from "../../../app/sdk/src/codec/index.js";
import { makeRule } from "../../../app/sdk/src/terms/rule.js";
import {
  allow,
  allowSolTransfer,
  allowStakeDeactivation,
  allowStakeDelegation,
  allowSyncNative,
  allowTokenAccountClosing,
  allowTokenAccountCreation,
  allowTokenTransfer,
  any,
  floor,
  free,
  limit,
  positionKey,
  programOwned,
  SOL,
  terms,
  vaultToken,
} from "../../../app/sdk/src/terms/index.js";
import { keyOf, sessionOf, VAULT } from "./samples.js";

const NOW = 1_800_000_000n;
const HOUR = 3_600;
const [gold, usdc, guild, shop] = [keyOf(40), keyOf(41), keyOf(42), keyOf(43)];
const program = { idl: arena };

const names: Names = mergeNames(namesFromIdl(arena), {
  names: {
    [arena.address]: "the arena",
    [gold.toBase58()]: "gold",
    [usdc.toBase58()]: "USDC",
    [guild.toBase58()]: "the guild",
    [shop.toBase58()]: "the shop",
  },
  decimals: { [gold.toBase58()]: 6, [usdc.toBase58()]: 6 },
});

const strike = allow({
  program,
  instruction: "strike",
  accounts: { player: keyOf(50), enemy: [keyOf(51), keyOf(52)] },
  args: { energy: { min: 1, max: 5 } },
  uses: 60,
});

const game = terms({
  ...{ expiresInSeconds: 2 * HOUR, uses: 100, guardian: guild, origin: "https://arena.example" },
  allow: [strike, allowTokenTransfer({ mint: gold, to: guild, max: 2_500_000n })],
  limits: [limit({ asset: gold, total: 100_000_000n, perExecute: 5_000_000n })],
});

const swap = allow({
  program,
  instruction: "swap",
  accounts: {
    ...{ pool: keyOf(60), reserveIn: keyOf(61), reserveOut: keyOf(62) },
    ...{ source: vaultToken(gold), destination: vaultToken(usdc) },
  },
  floor: floor({ give: gold, get: usdc, minimum: { get: 90n, per: 100n } }),
});

const market = terms({
  ...{ expiresInSeconds: 12 * HOUR, uses: 24 },
  allow: [swap, allowTokenAccountCreation({ wallet: VAULT, mint: usdc })],
  limits: [
    limit({ asset: SOL, total: 10_000_000n }),
    limit({
      ...{ asset: gold, total: 500_000_000n },
      perPeriod: { amount: 50_000_000n, seconds: HOUR },
    }),
  ],
});

const payment = terms({
  ...{ expiresInSeconds: 24 * HOUR, uses: 3 },
  allow: [
    allowSolTransfer({ to: [shop, guild], max: 100_000_000n, uses: 1 }),
    allowTokenTransfer({ mint: usdc, to: shop, max: 25_500_000n }),
    allowSyncNative(),
  ],
  limits: [limit({ asset: SOL, total: 150_000_000n }), limit({ asset: usdc, total: 76_500_000n })],
});

const open = makeRule(
  {
    ...{ label: "open", program: keyOf(70).toBase58(), discriminator: Uint8Array.of(9) },
    ...{ minAccounts: 2, maxAccounts: 12, unbound: true },
    data: [
      { offset: 8, from: "end", field: "u64", operator: "le", values: [5n] },
      { offset: 1, from: "start", field: "u8", operator: "mask", values: [6n, 2n] },
      { offset: 2, from: "start", field: "bytes", operator: "ne", value: Uint8Array.of(1, 2) },
      { offset: 4, from: "start", field: "i64", operator: "gt", values: [-3n] },
    ],
    accounts: [{ position: 1, kind: "any" }],
  },
  { id: 700 },
);

const danger = terms({
  ...{ expiresInSeconds: 720 * HOUR, uses: "unlimited" },
  allow: [
    allowSolTransfer(),
    allowTokenTransfer({ mint: keyOf(71) }),
    open,
    allow({ program, instruction: "strike", accounts: { player: programOwned, enemy: any } }),
  ],
  limits: [limit({ asset: SOL, total: 9_000_000_000n }), limit({ asset: keyOf(71), total: 77n })],
});

const wallet = keyOf(44);

const delegate = terms({
  ...{ expiresInSeconds: HOUR, uses: 10, startsAt: NOW },
  allow: [
    allowTokenTransfer({ mint: usdc, from: wallet, to: shop, max: 2_000_000n }),
    allowTokenAccountClosing({ mint: usdc }),
    allowSolTransfer({ to: shop }),
  ],
  limits: [
    limit({ asset: usdc, total: 25_000_000n, wallet, perExecute: 5_000_000n }),
    limit({ asset: SOL, total: 100_000_000n, wallet: guild }),
    limit({ asset: SOL, total: 50_000_000n }),
  ],
  feeBudget: { sponsor: guild, total: 10_000_000n, perExecute: 100_000n },
  optIns: { closeAccounts: true },
});

const native = terms({
  ...{ expiresInSeconds: HOUR, uses: 500 },
  allow: [
    allow({
      ...{ program, instruction: "strike_for", mode: "native", uses: 400 },
      accounts: { player: keyOf(50), enemy: programOwned },
      args: { energy: { max: 5, cap: 900n } },
    }),
    allow({
      ...{ program, instruction: "swap", id: 9 },
      pinned: { programData: keyOf(63), slot: 123_456n },
      accounts: {
        ...{ pool: positionKey, reserveIn: keyOf(61), reserveOut: keyOf(62) },
        ...{ source: vaultToken(gold), destination: vaultToken(usdc) },
      },
      floor: floor({ give: gold, get: usdc, minimum: { get: 90n, per: 100n } }),
    }),
  ],
  limits: [limit({ asset: gold, total: 500_000_000n })],
  optIns: { positionKeys: true },
});

const stakeAccount = keyOf(65);

const stake = terms({
  ...{ expiresInSeconds: 24 * HOUR, uses: "unlimited" },
  allow: [
    allowStakeDelegation({ stakeAccount, votes: [keyOf(66), keyOf(67)] }),
    allowStakeDeactivation({ stakeAccount, uses: 2 }),
  ],
  feeBudget: { sponsor: keyOf(252), total: 1_000_000n, perExecute: 10_000n },
});

const extensions = terms({
  ...{ expiresInSeconds: HOUR, uses: 5 },
  allow: [
    allowTokenTransfer({
      ...{ mint: usdc, to: shop, tokenProgram: "token-2022" },
      hook: { program: keyOf(68), accounts: [keyOf(69), free] },
    }),
  ],
  limits: [limit({ asset: usdc, total: 1_000_000n })],
  optIns: { tokenExtensions: Object.keys(TOKEN_EXTENSIONS) as TokenExtension[] },
});

/** A grant whose text is golden: `tests/fixtures/golden/grant-NAME.txt`. */
export interface Sample {
  readonly name: string;
  readonly terms: TermsData;
  /** What the text is about: the terms alone, or the session they became. */
  readonly subject: TermsData | SessionAccount;
  readonly names: Names;
}

/** The golden grants. */
export const SAMPLES: readonly Sample[] = (
  [
    ["game", game],
    ["market", market],
    ["payment", payment],
    ["danger", danger],
    ["delegate", delegate],
    ["native", native],
    ["stake", stake],
    ["extensions", extensions],
  ] as const
).map(([name, made]) => {
  const data = made.resolve({ now: NOW, vault: VAULT });
  const session = sessionOf(data);
  const limits = session.limits.map((one) => ({ ...one, decimals: 6 }));
  const subject = name === "game" ? { ...session, limits } : data;
  const reader = name === "delegate" ? { ...names, reader: wallet.toBase58() } : names;
  return { name, terms: data, subject, names: name === "danger" ? {} : reader };
});
