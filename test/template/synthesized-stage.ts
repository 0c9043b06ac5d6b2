import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { App } from "aws-cdk-lib";
import { Template } from "aws-cdk-lib/assertions";
import { afterAll } from "vitest";

import { buildApp, type SubletApp } from "../../infra/build-app.ts";
import type { FleetAssets } from "../../infra/sublet-fleet-stack.ts";
import { stageNamed } from "../../infra/stages.ts";

export const ROOT = join(import.meta.dirname, "../..");

/** Assets and assemblies of one test file; gone when it ends. */
const temporary = mkdtempSync(join(tmpdir(), "sublet-template-"));
afterAll(() => {
  rmSync(temporary, { recursive: true, force: true });
});

export interface Resource {
  readonly Type: string;
  readonly Properties: Readonly<Record<string, unknown>>;
  readonly DeletionPolicy?: string;
  readonly UpdateReplacePolicy?: string;
}

export type NamedResource = readonly [logicalId: string, resource: Resource];

export interface SynthesizedStage extends SubletApp {
  readonly templates: { readonly state: Template; readonly fleet: Template };
  /** Logical id to resource, of both stacks. */
  readonly resources: ReadonlyMap<string, Resource>;
}

/** Declares a stage as `cdk synth` does, with folders of one small file in place of the built ones. */
export function declareStage(stageName: string): SubletApp {
  return buildApp(newApp(), stageName, stageNamed(stageName), tinyAssets());
}

/** Synthesizes a stage; for tests of its template. */
export function synthesizeStage(stageName: string): SynthesizedStage {
  const declared = declareStage(stageName);
  const templates = { state: Template.fromStack(declared.state), fleet: Template.fromStack(declared.fleet) };
  const resources = new Map<string, Resource>();
  for (const template of Object.values(templates)) {
    for (const [id, resource] of Object.entries<Resource>(template.toJSON()["Resources"])) resources.set(id, resource);
  }
  return { ...declared, templates, resources };
}

/** Resources of one type, at least one, with their logical ids. */
export function ofType(stage: SynthesizedStage, type: string): [NamedResource, ...NamedResource[]] {
  const [first, ...rest] = [...stage.resources].filter(([, resource]) => resource.Type === type);
  if (!first) throw new Error(`the templates have no ${type}`);
  return [first, ...rest];
}

/** The one resource of a type whose logical id begins so. */
export function only(stage: SynthesizedStage, type: string, prefix: string): NamedResource {
  const [found, ...others] = ofType(stage, type).filter(([id]) => id.startsWith(prefix));
  if (!found || others.length > 0) throw new Error(`the templates have not one ${type} ${prefix}…`);
  return found;
}

/** The key that sessions are sealed under. */
export function keyOf(stage: SynthesizedStage): NamedResource {
  return only(stage, "AWS::KMS::Key", "SessionKey");
}

/** An app with the context that cdk.json gives. */
export function newApp(): App {
  const { context } = JSON.parse(readFileSync(join(ROOT, "cdk.json"), "utf8")) as { context: Record<string, unknown> };
  return new App({ context, outdir: mkdtempSync(join(temporary, "cdk.out-")) });
}

function tinyAssets(): FleetAssets {
  const root = mkdtempSync(join(temporary, "assets-"));
  const assets = { worker: join(root, "worker"), layer: join(root, "layer") };
  for (const directory of Object.values(assets)) {
    mkdirSync(directory);
    writeFileSync(join(directory, "file"), "");
  }
  return assets;
}
