import { cpuSecondsOfGroup } from "./process-usage.ts";

/** CPU time of all browsers that a container has had, in seconds: a browser's last reading stays when it is gone. */
export class CpuLedger {
  readonly #byGroup = new Map<number, number>();
  #closedSeconds = 0;

  /** Reads a browser's process group. A group that is gone keeps its last reading. */
  read(group: number): void {
    const seconds = cpuSecondsOfGroup(group);
    this.#byGroup.set(group, Math.max(seconds, this.#byGroup.get(group) ?? 0));
  }

  /** The group is gone, and its id may come back as another browser's. */
  settle(group: number): void {
    this.#closedSeconds += this.#byGroup.get(group) ?? 0;
    this.#byGroup.delete(group);
  }

  get totalSeconds(): number {
    return [...this.#byGroup.values()].reduce((sum, seconds) => sum + seconds, this.#closedSeconds);
  }
}
