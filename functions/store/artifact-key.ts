import { ArtifactRefused } from "../core/job/store-failures.ts";
import { boundedValue } from "../core/job/rejection.ts";

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
  return `jobs/${keySafe(jobId)}/${name}`;
}

function isArtifactName(name: string): boolean {
  return (
    name.length <= ARTIFACT_LIMITS.nameMaxCharacters &&
    /^[A-Za-z0-9._/-]+$/u.test(name) &&
    name.split("/").every((part) => part !== "" && part !== "." && part !== "..")
  );
}

/**
 * An id in characters that are safe in a key, a URL and a file name: every other byte as '!' and two hex digits, so that
 * different ids never meet. A leading dot counts as unsafe: '.' and '..' would be folded away by whoever reads a path.
 * Source: S3 user guide, naming objects, safe characters.
 */
function keySafe(id: string): string {
  return [...Buffer.from(id)]
    .map((byte, index) => {
      const character = String.fromCodePoint(byte);
      const safe = index === 0 ? /^[A-Za-z0-9_-]$/u : /^[A-Za-z0-9._-]$/u;
      return safe.test(character) ? character : `!${byte.toString(16).padStart(2, "0").toUpperCase()}`;
    })
    .join("");
}
