// The cost of delegate mode: the same transfer as `token-transfer`, out of an account that a wallet keeps.
import { createTransferCheckedInstruction } from "@solana/spl-token";
import type { TransactionInstruction } from "@solana/web3.js";

import { key, ownerToken, tokenRule, vault } from "../support/rules.js";
import { executeInstruction, grant, type Session } from "../support/session.js";
import { approve } from "../support/token-states.js";
import { createTokenAccount } from "../support/token.js";
import type { Scene } from "./scene.js";

/** A session that may move a wallet's tokens, and the execute that moves 1,000 of them. */
export function delegateTransfer(scene: Scene): {
  readonly session: Session;
  readonly instruction: TransactionInstruction;
} {
  const { world } = scene;
  const { svm, mint } = world;
  const wallet = svm.fundedKeypair();
  const kept = createTokenAccount(svm, { mint, owner: wallet.publicKey, amount: 1_000_000n });
  approve(svm, { account: kept, wallet, delegate: world.vault, amount: 500_000n });
  const rule = tokenRule(12, 4, {
    ...{ 0: ownerToken(wallet.publicKey, mint), 1: key(mint) },
    ...{ 2: ownerToken(world.thief.publicKey, mint), 3: vault },
  });
  const session = grant(world, {
    rules: [rule],
    limits: [
      {
        ...{ asset: mint, wallet: wallet.publicKey, total: 500_000n, perExecute: 100_000n },
        perPeriod: { amount: 200_000n, seconds: 86_400 },
      },
    ],
  });
  svm.airdrop(session.key.publicKey);
  const move = createTransferCheckedInstruction(
    ...([kept, mint, world.thiefTokens, world.vault, 1_000n, 6] as const),
  );
  return { session, instruction: executeInstruction(world, session, [move]) };
}
