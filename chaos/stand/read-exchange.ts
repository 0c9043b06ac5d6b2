import { ATTRIBUTE } from "../../functions/store/lease-item.ts";
import type { Exchange } from "../aws-proxy/aws-proxy.ts";
import type { LeaseWrite } from "../history.ts";

type Values = Readonly<Record<string, { readonly S?: string; readonly N?: string } | undefined>>;

interface Update {
  readonly Key?: Values;
  readonly UpdateExpression?: string;
  readonly ConditionExpression?: string;
  readonly ExpressionAttributeNames?: Readonly<Record<string, string>>;
  readonly ExpressionAttributeValues?: Values;
}

const JOB_KEY = "job#";

/** A lease's write that the table accepted; undefined for everything else. Reads requests, and nothing of the store's own code. */
export function leaseWriteOf(exchange: Exchange): LeaseWrite | undefined {
  return exchange.status === 200 ? writeOf(exchange) : undefined;
}

/** A lease's write that the table refused: whoever gets this answer knows that the job is another's. */
export function refusedWriteOf(exchange: Exchange): LeaseWrite | undefined {
  const type = (exchange.output as { readonly __type?: string } | undefined)?.__type ?? "";
  return exchange.status === 400 && type.endsWith("ConditionalCheckFailedException") ? writeOf(exchange) : undefined;
}

function writeOf({ service, operation, input, output, endedAtMs }: Exchange): LeaseWrite | undefined {
  if (service !== "dynamodb" || operation !== "UpdateItem") return undefined;
  const update = input as Update;
  const key = update.Key?.[ATTRIBUTE.pk]?.S;
  if (key === undefined || !key.startsWith(JOB_KEY)) return undefined;
  const assigned = comparisons(update, update.UpdateExpression);
  const demanded = comparisons(update, update.ConditionExpression);
  const kind = kindOf(assigned);
  const given = (output as { readonly Attributes?: Values } | undefined)?.Attributes;
  const sequence = assigned[ATTRIBUTE.checkpointSequence]?.N;
  const expiresAtMs = assigned[ATTRIBUTE.expiresAtMs]?.N;
  return {
    job: key.slice(JOB_KEY.length),
    kind,
    fence: Number((kind === "take" ? given : demanded)?.[ATTRIBUTE.fence]?.N),
    container: (kind === "take" ? assigned : demanded)[ATTRIBUTE.container]?.S ?? "",
    atMs: endedAtMs,
    ...(sequence === undefined ? {} : { sequence: Number(sequence) }),
    ...(expiresAtMs === undefined ? {} : { expiresAtMs: Number(expiresAtMs) }),
    text: JSON.stringify(input),
  };
}

function kindOf(assigned: Values): LeaseWrite["kind"] {
  if (assigned[ATTRIBUTE.takenBy] !== undefined) return "take";
  const state = assigned[ATTRIBUTE.leaseState]?.S;
  if (state === "released") return "release";
  if (state === "finished") return "finish";
  if (assigned[ATTRIBUTE.checkpointSequence] !== undefined) return "checkpoint";
  return assigned[ATTRIBUTE.expiresAtMs] === undefined ? "note" : "renew";
}

/** What an expression sets, or demands, attribute by attribute; only plain `#name = :value`. */
function comparisons(update: Update, expression = ""): Values {
  const pairs = [...expression.matchAll(/(#\w+) = (:\w+)/gu)].map(([, name = "", value = ""]) => [
    update.ExpressionAttributeNames?.[name] ?? name,
    update.ExpressionAttributeValues?.[value],
  ]);
  return Object.fromEntries(pairs) as Values;
}
