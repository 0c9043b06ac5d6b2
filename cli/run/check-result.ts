import { GetObjectCommand } from "@aws-sdk/client-s3";

import type { JobResult } from "../../functions/core/job/job-result.ts";
import type { Target } from "../target/target.ts";
import { differences, type Difference } from "./expectation.ts";
import type { JobLine } from "./job-lines.ts";

export type Verdict =
  | { readonly kind: "ok" }
  | { readonly kind: "mismatch"; readonly differences: readonly Difference[] }
  | { readonly kind: "missing" };

/** Compares one job's result with what its line expects. Reads the expected output, or a large found one, where it lies. */
export async function checkResult(line: JobLine, result: JobResult | undefined, target: Target): Promise<Verdict> {
  if (!result) return { kind: "missing" };
  const { expect } = line;
  if (result.kind !== expect.kind) {
    const why = result.error ?? result.rejections;
    const found = why === undefined ? result.kind : { kind: result.kind, why };
    return { kind: "mismatch", differences: [{ at: "(kind)", expected: expect.kind, found }] };
  }
  const found = await outputOf(result, target);
  const fromUrl = expect.outputFrom === undefined ? undefined : await expectedFrom(expect.outputFrom);
  const all = [expect.output, fromUrl].flatMap((expected) =>
    expected === undefined ? [] : differences(expected, found),
  );
  return all.length === 0 ? { kind: "ok" } : { kind: "mismatch", differences: all };
}

async function outputOf({ output, outputArtifact }: JobResult, target: Target): Promise<unknown> {
  if (outputArtifact === undefined) return output;
  const [, Bucket, Key] = /^s3:\/\/([^/]+)\/(.+)$/u.exec(outputArtifact.uri) ?? [];
  const { Body } = await target.s3.send(new GetObjectCommand({ Bucket, Key }));
  return JSON.parse((await Body?.transformToString()) ?? "null");
}

async function expectedFrom(url: string): Promise<unknown> {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`the expected output can't be read: ${url} answers ${response.status}`);
  return await response.json();
}
