import type { z } from "zod";

import type { LocalBackends } from "../emulators/backends.ts";
import type { EventSource } from "../events/event-source.ts";
import type { ResourceValues } from "../intrinsics/scope.ts";
import type { FunctionDefinition } from "../runtime/function-definition.ts";
import { UnsupportedTemplate, type TemplatePlace } from "../unsupported.ts";

/** What the stacks build up while their resources are created one after the other. */
export interface Deployment {
  readonly region: string;
  readonly account: string;
  readonly backends: LocalBackends;
  /** Absolute path of an asset of the stack in hand, by its S3 key. */
  readonly asset: (key: string, place: TemplatePlace) => string;
  /** Variables that functions default to a path below /opt, with that path. */
  readonly optPaths: Readonly<Record<string, string>>;
  /** Layers' folders by ARN. */
  readonly layers: Map<string, string>;
  readonly functions: Map<string, FunctionDefinition>;
  /** What the functions' event source mappings read, in the order of the template. */
  readonly eventSources: EventSource[];
}

/** Where a resource is created, and the name it gets when the template gives none. */
export interface ResourceIdentity {
  readonly place: Required<Pick<TemplatePlace, "stack" | "logicalId" | "type">>;
  /** CloudFormation's kind of name, without its random end: `Stack-LogicalId`, cut to `maxLength`. */
  readonly generatedName: (maxLength: number) => string;
}

/** How the local stack treats one type of resource: every property is honoured, ignored with a reason, or refused. */
export interface ResourceKind<Properties = unknown> {
  readonly type: string;
  /** What stands in for it here, for docs/local.md. */
  readonly standsIn: string;
  /** The properties that are honoured; a strict object, so that what isn't named is unknown. */
  readonly honours: z.ZodType<Properties>;
  /** Property name → why the local run does without it. Not resolved and not looked into. */
  readonly ignores: Readonly<Record<string, string>>;
  /** Property name → why it can't be left out, and what to do. */
  readonly refuses: Readonly<Record<string, string>>;
  /** None of its properties matters here: they aren't resolved and not looked into. */
  readonly unenforced?: true;
  create(properties: Properties, identity: ResourceIdentity, deployment: Deployment): Promise<ResourceValues>;
}

/** Types a resource kind by its schema. */
export function defineResource<Schema extends z.ZodType>(
  kind: Omit<ResourceKind<z.output<Schema>>, "honours"> & { readonly honours: Schema },
): ResourceKind {
  return kind;
}

/** The properties without the ignored ones. Throws `UnsupportedTemplate` for a refused one. */
export function withoutIgnored(
  kind: ResourceKind,
  properties: Readonly<Record<string, unknown>>,
  place: TemplatePlace,
): Record<string, unknown> {
  const honoured: Record<string, unknown> = {};
  if (kind.unenforced) return honoured;
  for (const [property, value] of Object.entries(properties)) {
    const refusal = kind.refuses[property];
    if (refusal !== undefined) throw new UnsupportedTemplate({ ...place, property }, "is refused", refusal);
    if (!(property in kind.ignores)) honoured[property] = value;
  }
  return honoured;
}

/** Parses resolved properties. Throws `UnsupportedTemplate` that names the first property that isn't understood. */
export function parseProperties(kind: ResourceKind, resolved: unknown, place: TemplatePlace): unknown {
  const parsed = kind.honours.safeParse(resolved);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const unknown = issue?.code === "unrecognized_keys" ? issue.keys[0] : undefined;
  const path = [...(issue?.path ?? []), ...(unknown === undefined ? [] : [unknown])].map(String);
  const what = unknown === undefined ? (issue?.message ?? "is not understood") : "is not known to the local stack";
  const file = `the file of ${kind.type} in local/resources/`;
  const whatToDo = `Honour it in ${file}, list it there as ignored with the reason, or leave it out of the stack.`;
  throw new UnsupportedTemplate({ ...place, property: path.join(".") }, what, whatToDo);
}
