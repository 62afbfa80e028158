// Names that examples in doc comments use without saying where they come from.
import type {
  AddressLookupTableAccount,
  Connection as Web3Connection,
  Keypair,
  MessageV0,
  PublicKey as Web3PublicKey,
  TransactionInstruction,
  VersionedTransaction,
} from "@solana/web3.js";
import type {
  IdlLike,
  Owner,
  Proposal,
  Rule,
  Session,
  SessionAccount,
  SessionKey,
  Terms,
} from "@valetkey/sdk";
import type { Line } from "@valetkey/sdk/grant";
import type {
  AccountView,
  PlanAccount,
  PlanData,
  PlanInner,
  SessionLimit,
  TermsData,
} from "@valetkey/sdk/layers";
import type { Localnet } from "@valetkey/localnet";

declare global {
  const Connection: typeof Web3Connection;
  const PublicKey: typeof Web3PublicKey;

  /** The network, and who takes part. */
  const connection: Web3Connection;
  const localnet: Localnet;
  const wallet: Keypair;
  const owner: Owner;
  const session: Session;
  const proposal: Proposal;
  const key: SessionKey;
  const password: string;
  const seedFromMySecretManager: Uint8Array;

  /** Addresses. */
  const programId: Web3PublicKey;
  const address: Web3PublicKey;
  const config: Web3PublicKey;
  const base: Web3PublicKey;
  const alice: Web3PublicKey;
  const bob: Web3PublicKey;
  const payer: Web3PublicKey;
  const authority: Web3PublicKey;
  const sessionKey: Web3PublicKey;
  const mint: Web3PublicKey;
  const gold: Web3PublicKey;
  const usdc: Web3PublicKey;
  const shop: Web3PublicKey;
  const player: Web3PublicKey;
  const addresses: readonly Web3PublicKey[];

  /** What an owner approves. */
  const idl: IdlLike;
  const arena: { readonly idl: IdlLike };
  const rules: readonly Rule[];
  const myTerms: Terms;
  const termsData: TermsData;

  /** Instructions, plans, transactions. */
  const strike: TransactionInstruction;
  const loot: TransactionInstruction;
  const swap: TransactionInstruction;
  const instructions: readonly TransactionInstruction[];
  const inner: PlanInner;
  const plan: PlanData;
  const accounts: readonly PlanAccount[];
  const view: AccountView;
  const message: MessageV0;
  const transaction: VersionedTransaction;
  const blockhash: string;
  const tables: readonly AddressLookupTableAccount[];
  const table: AddressLookupTableAccount;

  /** What the chain answers. */
  const account: { readonly owner: Web3PublicKey; readonly data: Uint8Array };
  const sessionAccount: SessionAccount;
  const limitNow: SessionLimit;
  const bytes: Uint8Array;
  const logs: readonly string[];
  const error: unknown;
  const now: bigint;
  const epoch: bigint;
  const slot: bigint;

  /** The app's own. */
  function show(text: string, level: Line["level"]): void;
}
