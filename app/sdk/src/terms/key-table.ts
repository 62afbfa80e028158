// The key table of terms: every key that they name, each once.
import type { Address, Asset } from "../codec/address.js";
import type { AccountConstraint, RuleData, TermsData } from "../codec/types.js";

/** Every key that the parts name, in the order in which they are first named: rules, limits, guardian, sponsor. */
export function keyTable(
  parts: Pick<TermsData, "rules" | "limits" | "guardian" | "feeBudget">,
): readonly Address[] {
  const keys = new Set<Address>();
  const addAsset = (asset: Asset): void => {
    if (asset !== "SOL") keys.add(asset);
  };
  for (const rule of parts.rules) for (const key of ruleKeys(rule)) addAsset(key);
  for (const { asset, source } of parts.limits) {
    addAsset(asset);
    if (source !== "vault") keys.add(source);
  }
  if (parts.guardian !== null) keys.add(parts.guardian);
  if (parts.feeBudget !== null) keys.add(parts.feeBudget.sponsor);
  return [...keys];
}

function ruleKeys({ program, floor, pin, data, accounts }: RuleData): readonly Asset[] {
  return [
    program,
    ...(floor === null ? [] : [floor.give, floor.get]),
    ...(pin === null ? [] : [pin.programData]),
    ...data.flatMap((one) => (one.field === "key" ? one.values : [])),
    ...accounts.flatMap(constraintKeys),
  ];
}

function constraintKeys(constraint: AccountConstraint): readonly Address[] {
  switch (constraint.kind) {
    case "key":
      return [constraint.key];
    case "set":
      return constraint.keys;
    case "vaultToken":
      return constraint.mint === null ? [] : [constraint.mint];
    case "ownerToken":
      return [constraint.owner, ...(constraint.mint === null ? [] : [constraint.mint])];
    case "vault":
    case "positionKey":
    case "programOwned":
    case "any":
      return [];
  }
}
