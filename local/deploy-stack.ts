import { createHash } from "node:crypto";

import { inCreationOrder } from "./assembly/creation-order.ts";
import type { AssemblyStack, TemplateResource } from "./assembly/template.ts";
import { conditionHolds, resolveValue } from "./intrinsics/resolve.ts";
import type { ResourceValues, Scope } from "./intrinsics/scope.ts";
import {
  parseProperties,
  withoutIgnored,
  type Deployment,
  type ResourceIdentity,
  type ResourceKind,
} from "./resources/contract.ts";
import { RESOURCE_KINDS } from "./resources/resource-kinds.ts";
import { UnsupportedTemplate, type TemplatePlace } from "./unsupported.ts";

/** What the stacks share: exports go into `exports` as each stack ends. */
export type SharedDeployment = Omit<Deployment, "asset"> & { readonly exports: Map<string, string> };

interface Planned {
  readonly logicalId: string;
  readonly kind: ResourceKind;
  readonly properties: Readonly<Record<string, unknown>>;
  readonly dependsOn: readonly string[];
  readonly identity: ResourceIdentity;
}

/**
 * Creates a stack's resources, each after those that it refers to, and answers the stack's outputs.
 * Throws `UnsupportedTemplate` for whatever it doesn't know; unknown types before anything is created.
 */
export async function deployStack(stack: AssemblyStack, shared: SharedDeployment): Promise<Record<string, string>> {
  const resources = new Map<string, ResourceValues>();
  const scope: Scope = {
    stack: stack.name,
    region: shared.region,
    account: shared.account,
    template: stack.template,
    resources,
    exports: shared.exports,
  };
  refuseSections(stack);
  const planned = Object.entries(stack.template.Resources ?? {})
    .filter(([logicalId, { Condition }]) => holds(Condition, logicalId, scope))
    .map(([logicalId, resource]) => plan(stack.name, logicalId, resource));
  const deployment: Deployment = { ...shared, asset: (key, place) => assetPath(stack, key, place) };
  for (const { logicalId, kind, properties, identity } of inCreationOrder(stack.name, planned)) {
    const resolved = resolveValue(properties, scope, identity.place);
    const parsed = parseProperties(kind, resolved, identity.place);
    resources.set(logicalId, await kind.create(parsed, identity, deployment));
  }
  return outputsOf(stack, scope, shared.exports);
}

function plan(stack: string, logicalId: string, resource: TemplateResource): Planned {
  const place = { stack, logicalId, type: resource.Type };
  const kind = RESOURCE_KINDS.find(({ type }) => type === resource.Type);
  if (!kind) {
    const whatToDo = "Add a file for it to local/resources/, or keep the resource out of the stacks that run locally.";
    throw new UnsupportedTemplate(place, "this type of resource is not known to the local stack", whatToDo);
  }
  const { DependsOn } = resource;
  return {
    logicalId,
    kind,
    properties: withoutIgnored(kind, resource.Properties ?? {}, place),
    dependsOn: typeof DependsOn === "string" ? [DependsOn] : (DependsOn ?? []),
    identity: { place, generatedName: (maxLength) => generatedName(stack, logicalId, maxLength) },
  };
}

function outputsOf(stack: AssemblyStack, scope: Scope, exports: Map<string, string>): Record<string, string> {
  const outputs: Record<string, string> = {};
  for (const [logicalId, output] of Object.entries(stack.template.Outputs ?? {})) {
    if (!holds(output.Condition, logicalId, scope)) continue;
    const place = { stack: stack.name, logicalId, type: "Output" };
    const value = String(resolveValue(output.Value, scope, place));
    outputs[logicalId] = value;
    if (output.Export) exports.set(String(resolveValue(output.Export.Name, scope, place)), value);
  }
  return outputs;
}

function holds(condition: string | undefined, logicalId: string, scope: Scope): boolean {
  return condition === undefined || conditionHolds(condition, scope, { stack: scope.stack, logicalId });
}

function refuseSections({ name, template }: AssemblyStack): void {
  for (const section of ["Mappings", "Transform"] as const) {
    if (template[section] === undefined) continue;
    const place = { stack: name, logicalId: `(${section})` };
    throw new UnsupportedTemplate(place, "this section is not interpreted", "Write the values without it.");
  }
}

function assetPath(stack: AssemblyStack, key: string, place: TemplatePlace): string {
  const path = stack.assets.get(key);
  if (path !== undefined) return path;
  throw new UnsupportedTemplate(place, `asset ${key} is not in the assembly`, "Synthesize the stacks again.");
}

/** Like CloudFormation's names, but the same in each run: a hash stands where its random end would. */
function generatedName(stack: string, logicalId: string, maxLength: number): string {
  const full = `${stack}-${logicalId}`;
  if (full.length <= maxLength) return full;
  const hash = createHash("sha256").update(full).digest("hex").slice(0, 8);
  return `${full.slice(0, maxLength - 9)}-${hash}`;
}
