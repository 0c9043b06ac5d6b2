import { readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { z } from "zod";

import { UnsupportedTemplate } from "../unsupported.ts";
import type { AssemblyStack, Template } from "./template.ts";

const artifactSchema = z.object({
  type: z.string(),
  environment: z.string().optional(),
  properties: z.record(z.string(), z.unknown()).optional(),
  dependencies: z.array(z.string()).optional(),
});
type Artifact = z.output<typeof artifactSchema>;

const manifestSchema = z.object({ artifacts: z.record(z.string(), artifactSchema) });

const assetsSchema = z.object({
  files: z
    .record(
      z.string(),
      z.object({
        source: z.object({ path: z.string().optional() }),
        destinations: z.record(z.string(), z.object({ objectKey: z.string() })),
      }),
    )
    .default({}),
});

/** Artifacts that carry nothing to run. */
const IGNORED_ARTIFACTS = new Set(["cdk:tree", "cdk:feature-flag-report", "cdk:asset-manifest", "none"]);

/**
 * Reads a cloud assembly, the folder that `cdk synth` writes and `cdk deploy` sends. Stacks come in the order that they
 * would be deployed in. Throws `UnsupportedTemplate` for stages, whose nested assemblies aren't read.
 */
export async function readAssembly(assemblyDirectory: string): Promise<AssemblyStack[]> {
  const manifest = manifestSchema.parse(await readJson(assemblyDirectory, "manifest.json"));
  const stacks: AssemblyStack[] = [];
  for (const id of inDeployOrder(manifest.artifacts)) {
    const artifact = manifest.artifacts[id];
    if (artifact === undefined || IGNORED_ARTIFACTS.has(artifact.type)) continue;
    if (artifact.type !== "aws:cloudformation:stack") {
      const place = { stack: id, logicalId: "(assembly)", type: artifact.type };
      throw new UnsupportedTemplate(place, "is not interpreted", "Only stacks right below the app run locally.");
    }
    stacks.push(await readStack(assemblyDirectory, id, artifact, manifest.artifacts));
  }
  if (stacks.length === 0) throw new Error(`${assemblyDirectory} holds no stack. Run \`npx cdk synth\` first.`);
  return stacks;
}

async function readStack(
  directory: string,
  id: string,
  artifact: Artifact,
  artifacts: Readonly<Record<string, Artifact>>,
): Promise<AssemblyStack> {
  const templateFile = String(artifact.properties?.["templateFile"]);
  const stackName = artifact.properties?.["stackName"];
  const assets = new Map<string, string>();
  for (const dependency of artifact.dependencies ?? []) {
    const other = artifacts[dependency];
    if (other?.type !== "cdk:asset-manifest") continue;
    const { files } = assetsSchema.parse(await readJson(directory, String(other.properties?.["file"])));
    for (const { source, destinations } of Object.values(files)) {
      if (source.path === undefined) continue;
      for (const { objectKey } of Object.values(destinations)) assets.set(objectKey, resolve(directory, source.path));
    }
  }
  return {
    name: typeof stackName === "string" ? stackName : id,
    region: regionOf(artifact.environment),
    template: (await readJson(directory, templateFile)) as Template,
    assets,
  };
}

/** `aws://account/region`; a stack without a region of its own says `unknown-region`. */
function regionOf(environment: string | undefined): string | undefined {
  const region = environment?.split("/").at(-1);
  return region === "unknown-region" ? undefined : region;
}

function inDeployOrder(artifacts: Readonly<Record<string, Artifact>>): string[] {
  const order = new Set<string>();
  const visit = (id: string) => {
    if (order.has(id)) return;
    for (const dependency of artifacts[id]?.dependencies ?? []) visit(dependency);
    order.add(id);
  };
  for (const id of Object.keys(artifacts).toSorted()) visit(id);
  return [...order];
}

async function readJson(directory: string, file: string): Promise<unknown> {
  const path = join(directory, file);
  try {
    return JSON.parse(await readFile(path, "utf8"));
  } catch (cause) {
    throw new Error(`Can't read ${path}. Is it a cloud assembly? Run \`npx cdk synth\` first.`, { cause });
  }
}
