// From terms as tests write them to the client's plain data: the key table is collected here.
import type { PublicKey } from "@solana/web3.js";
import type { AccountConstraint, RuleData, TermsData } from "@valetkey/sdk/layers";

import type { AssetSpec, Role, RuleSpec, TermsSpec } from "./rules.js";

const asset = (spec: AssetSpec): string => (spec === "SOL" ? "SOL" : spec.toBase58());

/** The client's terms; `now` is where the default window begins (it lasts an hour). */
export function toTermsData(spec: TermsSpec, now: bigint): TermsData {
  const rules = spec.rules.map(toRule);
  const limits = (spec.limits ?? []).map((limit) => ({
    asset: asset(limit.asset),
    source: limit.wallet?.toBase58() ?? ("vault" as const),
    total: limit.total,
    perExecute: limit.perExecute ?? null,
    perPeriod: limit.perPeriod ?? null,
  }));
  const guardian = spec.guardian?.toBase58() ?? null;
  const feeBudget =
    spec.feeBudget === undefined
      ? null
      : { ...spec.feeBudget, sponsor: spec.feeBudget.sponsor.toBase58() };
  const named = [
    ...limits.map((limit) => limit.asset),
    ...limits.flatMap(({ source }) => (source === "vault" ? [] : [source])),
    ...rules.flatMap(keysOfRule),
    ...(guardian === null ? [] : [guardian]),
    ...(feeBudget === null ? [] : [feeBudget.sponsor]),
  ];
  return {
    startsAt: spec.startsAt ?? now,
    expiresAt: spec.expiresAt ?? now + 3600n,
    uses: spec.uses ?? 100,
    closeAccounts: spec.closes ?? false,
    positionKeys: spec.positionKeys ?? false,
    feeBudget,
    guardian,
    origin: spec.origin ?? null,
    extensions: (spec.extensions ?? []).reduce((word, type) => word | (1n << BigInt(type)), 0n),
    keys: [...new Set(named)].filter((key) => key !== "SOL"),
    limits,
    rules,
  };
}

function toRule(spec: RuleSpec, position: number): RuleData {
  const [least, most] = typeof spec.count === "number" ? [spec.count, spec.count] : spec.count;
  const { floor } = spec;
  return {
    id: spec.id ?? position,
    program: spec.program.toBase58(),
    mode: spec.mode ?? "vault",
    discriminator: Uint8Array.from(spec.discriminator),
    minAccounts: least,
    maxAccounts: most,
    uses: spec.uses ?? null,
    floor:
      floor === undefined
        ? null
        : {
            give: asset(floor.give),
            get: asset(floor.get),
            minimum: floor.minimum,
            per: floor.per,
          },
    unbound: spec.unbound ?? false,
    pin:
      spec.pin === undefined ? null : { ...spec.pin, programData: spec.pin.programData.toBase58() },
    cap: spec.cap ?? null,
    data: spec.data ?? [],
    accounts: Object.entries(spec.accounts ?? {})
      .map(([at, role]) => toConstraint(Number(at), role))
      .sort((a, b) => a.position - b.position),
  };
}

function toConstraint(position: number, role: Role): AccountConstraint {
  const text = (key: PublicKey | undefined): string | null => key?.toBase58() ?? null;
  switch (role.kind) {
    case "key":
      return { position, kind: "key", key: role.key.toBase58() };
    case "set":
      return { position, kind: "set", keys: role.keys.map((key) => key.toBase58()) };
    case "vaultToken":
      return { position, kind: "vaultToken", mint: text(role.mint) };
    case "ownerToken": {
      const owner = role.wallet.toBase58();
      return { position, kind: "ownerToken", owner, mint: text(role.mint) };
    }
    default:
      return { position, kind: role.kind };
  }
}

function keysOfRule(rule: RuleData): readonly string[] {
  return [
    rule.program,
    ...(rule.pin === null ? [] : [rule.pin.programData]),
    ...(rule.floor === null ? [] : [rule.floor.give, rule.floor.get]),
    ...rule.data.flatMap((constraint) => (constraint.field === "key" ? constraint.values : [])),
    ...rule.accounts.flatMap((constraint) => {
      if (constraint.kind === "key") return [constraint.key];
      if (constraint.kind === "set") return constraint.keys;
      if (constraint.kind === "ownerToken")
        return [constraint.owner, ...(constraint.mint === null ? [] : [constraint.mint])];
      return constraint.kind === "vaultToken" && constraint.mint !== null ? [constraint.mint] : [];
    }),
  ];
}
