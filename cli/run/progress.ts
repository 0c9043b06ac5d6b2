import { Presets, SingleBar } from "cli-progress";
import pc from "picocolors";

/** How a run shows how far it is: a bar on a terminal, plain lines elsewhere. Always on standard error. */
export interface Progress {
  /** One more job has ended. */
  advance(): void;
  stop(): void;
}

const LINE_INTERVAL_MS = 5_000;

export function startProgress(total: number, terminal: boolean): Progress {
  return terminal ? barProgress(total) : lineProgress(total);
}

function barProgress(total: number): Progress {
  const bar = new SingleBar(
    {
      format: `${pc.cyan("{bar}")} {value}/{total} jobs, {rate}, {left}`,
      hideCursor: true,
      stream: process.stderr,
    },
    Presets.shades_classic,
  );
  const pace = startPace(total);
  bar.start(total, 0, pace.read());
  // A second without a result still moves the estimate.
  const timer = setInterval(() => bar.update(pace.read()), 1_000);
  return {
    advance: () => {
      pace.advance();
      bar.increment(1, pace.read());
    },
    stop: () => {
      clearInterval(timer);
      bar.stop();
    },
  };
}

function lineProgress(total: number): Progress {
  const pace = startPace(total);
  const say = () => {
    const { rate, left } = pace.read();
    console.error(`${pace.done()}/${total} jobs, ${rate}, ${left}`);
  };
  const timer = setInterval(say, LINE_INTERVAL_MS);
  return {
    advance: () => {
      pace.advance();
      if (pace.done() === total) say();
    },
    stop: () => clearInterval(timer),
  };
}

function startPace(total: number) {
  const startedAtMs = Date.now();
  let done = 0;
  return {
    advance: () => {
      done += 1;
    },
    done: () => done,
    read: () => paceOf(done, total, Date.now() - startedAtMs),
  };
}

/** Rate and remaining time of a run, in words. */
function paceOf(done: number, total: number, elapsedMs: number): { rate: string; left: string } {
  if (done === 0) return { rate: "starting", left: `${Math.round(elapsedMs / 1_000)} s` };
  const perSecond = done / Math.max(elapsedMs / 1_000, 0.001);
  const leftSeconds = Math.ceil((total - done) / perSecond);
  return { rate: `${perSecond.toFixed(1)} jobs/s`, left: done >= total ? "done" : `about ${leftSeconds} s left` };
}
