/** The end of a stream of text, for error messages: a noisy browser can't fill memory. */
export class RecentText {
  readonly #maxBytes: number;
  #bytes = Buffer.alloc(0);

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  append(chunk: Buffer): void {
    const joined = Buffer.concat([this.#bytes, chunk.subarray(-this.#maxBytes)]);
    this.#bytes = Buffer.from(joined.subarray(-this.#maxBytes));
  }

  toString(): string {
    return this.#bytes.toString().trim();
  }
}
