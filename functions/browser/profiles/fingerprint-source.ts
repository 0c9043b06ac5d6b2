import type { Fingerprint, FingerprintGenerator } from "fingerprint-generator";

/** Chrome before it froze its user agent (2023) had other fingerprints. */
const OLDEST_CHROME = 120;

let loading: Promise<FingerprintGenerator> | undefined;

/** A desktop Chrome's fingerprint. The same `random` gives the same one. */
export async function desktopFingerprint(random: () => number): Promise<Fingerprint> {
  const generator = await (loading ??= load());
  return withRandomness(random, () => generator.getFingerprint().fingerprint);
}

/** Loaded on first use: its networks cost some 250 ms and 60 MB (measured), which other profiles don't need. */
async function load(): Promise<FingerprintGenerator> {
  const { FingerprintGenerator: Generator } = await import("fingerprint-generator");
  return new Generator({
    browsers: [{ name: "chrome", minVersion: OLDEST_CHROME }],
    devices: ["desktop"],
    operatingSystems: ["windows", "macos", "linux"],
  });
}

/** The library draws from Math.random only. It runs to its end in one go, so nobody else sees the exchange. */
function withRandomness<T>(random: () => number, run: () => T): T {
  const original = Math.random;
  Math.random = random;
  try {
    return run();
  } finally {
    Math.random = original;
  }
}
