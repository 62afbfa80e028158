import {
  ComputeBudgetProgram,
  Keypair,
  SystemProgram,
  TransactionMessage,
  VersionedTransaction,
  type PublicKey,
} from "@solana/web3.js";
import { LocalnetError } from "../errors.js";
import type { Chain } from "./chain.js";
import { errorText } from "./transaction-error.js";

const FAUCET_LAMPORTS = 500_000_000n * 1_000_000_000n;

/** A funded key that gives away SOL by ordinary transactions. */
export interface Faucet {
  /**
   * Sends `lamports` to `to`; returns the signature.
   *
   * @throws LocalnetError `AirdropFailed`, for example when a new account would stay below rent.
   */
  readonly airdrop: (to: PublicKey, lamports: bigint) => string;
}

/** Makes the chain's faucet and funds it. */
export function createFaucet(chain: Chain): Faucet {
  const payer = Keypair.generate();
  const owner = SystemProgram.programId.toBytes();
  const { Account } = chain.engine.module;
  chain.setAccount(
    payer.publicKey,
    new Account(FAUCET_LAMPORTS, new Uint8Array(), owner, false, 0n),
  );
  let count = 0;
  return {
    airdrop: (to, lamports) => {
      // A limit of its own keeps two equal airdrops under one block hash apart.
      count = (count + 1) % 1_000_000;
      const message = new TransactionMessage({
        payerKey: payer.publicKey,
        recentBlockhash: chain.latestBlockhash().blockhash,
        instructions: [
          ComputeBudgetProgram.setComputeUnitLimit({ units: 1_000 + count }),
          SystemProgram.transfer({ fromPubkey: payer.publicKey, toPubkey: to, lamports }),
        ],
      }).compileToV0Message();
      const transaction = new VersionedTransaction(message);
      transaction.sign([payer]);
      const outcome = chain.send(transaction);
      const err = "refused" in outcome ? outcome.refused : outcome.landed.err;
      if ("landed" in outcome && err === null) return outcome.landed.tx.signature;
      throw new LocalnetError(
        "AirdropFailed",
        `The faucet could not send ${lamports.toString()} lamports to ${to.toBase58()}: ` +
          (err === null ? "refused" : errorText(err)),
      );
    },
  };
}
