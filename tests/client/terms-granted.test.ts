// What `terms` accepts the program grants, and what it refuses the program refuses under the same name.
import assert from "node:assert/strict";
import type { PublicKey } from "@solana/web3.js";
import { Keypair } from "@solana/web3.js";
import {
  decodeSession,
  findSession,
  grantSessionInstruction,
  type TermsData,
} from "@valetkey/sdk/layers";

import arena from "../../artifacts/arena.json" with { type: "json" };
import { withoutCounters } from "../../app/sdk/src/codec/terms.js";
import { isValetkeyError, type ProgramErrorCode } from "../../app/sdk/src/errors/index.js";
import { describeGrant } from "../../app/sdk/src/grant/index.js";
import { checkTerms } from "../../app/sdk/src/terms/check.js";
import {
  allow,
  allowSolTransfer,
  allowStakeDeactivation,
  allowStakeDelegation,
  allowTokenAccountClosing,
  allowTokenTransfer,
  floor,
  limit,
  positionKey,
  programOwned,
  SOL,
  terms,
  vaultToken,
  type TermsInput,
} from "../../app/sdk/src/terms/index.js";
import { createExtendedMint } from "../support/extended-mint.js";
import { expectOk, expectRefused } from "../support/expect.js";
import { createWorld, type World } from "../support/world.js";
import { keyOf } from "./support/samples.js";

const program = { idl: arena };
const player = { player: keyOf(50), enemy: programOwned };

function inputs(world: World, feeMint: PublicKey): Readonly<Record<string, Partial<TermsInput>>> {
  const { mint, otherMint } = world;
  const swap = {
    ...{ program, instruction: "swap" },
    floor: floor({ give: mint, get: otherMint, minimum: { get: 9n, per: 10n } }),
    accounts: {
      ...{ pool: positionKey, reserveIn: keyOf(61), reserveOut: keyOf(62) },
      ...{ source: vaultToken(mint), destination: vaultToken(otherMint) },
    },
  };
  return {
    "a fee budget": {
      feeBudget: { sponsor: keyOf(70), total: 100n, perExecute: 100n },
    },
    "limits of the vault and of wallets": {
      allow: [allowTokenTransfer({ mint, from: keyOf(71) })],
      limits: [71, 72]
        .map((n) => limit({ asset: mint, total: 5n, wallet: keyOf(n) }))
        .concat(
          limit({ asset: mint, total: 9n, perPeriod: { amount: 2n, seconds: 60 } }),
          limit({ asset: SOL, total: 1n, wallet: keyOf(71) }),
        ),
    },
    "native rules with a cap": {
      allow: [
        allow({
          ...{ program, instruction: "strike_for", mode: "native", accounts: player },
          args: { energy: { cap: 9n, mask: { bits: 3, equals: 1 } } },
        }),
      ],
    },
    "a pinned swap with a position key": {
      allow: [allow({ ...swap, pinned: { programData: keyOf(63), slot: 9n } })],
      optIns: { positionKeys: true },
    },
    "closes and stake": {
      allow: [
        allowTokenAccountClosing({ mint }),
        allowTokenAccountClosing({ tokenProgram: "token-2022" }),
        allowStakeDelegation({ stakeAccount: keyOf(64), votes: [keyOf(65), keyOf(66)] }),
        allowStakeDeactivation({ stakeAccount: keyOf(64) }),
      ],
      optIns: { closeAccounts: true },
    },
    "a mint with a transfer fee, and hooks": {
      allow: [
        allowTokenTransfer({
          ...{ mint: feeMint, to: keyOf(67), tokenProgram: "token-2022" },
          hook: { program: keyOf(68) },
        }),
      ],
      limits: [limit({ asset: feeMint, total: 10n })],
      optIns: { tokenExtensions: ["transferFee", "transferHook"] },
    },
  };
}

describe("terms that are granted", function () {
  this.timeout(60_000);
  const world = createWorld();
  const feeMint = createExtendedMint(world.svm, "transferFee").publicKey;
  const { svm, programId, config, vault } = world;
  const place = {
    programId: programId.toBase58(),
    ...{ vault: vault.toBase58(), config: config.toBase58() },
  };

  const grant = (data: TermsData) => {
    const sessionKey = Keypair.generate().publicKey;
    const session = findSession({ config, sessionKey, programId });
    const instruction = grantSessionInstruction({
      ...{ programId, config, session, sessionKey, terms: data, grantId: 1n, epoch: 1n },
      ...{ payer: svm.payer.publicKey, owners: [world.owner.publicKey] },
    });
    return { ...svm.send([instruction], [svm.payer, world.owner]), session };
  };
  const resolve = (more: Partial<TermsInput>): TermsData =>
    terms({
      ...{ expiresInSeconds: 600, uses: 5, allow: [allowSolTransfer({ to: keyOf(1) })] },
      ...more,
    }).resolve({ now: svm.now(), vault, config });

  const all = Object.entries(inputs(world, feeMint));
  for (const [name, more] of all) {
    it(`${name}: the session says what the terms said`, () => {
      const data = resolve(more);
      const result = grant(data);
      expectOk(result);
      const account = decodeSession(svm.getAccount(result.session)?.data ?? new Uint8Array());
      const { rules, limits, ...head } = data;
      assert.deepEqual(account.rules.map(withoutCounters), rules);
      assert.deepEqual(
        account.limits.map(({ asset, source, total, perExecute, perPeriod }) => ({
          ...{ asset, source, total, perExecute, perPeriod },
        })),
        limits,
      );
      for (const [field, value] of Object.entries(head))
        assert.deepEqual(account[field as keyof typeof head], value, field);
      const decimals = Object.fromEntries(account.limits.map((one) => [one.asset, one.decimals]));
      const said = describeGrant(account).filter(
        ({ key }) => key !== "sessionKey" && key !== "grant",
      );
      assert.deepEqual(said, describeGrant(data, { decimals }));
    });
  }

  type Break = (data: TermsData) => TermsData;
  const rule = (data: TermsData, more: Partial<TermsData["rules"][number]>): TermsData => ({
    ...data,
    rules: data.rules.map((one, i) => (i === 0 ? { ...one, ...more } : one)),
  });
  const withKey = (data: TermsData, key: PublicKey): TermsData => ({
    ...data,
    keys: [...new Set([...data.keys, key.toBase58()])],
  });
  const cap = { offset: 8, from: "end", field: "u64", total: 5n } as const;
  const broken: readonly (readonly [string, string, ProgramErrorCode, Break])[] = [
    [
      "a fee per execute above the total",
      "a fee budget",
      "BadLimit",
      (data) => ({
        ...data,
        feeBudget: { sponsor: keyOf(70).toBase58(), total: 9n, perExecute: 10n },
      }),
    ],
    [
      "a fee of nothing",
      "a fee budget",
      "BadLimit",
      (data) => ({
        ...data,
        feeBudget: { sponsor: keyOf(70).toBase58(), total: 9n, perExecute: 0n },
      }),
    ],
    [
      "an extension that isn't offered",
      "a fee budget",
      "FeatureRefused",
      (data) => ({ ...data, extensions: 8n }),
    ],
    [
      "the vault as a limit's wallet",
      "limits of the vault and of wallets",
      "BadLimit",
      (data) =>
        withKey(
          {
            ...data,
            limits: data.limits.map((one, i) =>
              i === 0 ? { ...one, source: vault.toBase58() } : one,
            ),
          },
          vault,
        ),
    ],
    [
      "the config as a limit's wallet",
      "limits of the vault and of wallets",
      "BadLimit",
      (data) =>
        withKey(
          {
            ...data,
            limits: data.limits.map((one, i) =>
              i === 0 ? { ...one, source: config.toBase58() } : one,
            ),
          },
          config,
        ),
    ],
    [
      "two limits of one wallet",
      "limits of the vault and of wallets",
      "DuplicateLimit",
      (data) => ({
        ...data,
        limits: [...data.limits, ...data.limits.slice(0, 1)],
      }),
    ],
    [
      "a cap of nothing",
      "native rules with a cap",
      "BadConstraint",
      (data) => rule(data, { cap: { ...cap, total: 0n } }),
    ],
    [
      "a cap on bytes that are never there",
      "native rules with a cap",
      "BadConstraint",
      (data) => rule(data, { cap: { ...cap, offset: 7 } }),
    ],
    [
      "a native rule with a pin",
      "native rules with a cap",
      "UnsafeRule",
      (data) =>
        withKey(rule(data, { pin: { programData: keyOf(63).toBase58(), slot: 1n } }), keyOf(63)),
    ],
    [
      "a native rule with a position key",
      "native rules with a cap",
      "UnsafeRule",
      (data) => ({
        ...rule(data, { accounts: [{ position: 2, kind: "positionKey" }] }),
        positionKeys: true,
      }),
    ],
    [
      "native mode for System",
      "a fee budget",
      "UnsafeRule",
      (data) => rule(data, { mode: "native" }),
    ],
    [
      "a position key without the opt-in",
      "a pinned swap with a position key",
      "UnsafeRule",
      (data) => ({ ...data, positionKeys: false }),
    ],
    [
      "a close without the opt-in",
      "closes and stake",
      "UnsafeRule",
      (data) => ({ ...data, closeAccounts: false }),
    ],
    [
      "stake that is bound to no vote",
      "closes and stake",
      "UnsafeRule",
      (data) => ({
        ...data,
        rules: data.rules.slice(2).map((one) => ({ ...one, accounts: one.accounts.slice(0, 1) })),
      }),
    ],
    [
      "stake as any account",
      "closes and stake",
      "UnsafeRule",
      (data) => ({
        ...data,
        rules: data.rules
          .slice(3)
          .map((one) => ({ ...one, accounts: [{ position: 0, kind: "any" as const }] })),
      }),
    ],
    [
      "a hook without the opt-in",
      "a mint with a transfer fee, and hooks",
      "UnsafeRule",
      (data) => ({ ...data, extensions: 2n }),
    ],
    [
      "hook accounts for Transfer",
      "a mint with a transfer fee, and hooks",
      "UnsafeRule",
      (data) => rule(data, { discriminator: Uint8Array.of(3), data: [] }),
    ],
  ];
  for (const [name, from, code, change] of broken) {
    it(`${name}: ${code}, by client and program`, () => {
      const data = change(resolve(Object.fromEntries(all)[from] ?? {}));
      assert.throws(
        () => checkTerms(data, place),
        (error) => isValetkeyError(error) && error.code === code,
      );
      const result = grant(data);
      expectRefused(result, code);
      assert.equal(svm.getAccount(result.session), null);
    });
  }

  it("a mint with an extension that the terms don't name is the program's to refuse", () => {
    const data = resolve({ limits: [limit({ asset: feeMint, total: 10n })] });
    expectRefused(grant(data), "MintRefused");
  });
});
