import { createWriteStream, mkdirSync } from "node:fs";
import { join } from "node:path";

/** One line that a container wrote, or that the local stack says about it. */
export interface ContainerLine {
  readonly timeMs: number;
  readonly container: string;
  readonly from: "stdout" | "stderr" | "platform";
  /** The line as JSON where it is a JSON object, else its text. */
  readonly message: unknown;
}

export type LineListener = (line: ContainerLine) => void;

/** Writes the lines of one container to `<directory>/<container>.jsonl` and tells the listener. */
export class ContainerLog {
  readonly #container: string;
  readonly #listener: LineListener;
  readonly #file: NodeJS.WritableStream;

  constructor(directory: string, container: string, listener: LineListener) {
    mkdirSync(directory, { recursive: true });
    this.#container = container;
    this.#listener = listener;
    this.#file = createWriteStream(join(directory, `${container}.jsonl`));
  }

  write(from: ContainerLine["from"], message: unknown): void {
    const line: ContainerLine = { timeMs: Date.now(), container: this.#container, from, message };
    this.#file.write(`${JSON.stringify(line)}\n`);
    this.#listener(line);
  }

  writeText(from: "stdout" | "stderr", text: string): void {
    this.write(from, parseLine(text));
  }

  async close(): Promise<void> {
    await new Promise<void>((closed) => {
      this.#file.end(() => closed());
    });
  }
}

function parseLine(text: string): unknown {
  if (!text.startsWith("{")) return text;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
