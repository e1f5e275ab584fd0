import type { MappingEvent } from "@backurne/model";
import { printable } from "@backurne/model";
import type { Output } from "./world.ts";

const DOING: Readonly<Record<string, string>> = {
  room: "mount points",
  disk: "a clone of the snapshot",
  partitions: "partitions",
  filesystem: "file system",
  vmfs: "VMFS datastore",
  vmdk: "virtual disk",
  lvm: "volume group",
  ldm: "dynamic disks",
};

/** A line that is written over, at a terminal only: what comes of it stands in the tree. */
export function showMapping(output: Output): { event(event: MappingEvent): void; close(): void } {
  let shown = false;
  const write = (text: string): void => {
    if (output.isTerminal) output.write(`\r\u001b[K${text}`);
  };
  return {
    event(event) {
      if (event.kind !== "opening" && event.kind !== "closing") return;
      const line = `${event.kind} ${DOING[event.layer] ?? event.layer}: ${event.about}`;
      write(printable(line).slice(0, output.size().columns - 1));
      shown = true;
    },
    close() {
      if (shown) write("");
      shown = false;
    },
  };
}
