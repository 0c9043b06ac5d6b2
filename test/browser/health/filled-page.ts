/** Runs in the page: takes so much memory, and keeps it. */
export function fill(miB: number): void {
  const kept = ((globalThis as { kept?: Uint8Array[] }).kept ??= []);
  kept.push(new Uint8Array(miB * 1_048_576).fill(1));
}

/** Runs in the page: takes memory up to a limit without ever letting anybody else in, and never answers again. */
export function fillAndHang(miB: number): void {
  const kept: Uint8Array[] = [];
  for (;;) if (kept.length < miB) kept.push(new Uint8Array(1_048_576).fill(1));
}
