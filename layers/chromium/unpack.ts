import { createReadStream, createWriteStream } from "node:fs";
import { chmod } from "node:fs/promises";
import { pipeline } from "node:stream/promises";
import { createBrotliDecompress } from "node:zlib";

import { extract } from "tar-fs";

const CHUNK_BYTES = 2 ** 20;
const PROGRAM_MODE = 0o755;
const FILE_MODE = 0o644;
const OWNER = { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 };

/** An archive that holds something a layer shouldn't: a link, a device, a path that leaves its folder. */
class UnexpectedArchive extends Error {
  override readonly name = "UnexpectedArchive";
}

/** `name.br` → one program file. */
export async function unpackProgram(archive: string, target: string): Promise<void> {
  await pipeline(createReadStream(archive), decompressed(), createWriteStream(target));
  await chmod(target, PROGRAM_MODE);
}

/** `name.tar.br` → its files and folders, owned by this process's user, with only two kinds of mode. */
export async function unpackFolder(archive: string, target: string): Promise<void> {
  const files = extract(target, {
    map(header) {
      if (header.type !== "file" && header.type !== "directory") {
        throw new UnexpectedArchive(`${archive} holds ${header.name}, a ${header.type}`);
      }
      const program = header.type === "directory" || (header.mode & 0o100) !== 0;
      // The archive's owners are those of the machine that packed it.
      return { ...header, mode: program ? PROGRAM_MODE : FILE_MODE, ...OWNER };
    },
  });
  await pipeline(createReadStream(archive), decompressed(), files);
}

function decompressed() {
  return createBrotliDecompress({ chunkSize: CHUNK_BYTES });
}
