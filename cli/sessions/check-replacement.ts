import { isDeepStrictEqual } from "node:util";

import type { Rejection } from "../../functions/core/job/rejection.ts";
import { QUOTABLE_FIELDS } from "../../functions/core/session/definition/session-definition.ts";
import { isOver } from "../../functions/core/session/session-rules.ts";
import type { SessionRecord } from "../../functions/core/session/session.ts";
import type { DefinitionInput } from "./check-definition.ts";
import { optionOf } from "./definition-options.ts";

type Problem = Pick<Rejection, "rule" | "value"> & { readonly field?: string };

/** Only a session's state can be replaced, and only while nobody is at work in it: what is said of it must be so already. */
export function replacementProblems(
  before: SessionRecord,
  common: Omit<DefinitionInput, "name">,
  nowMs: number,
): readonly Problem[] {
  const { holder, condition } = before;
  const isHeld = holder !== undefined && !isOver(holder, nowMs);
  const held = isHeld ? [{ rule: `must not be held: container ${holder.owner.container} is at work in it` }] : [];
  const changed = Object.entries(common).filter(
    ([field, value]) => value !== undefined && !isDeepStrictEqual(before[field as keyof SessionRecord], value),
  );
  const retired =
    condition.kind === "retired"
      ? [
          {
            rule: `must not be retired (${condition.reason}): \`npx sublet sessions restore ${before.name}\` comes first`,
          },
        ]
      : [];
  return [
    ...held,
    ...retired,
    ...changed.map(([field, value]) => ({
      field: optionOf(field),
      rule: "must be what is stored, or left out: only the state is replaced",
      ...(QUOTABLE_FIELDS.has(field) && { value: JSON.stringify(value) }),
    })),
  ];
}
