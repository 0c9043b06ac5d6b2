/** Time as the pool sees it. Both run in milliseconds; only `wallMs` jumps when the machine's time is set. */
export interface BrowserClock {
  wallMs(): number;
  monotonicMs(): number;
}

export const systemClock: BrowserClock = {
  wallMs: () => Date.now(),
  monotonicMs: () => performance.now(),
};
