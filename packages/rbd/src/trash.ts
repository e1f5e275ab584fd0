import { BackurneError } from "@backurne/model";
import type { CommandResult } from "@backurne/exec";
import { z } from "zod";
import { imageArgs, radosCommand, rbdCommand, type PoolAccess, type Run } from "./command.ts";
import { listMoving } from "./moving.ts";
import { parseJson, parseTimestamp } from "./parse.ts";
import { repeatSafely } from "./steady.ts";
import type { RbdTrash, TrashedImage } from "./types.ts";

const ENOENT = 2;
const EBUSY = 16;
const EEXIST = 17;
const ENOTEMPTY = 39;

/** rbd also ends with 2 where the key, the pool or the namespace is missing. */
const ABSENT = /^rbd: (error: image does not exist in trash|remove error: \(2\)|error opening image with id )/m;
/** The first goes to stdout. */
const NO_VALUE = /^No such key: |^error getting omap value [^]*: \(2\) No such file/m;

/** `patient`: removing a large image takes hours. */
export function openTrash(access: Pick<PoolAccess, "address" | "run">, patient: Run = access.run): RbdTrash {
  const { address } = access;
  const run = repeatSafely(access.run);
  const at = (id: string): string[] => [...imageArgs(address), `--image-id=${id}`];

  async function act(args: readonly string[], answers: readonly number[], by = run): Promise<number> {
    const command = rbdCommand(address, args, answers);
    const { code, stages } = await by(command, "write");
    if (code !== ENOENT || ABSENT.test(stages[0]?.stderr ?? "")) return code;
    const others = answers.filter((one) => one !== ENOENT);
    return (await by(rbdCommand(address, args, others), "write")).code; // fails, or the trouble has passed
  }

  async function ask(args: readonly string[]): Promise<CommandResult> {
    return run(rbdCommand(address, args), "read");
  }

  return {
    async list() {
      const args = ["trash", "ls", ...imageArgs(address), "--long", "--format", "json"];
      return listMoving(rbdCommand(address, args), run, (text, moved) => (moved ? undefined : parseTrash(text)));
    },
    async metadata(id, key) {
      const command = radosCommand(address, ["getomapval", `rbd_header.${id}`, `metadata_${key}`], [1]);
      const { code, stdout, stages } = await run(command, "read");
      if (code === 0) return parseHexdump(stdout);
      if (NO_VALUE.test(stdout) || NO_VALUE.test(stages[0]?.stderr ?? "")) return undefined;
      return parseHexdump((await run({ ...command, answers: [] }, "read")).stdout);
    },
    async cloned(id) {
      // `rbd children` takes no id.
      const { stdout } = await ask(["info", ...at(id), "--format", "json"]);
      const features = parseJson(z.object({ op_features: z.array(z.string()).default([]) }), stdout, "rbd info");
      if (features.op_features.includes("clone-parent")) return true;
      const snapshots = (await ask(["snap", "ls", ...at(id), "--format", "json"])).stdout;
      const rows = parseJson(z.array(z.object({ protected: z.string() })), snapshots || "[]", "rbd snap ls");
      return rows.some((row) => row.protected === "true");
    },
    async restore(id, image) {
      const code = await act(["trash", "restore", ...at(id), `--image=${image}`], [ENOENT, EEXIST]);
      if (code === 0) return "restored";
      return code === EEXIST ? "exists" : "absent";
    },
    async remove(id, force) {
      const purged = await act(["snap", "purge", "--no-progress", ...at(id)], [ENOENT, EBUSY], patient);
      if (purged === EBUSY) return "busy";
      const forced = force ? ["--force"] : [];
      const code = await act(
        ["trash", "rm", "--no-progress", ...at(id), ...forced],
        [ENOENT, EBUSY, ENOTEMPTY],
        patient,
      );
      if (code === 0) return "removed";
      return code === ENOENT ? "absent" : "busy";
    },
  };
}

const row = z.object({ id: z.string(), name: z.string(), deleted_at: z.string(), status: z.string() });
const ENDS = /^(?:protected until|expired at) (.+)$/;

export function parseTrash(text: string): readonly TrashedImage[] {
  return parseJson(z.array(row), text.trim() || "[]", "rbd trash ls").map(({ id, name, deleted_at, status }) => {
    const [, ends] = ENDS.exec(status) ?? [];
    return {
      id,
      name,
      trashed: parseTimestamp(deleted_at),
      ends: ends === undefined ? Infinity : parseTimestamp(ends),
    };
  });
}

/** rados writes a value raw to a file only, and as a picture of its bytes to stdout. */
export function parseHexdump(text: string): string {
  const [, length] = /^value \((\d+) bytes\)/.exec(text) ?? [];
  const rows = [...text.matchAll(/^[0-9a-f]{8} {2}((?:[0-9a-f]{2} {1,2}){1,16}) *\|/gm)];
  const bytes = Buffer.from(rows.map(([, hex = ""]) => hex.replaceAll(" ", "")).join(""), "hex");
  if (Number(length) === bytes.length) return bytes.toString("utf8");
  throw new BackurneError("unexpected", `rados printed something else than expected: ${text.slice(0, 200)}`);
}
