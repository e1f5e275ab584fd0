import { describe, expect, onTestFinished, test, vi } from "vitest";
import { openObjects, type RadosObjects } from "../src/index.ts";
import { fakeRun, type End } from "./fake-run.ts";

const address = { pool: "backup", namespace: "" };
const request = { name: "backurne", tag: "t1", description: "bk1 run 1", seconds: 60 };
const locker = { name: "client.1", cookie: "1", description: "", expires: 0 };

const read = (objects: RadosObjects): Promise<unknown> => objects.read("o");
const remove = (objects: RadosObjects): Promise<unknown> => objects.removeObject("o");
const lock = (objects: RadosObjects): Promise<unknown> => objects.lock("o", request);
const lockState = (objects: RadosObjects): Promise<unknown> => objects.lockState("o", "backurne");
const breakLock = (objects: RadosObjects): Promise<unknown> => objects.breakLock("o", "backurne", locker);

// As rados of Ceph 16.2.15 says it; it ends with 1 whatever went wrong.
const noObject = "error getting backup/o: (2) No such file or directory\n";
const noObjectToRemove = "error removing backup>o: (2) No such file or directory\n";
const noLock =
  "ERROR: rados_lock_get_lock_info(): (2) No such file or directory\nerror 2: (2) No such file or directory\n";
const noLockToBreak =
  "ERROR: failed breaking lock: (2) No such file or directory\nerror 2: (2) No such file or directory\n";
const busy = "ERROR: failed locking: (16) Device or resource busy\nerror 16: (16) Device or resource busy\n";
const noPool = "error opening pool backup: (2) No such file or directory\n";
const noKey = `2026-11-23T04:52:06.041+0000 7ff12f6c5d00 -1 auth: unable to find a keyring on /nope: (2) No such file or directory

2026-11-23T04:52:06.041+0000 7ff12f6c5d00 -1 AuthRegistry(0x55a5e2d39558) no keyring found at /nope, disabling cephx

failed to fetch mon config (--no-mon-config to skip)
`;
const noConf = "global_init: unable to open config file from search list /nope\n";

function failed(stderr: string): End {
  return { code: 1, stderr };
}

describe("exit 1 is an answer only for the reason that was asked for", () => {
  const answers: readonly [string, (objects: RadosObjects) => Promise<unknown>, string, unknown][] = [
    ["read: no such object", read, noObject, undefined],
    ["removeObject: no such object", remove, noObjectToRemove, undefined],
    ["lock: somebody else's", lock, busy, "busy"],
    ["lockState: no such object", lockState, noLock, undefined],
    ["breakLock: it is gone already", breakLock, noLockToBreak, undefined],
  ];
  test.each(answers)("%s", async (_, ask, stderr, answer) => {
    const { run, asked } = fakeRun(failed(stderr));
    expect(await ask(openObjects({ address, run }))).toBe(answer);
    expect(asked).toHaveLength(1);
  });

  const asks = { read, remove, lock, lockState, breakLock };
  const troubles = { noPool, noKey, noConf };
  const rows = Object.keys(asks).flatMap((ask) => Object.keys(troubles).map((trouble) => [ask, trouble] as const));
  test.each(rows)("%s: %s is a failure, with what rados said", async (ask, trouble) => {
    const stderr = troubles[trouble as keyof typeof troubles];
    const { run } = fakeRun(failed(stderr));
    await expect(asks[ask as keyof typeof asks](openObjects({ address, run }))).rejects.toThrow(stderr.trim());
  });

  test("a lock that is held is no missing object, and the other way round", async () => {
    const held = fakeRun(failed(busy));
    await expect(lockState(openObjects({ address, run: held.run }))).rejects.toThrow("(16)");
    const missing = fakeRun(failed(noLock));
    await expect(lock(openObjects({ address, run: missing.run }))).rejects.toThrow("(2)");
  });

  test("trouble that passes at the second try is no trouble", async () => {
    const { run, asked } = fakeRun(failed(noConf), { stdout: "text" }, { stdout: "text" });
    expect(await read(openObjects({ address, run }))).toBe("text");
    expect(asked).toHaveLength(3);
  });
});

describe("what is run", () => {
  const where = { pool: "backup", namespace: "ns", cephConf: "/etc/ceph/b.conf", cephId: "bk" };
  const rados = ["rados", "--conf", "/etc/ceph/b.conf", "--id", "bk", "--pool", "backup", "--namespace", "ns"];
  const lockGet = [...rados, "lock", "get", "o", "backurne", "--lock-type", "shared", "--lock-tag", "t1"];
  const rows: readonly [string, (objects: RadosObjects) => Promise<unknown>, readonly string[], string, string?][] = [
    ["read", read, [...rados, "get", "o", "-"], "read"],
    ["write", (objects) => objects.write("o", "text"), [...rados, "put", "o", "-"], "write", "text"],
    ["append", (objects) => objects.append("o", "line\n"), [...rados, "append", "o", "-"], "write", "line\n"],
    ["removeObject", remove, [...rados, "rm", "o"], "read"],
    [
      "lock",
      lock,
      [...lockGet, "--lock-cookie", "1", "--lock-description", "bk1 run 1", "--lock-duration", "60"],
      "read",
    ],
    ["breakLock", breakLock, [...rados, "lock", "break", "o", "backurne", "client.1", "--lock-cookie", "1"], "read"],
    ["fsid", (objects) => objects.fsid(), ["ceph", "--conf", "/etc/ceph/b.conf", "--id", "bk", "fsid"], "read"],
  ];
  test.each(rows)("%s", async (_, ask, argv, lane, input) => {
    const { run, asked } = fakeRun({});
    await ask(openObjects({ address: where, run }));
    expect(asked).toEqual([{ argv, lane, input }]);
  });

  test("lockState", async () => {
    const { run, asked } = fakeRun({ stdout: `{"name":"backurne","type":"none","tag":"","lockers":[]}` });
    expect(await lockState(openObjects({ address: where, run }))).toEqual({ tag: "", lockers: [] });
    expect(asked[0]?.argv).toEqual([...rados, "lock", "info", "o", "backurne", "--format", "json"]);
  });

  test("fsid once for all who ask soon after each other, and again after a failure or a while", async () => {
    vi.useFakeTimers({ toFake: ["performance"] });
    onTestFinished(() => void vi.useRealTimers());
    const { run, asked } = fakeRun(failed("no"), { stdout: "f1\n" }, { stdout: "f2\n" });
    const objects = openObjects({ address, run });
    await expect(objects.fsid()).rejects.toThrow();
    expect(await Promise.all([objects.fsid(), objects.fsid()])).toEqual(["f1", "f1"]);
    expect(asked).toHaveLength(2);
    vi.advanceTimersByTime(61_000);
    expect(await objects.fsid()).toBe("f2");
  });

  test("no namespace option where there is no namespace", async () => {
    const { run, asked } = fakeRun({});
    await read(openObjects({ address, run }));
    expect(asked[0]?.argv).toEqual(["rados", "--pool", "backup", "get", "o", "-"]);
  });
});
