import type { PoolAddress } from "@backurne/model";
import { expect, test } from "vitest";
import { openDevices } from "../src/devices.ts";
import { fakeRun } from "./fake-run.ts";

const CLONE = "--image=-a;b@c;None --snap=backup;daily;7;x --dest-pool=p --dest=restore-1";

test.each<[string, PoolAddress, readonly string[]]>([
  [
    "no namespace",
    { pool: "p", namespace: "" },
    [`rbd clone --rbd-default-clone-format 2 --pool=p ${CLONE}`, "rbd-nbd --io-timeout 60 map p/restore-1"],
  ],
  [
    "a namespace, a configuration, a user",
    { pool: "p", namespace: "n", cephConf: "/c", cephId: "i" },
    [
      `rbd --conf /c --id i clone --rbd-default-clone-format 2 --pool=p --namespace=n ${CLONE} --dest-namespace=n`,
      "rbd-nbd --conf /c --id i --io-timeout 60 map p/n/restore-1",
    ],
  ],
])("a clone of a snapshot, as a device that fails when it has to wait for long: %s", async (_, address, argv) => {
  const { run, asked } = fakeRun({ stdout: "/dev/nbd3\n" });
  const devices = openDevices({ address, run });
  await devices.clone("-a;b@c;None", "backup;daily;7;x", "restore-1");
  expect(await devices.map("restore-1")).toBe("/dev/nbd3");
  expect(asked.map((one) => one.argv.join(" "))).toEqual(argv);
});
