import { execa } from "execa";
import { down } from "./down.ts";
import { up, type UpOptions } from "./up.ts";

/**
 * Boots a sandbox, runs one command with BACKURNE_SANDBOX naming it, and removes the sandbox however that ends.
 * @returns the command's exit code, as a shell would say it.
 */
export async function within(options: UpOptions, [file = "true", ...args]: readonly string[]): Promise<number> {
  const sandbox = await up(options);
  try {
    const { exitCode, failed, message } = await execa(file, args, {
      env: { BACKURNE_SANDBOX: sandbox.dir },
      stdio: "inherit",
      reject: false,
      ...(options.signal === undefined ? {} : { cancelSignal: options.signal }),
    });
    if (failed && exitCode === undefined) throw new Error(message);
    return exitCode ?? 0;
  } finally {
    await down({ dir: sandbox.dir });
  }
}
