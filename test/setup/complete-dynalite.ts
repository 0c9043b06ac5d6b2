import { createRequire } from "node:module";

interface Failure {
  readonly body: Record<string, unknown>;
}
type CheckConditional = (request: Record<string, unknown>, existing: unknown) => Failure | null | undefined;

const load = createRequire(import.meta.url);

/**
 * Teaches dynalite 4.0.0 `ReturnValuesOnConditionCheckFailure: ALL_OLD`, which DynamoDB has and it ignores: the stored
 * record comes along with the refusal. Tests of dynalite as it is leave the parameter out of the request.
 */
export function completeDynalite(): void {
  const database = load("dynalite/db") as { checkConditional: CheckConditional & { complete?: true } };
  if (database.checkConditional.complete) return;
  const original = database.checkConditional;
  const complete: CheckConditional = (request, existing) => {
    const failure = original(request, existing);
    if (failure && existing && request["ReturnValuesOnConditionCheckFailure"] === "ALL_OLD") {
      failure.body["Item"] = existing;
    }
    return failure;
  };
  database.checkConditional = Object.assign(complete, { complete: true as const });
  for (const operation of ["updateItem", "putItem"]) {
    const validation = load(`dynalite/validations/${operation}`) as { types: Record<string, unknown> };
    validation.types["ReturnValuesOnConditionCheckFailure"] = { type: "String", enum: ["ALL_OLD", "NONE"] };
  }
}
