import { chmod, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { chromiumDir, temporaryFolder } from "./pool-fixture.ts";

/** A folder that looks like Chromium's, whose program is this shell script. `$CHROMIUM` in it is the real one. */
export async function wrappedChromium(script: string): Promise<string> {
  const folder = await temporaryFolder();
  const real = chromiumDir();
  await symlink(join(real, "lib"), join(folder, "lib"));
  await symlink(join(real, "fonts.conf"), join(folder, "fonts.conf"));
  const program = join(folder, "chromium");
  await writeFile(program, `#!/bin/sh\nCHROMIUM=${join(real, "chromium")}\n${script}\n`);
  await chmod(program, 0o755);
  return folder;
}
