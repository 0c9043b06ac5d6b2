import type { ArtifactReference } from "./job-result.ts";

/** Where a job's files go. */
export interface ArtifactStore {
  /**
   * Writes one file under the job's own prefix; S3 verifies the SHA-256 on upload. The same name written twice keeps
   * the last. One request. Throws `ArtifactRefused` for a name, type or size outside the limits, before any request, and
   * `StoreUnavailable` after the SDK's retries.
   * @param name relative path of letters, digits, '.', '_', '-' and '/', at most 200 characters, without '.', '..' or an empty part
   * @param contentType media type, such as `image/png`
   * @param body at most 64 MiB
   */
  put(jobId: string, name: string, contentType: string, body: Uint8Array): Promise<ArtifactReference>;
}
