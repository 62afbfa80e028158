import type { z } from "zod";
import type { Chain } from "../chain/chain.js";
import { invalidParams, RPC_CODES, RpcError } from "./rpc-error.js";

/** A JSON-RPC method: checks raw parameters and answers with a JSON value. */
export type Method = (chain: Chain, params: unknown) => unknown;

/** Methods by name. */
export type Methods = Readonly<Record<string, Method>>;

/**
 * Defines a method by the schema of its parameter list and its work.
 *
 * @example
 * const getSlot = method(z.tuple([readConfig.nullish()]), (chain) => chain.time().slot);
 */
export function method<Schema extends z.ZodType>(
  schema: Schema,
  work: (chain: Chain, params: z.output<Schema>) => unknown,
): Method {
  return (chain, raw) => work(chain, checkParams(schema, raw));
}

/** Checks a parameter list; throws `-32602` naming the first thing wrong. */
export function checkParams<Schema extends z.ZodType>(
  schema: Schema,
  raw: unknown,
): z.output<Schema> {
  const parsed = schema.safeParse(raw ?? []);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const where = issue === undefined || issue.path.length === 0 ? "" : ` at ${issue.path.join(".")}`;
  throw invalidParams(`Invalid params${where}: ${issue?.message ?? "not understood"}`);
}

/** Wraps a value with the slot at which it holds; refuses readers who wait for a later slot. */
export function withContext(
  chain: Chain,
  value: unknown,
  config?: { readonly minContextSlot?: number | null | undefined } | null,
): { context: { slot: number; apiVersion: string }; value: unknown } {
  const { slot } = chain.time();
  requireSlot(slot, config?.minContextSlot);
  return { context: { slot, apiVersion: API_VERSION }, value };
}

/** Refuses when the chain hasn't reached the slot that the caller asks for. */
export function requireSlot(slot: number, wanted: number | null | undefined): void {
  if (wanted === undefined || wanted === null || wanted <= slot) return;
  throw new RpcError(RPC_CODES.minContextSlot, "Minimum context slot has not been reached", {
    contextSlot: slot,
  });
}

/** Version that the node reports: LiteSVM's, marked as such. */
export const API_VERSION = "1.5.0-litesvm";
