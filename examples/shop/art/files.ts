import { crc32, deflateSync } from "node:zlib";
import type { Product } from "../product.ts";

const SIDE_PX = 240;

/** A woven swatch of the product's material as a true-colour PNG. */
export function swatchPng(product: Product): Buffer {
  const seed = product.popularity;
  const rows = Buffer.alloc(SIDE_PX * (SIDE_PX * 3 + 1));
  for (let y = 0; y < SIDE_PX; y += 1) {
    for (let x = 0; x < SIDE_PX; x += 1) {
      const over = (Math.floor(x / 12) + Math.floor(y / 12)) % 2 === 0;
      const thread = Math.round(18 * Math.sin(((over ? x : y) % 12) * 0.52));
      const at = y * (SIDE_PX * 3 + 1) + 1 + x * 3;
      rows[at] = 150 + (seed % 60) + thread;
      rows[at + 1] = 140 + (seed % 37) + thread;
      rows[at + 2] = 120 + (seed % 23) + thread;
    }
  }
  const header = Buffer.alloc(13);
  header.writeUInt32BE(SIDE_PX, 0);
  header.writeUInt32BE(SIDE_PX, 4);
  header.set([8, 2, 0, 0, 0], 8);
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  return Buffer.concat([
    signature,
    chunk("IHDR", header),
    chunk("IDAT", deflateSync(rows)),
    chunk("IEND", Buffer.alloc(0)),
  ]);
}

function chunk(type: string, body: Buffer): Buffer {
  const named = Buffer.concat([Buffer.from(type, "latin1"), body]);
  const whole = Buffer.alloc(named.length + 8);
  whole.writeUInt32BE(body.length, 0);
  named.copy(whole, 4);
  whole.writeUInt32BE(crc32(named), named.length + 4);
  return whole;
}

const RATE_HZ = 8000;

/** Half a second of a quiet tone: 8-bit mono PCM. */
export function toneWav(product: Product): Buffer {
  const samples = Buffer.from(
    Array.from({ length: RATE_HZ / 2 }, (_, at) => 128 + 20 * Math.sin((at * (300 + product.popularity)) / RATE_HZ)),
  );
  const header = Buffer.alloc(44);
  header.write("RIFF", 0);
  header.writeUInt32LE(36 + samples.length, 4);
  header.write("WAVEfmt ", 8);
  header.writeUInt32LE(16, 16);
  header.writeUInt16LE(1, 20);
  header.writeUInt16LE(1, 22);
  header.writeUInt32LE(RATE_HZ, 24);
  header.writeUInt32LE(RATE_HZ, 28);
  header.writeUInt16LE(1, 32);
  header.writeUInt16LE(8, 34);
  header.write("data", 36);
  header.writeUInt32LE(samples.length, 40);
  return Buffer.concat([header, samples]);
}
