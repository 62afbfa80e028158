// A change of owners in words.
import type { VaultConfig } from "../codec/types.js";
import type { Line } from "./describe.js";
import type { Names } from "./names.js";
import { createSpeaker } from "./speaker.js";
import { durationText } from "./words.js";

/** Who decides over a vault: how many of which owners, and how long an approved act waits. */
export type Owners = Pick<VaultConfig, "owners" | "threshold" | "timelockSeconds">;

/**
 * What a change of owners does, line by line: threshold, timelock, who comes and who goes. It always ends every session, text and
 * proposal of the vault.
 *
 * @example
 * ```ts
 * const config = decodeVaultConfig(account.data);
 * const lines = describeOwners(config, { ...config, threshold: 2, owners: addresses.map(String) });
 * ```
 */
export function describeOwners(before: Owners, after: Owners, names: Names = {}): readonly Line[] {
  const speaker = createSpeaker(names);
  const lines: Line[] = [];
  const add = (key: string, text: string, level: Line["level"] = "info"): number =>
    lines.push({ key, text, level });
  const [is, was] = [quorumText(after), quorumText(before)];
  const same = is === was;
  const weaker = after.threshold < before.threshold || after.threshold === 1;
  add(
    "threshold",
    same ? `${is}, as before.` : `${is}, instead of ${was.charAt(0).toLowerCase()}${was.slice(1)}.`,
    !same && weaker ? "warning" : "info",
  );
  lines.push(...timelockLines(before, after));
  for (const [i, owner] of after.owners.filter((one) => !before.owners.includes(one)).entries())
    add(`owner.added.${i}`, `New owner: ${speaker.key(owner)}.`, "warning");
  for (const [i, owner] of before.owners.filter((one) => !after.owners.includes(one)).entries())
    add(`owner.removed.${i}`, `No owner any more: ${speaker.key(owner)}.`, "warning");
  for (const [i, owner] of after.owners.filter((one) => before.owners.includes(one)).entries())
    add(`owner.kept.${i}`, `Stays an owner: ${speaker.key(owner)}.`);
  add("ends", "Every session, grant text and open proposal of the vault ends.", "warning");
  return lines;
}

function quorumText({ threshold, owners }: Owners): string {
  if (owners.length === 1 && threshold === 1) return "The only owner decides alone";
  const all = threshold === owners.length ? "All" : `Any ${threshold} of`;
  return threshold === 1
    ? `Each of ${owners.length} owners decides alone`
    : `${all} ${owners.length} owners decide together`;
}

function timelockLines(before: Owners, after: Owners): readonly Line[] {
  const waits = ({ timelockSeconds }: Owners): string =>
    timelockSeconds === 0 ? "at once" : `${durationText(BigInt(timelockSeconds))} later`;
  const lines: Line[] = [];
  const same = before.timelockSeconds === after.timelockSeconds;
  lines.push({
    key: "timelock",
    text: `What they approve takes effect ${waits(after)}${same ? ", as before" : `, instead of ${waits(before)}`}.`,
    level: after.timelockSeconds < before.timelockSeconds ? "warning" : "info",
  });
  if (after.timelockSeconds > 0 && after.owners.length < after.threshold + 2) {
    const text =
      "With so few owners, one of them can cancel his own removal for ever: that takes two owners more than the threshold.";
    lines.push({ key: "timelock.veto", text, level: "warning" });
  }
  return lines;
}
