import type { WriteStream } from "node:tty";

/** One line that tells how something stands: rewritten on a terminal, elsewhere written when it changes. */
export interface LiveLine {
  show(text: string): void;
  stop(): void;
}

const CLEAR_LINE = "\r\u001B[2K";

export function startLiveLine(stream: Pick<WriteStream, "write"> & { readonly isTTY?: boolean }): LiveLine {
  let shown: string | undefined;
  return {
    show: (text) => {
      if (text === shown) return;
      stream.write(stream.isTTY ? `${CLEAR_LINE}${text}` : `${text}\n`);
      shown = text;
    },
    stop: () => {
      if (stream.isTTY && shown !== undefined) stream.write(CLEAR_LINE);
    },
  };
}
