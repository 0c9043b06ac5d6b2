import { references } from "../intrinsics/references.ts";
import { UnsupportedTemplate } from "../unsupported.ts";

/** A resource as far as the order of creation looks at it: the values that will be resolved, and its `DependsOn`. */
export interface Dependent {
  readonly logicalId: string;
  readonly properties: unknown;
  readonly dependsOn: readonly string[];
}

/** Orders resources so that each comes after those that it refers to. Throws `UnsupportedTemplate` for a cycle. */
export function inCreationOrder<Resource extends Dependent>(stack: string, resources: readonly Resource[]): Resource[] {
  const byId = new Map(resources.map((resource) => [resource.logicalId, resource]));
  const order = new Set<Resource>();
  const visit = (resource: Resource, path: readonly string[]) => {
    if (order.has(resource)) return;
    const { logicalId } = resource;
    if (path.includes(logicalId)) {
      const cycle = [...path.slice(path.indexOf(logicalId)), logicalId].join(" → ");
      throw new UnsupportedTemplate(
        { stack, logicalId },
        `refers to itself: ${cycle}`,
        "Break the cycle in the stack.",
      );
    }
    for (const id of new Set([...references(resource.properties), ...resource.dependsOn])) {
      const other = byId.get(id);
      if (other) visit(other, [...path, logicalId]);
    }
    order.add(resource);
  };
  for (const resource of resources) visit(resource, []);
  return [...order];
}
