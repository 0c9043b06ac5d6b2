import { ArtifactRefused } from "../core/job/store-failures.ts";
import { boundedValue } from "../core/job/rejection.ts";
import { ARTIFACTS_BUCKET } from "./artifacts-bucket.ts";
import { keySafe } from "./key-safe.ts";

export const ARTIFACT_LIMITS = {
  nameMaxCharacters: 200,
  bodyMaxBytes: 64 * 1024 * 1024,
} as const;

const NAME_RULE =
  "must be a relative path of letters, digits, '.', '_', '-' and '/', at most 200 characters, without '.', '..' or an empty part";

/** `jobs/<id>/<name>`. Throws `ArtifactRefused` for an id or name outside the limits. */
export function artifactKey(jobId: string, name: string): string {
  if (jobId === "") throw new ArtifactRefused("jobId", "must not be empty", '""');
  if (!isArtifactName(name)) throw new ArtifactRefused("name", NAME_RULE, boundedValue(name) ?? "");
  return `${ARTIFACTS_BUCKET.artifactPrefix}${keySafe(jobId)}/${name}`;
}

function isArtifactName(name: string): boolean {
  return (
    name.length <= ARTIFACT_LIMITS.nameMaxCharacters &&
    /^[A-Za-z0-9._/-]+$/u.test(name) &&
    name.split("/").every((part) => part !== "" && part !== "." && part !== "..")
  );
}
