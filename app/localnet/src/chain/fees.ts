import {
  BPF_LOADER_DEPRECATED_PROGRAM_ID,
  ComputeBudgetProgram,
  Ed25519Program,
  PublicKey,
  Secp256k1Program,
  SystemProgram,
  VoteProgram,
  type VersionedMessage,
} from "@solana/web3.js";

const LAMPORTS_PER_SIGNATURE = 5000n;
const SECP256R1 = new PublicKey("Secp256r1SigVerify1111111111111111111111111");
const PRECOMPILES = new Set([Ed25519Program, Secp256k1Program].map((p) => p.programId.toBase58()));
PRECOMPILES.add(SECP256R1.toBase58());
const BUILTINS = new Set(
  [
    SystemProgram.programId,
    ComputeBudgetProgram.programId,
    VoteProgram.programId,
    new PublicKey("BPFLoader2111111111111111111111111111111111"),
    BPF_LOADER_DEPRECATED_PROGRAM_ID,
    new PublicKey("BPFLoaderUpgradeab1e11111111111111111111111"),
    new PublicKey("LoaderV411111111111111111111111111111111111"),
    Ed25519Program.programId,
    Secp256k1Program.programId,
  ].map(String),
);

/** Lamports that a transaction with this message costs: signatures and priority. */
export function messageFee(message: VersionedMessage): bigint {
  let signatures = BigInt(message.header.numRequiredSignatures);
  let price = 0n;
  let limit: number | undefined;
  let defaultLimit = 0;
  for (const ix of message.compiledInstructions) {
    const program = message.staticAccountKeys[ix.programIdIndex]?.toBase58() ?? "";
    defaultLimit += BUILTINS.has(program) ? 3_000 : 200_000;
    if (PRECOMPILES.has(program)) signatures += BigInt(ix.data[0] ?? 0);
    if (program !== ComputeBudgetProgram.programId.toBase58()) continue;
    const data = Buffer.from(ix.data);
    if (data[0] === 2 && data.length >= 5) limit = data.readUInt32LE(1);
    if (data[0] === 3 && data.length >= 9) price = data.readBigUInt64LE(1);
  }
  const units = BigInt(Math.min(limit ?? defaultLimit, 1_400_000));
  return signatures * LAMPORTS_PER_SIGNATURE + (price * units + 999_999n) / 1_000_000n;
}
