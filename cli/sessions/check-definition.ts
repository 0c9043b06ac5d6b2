import type { z } from "zod";

import type { Rejection } from "../../functions/core/job/rejection.ts";
import { guardedRejections } from "../../functions/core/session/definition/guarded-rejections.ts";
import {
  QUOTABLE_FIELDS,
  sessionDefinitionSchema,
  toDefinition,
} from "../../functions/core/session/definition/session-definition.ts";
import type { SessionDefinition, SessionLogin } from "../../functions/core/session/session.ts";

/** A session as its owner writes it. */
export type DefinitionInput = z.input<typeof sessionDefinitionSchema>;

/** The logins that there are, and the schemas of their inputs. */
export type Logins = ReadonlyMap<string, { readonly input: z.ZodType }>;

export type CheckedDefinition =
  | { readonly kind: "valid"; readonly definition: SessionDefinition }
  /** Quotes no value that may be a secret. */
  | { readonly kind: "invalid"; readonly problems: readonly Rejection[] };

/** Checks a definition, its login included, by the rules that a container reads it by. */
export function checkDefinition(input: unknown, logins: Logins): CheckedDefinition {
  const parsed = sessionDefinitionSchema.safeParse(input);
  // By itself, so that a mistake elsewhere doesn't hide one in the login.
  const login = sessionDefinitionSchema.shape.login.safeParse(loginIn(input));
  const problems = [
    ...(parsed.success ? [] : guardedRejections(parsed.error, input, QUOTABLE_FIELDS)),
    ...(login.data === undefined ? [] : loginProblems(login.data, logins)),
  ];
  if (!parsed.success || problems.length > 0) return { kind: "invalid", problems };
  return { kind: "valid", definition: toDefinition(parsed.data) };
}

function loginIn(input: unknown): unknown {
  return typeof input === "object" && input !== null && "login" in input ? input.login : undefined;
}

const NOTHING: ReadonlySet<string> = new Set();

/** A login's input is its own matter, and a misplaced password may stand anywhere in it. */
function loginProblems({ strategy, input }: SessionLogin, logins: Logins): readonly Rejection[] {
  const login = logins.get(strategy);
  if (login === undefined) {
    const rule = `must be the name of a login: ${[...logins.keys()].join(", ")}`;
    return [{ field: "login.strategy", rule, value: JSON.stringify(strategy) }];
  }
  const parsed = login.input.safeParse(input);
  return parsed.success ? [] : guardedRejections(parsed.error, input, NOTHING, ["login", "input"]);
}
