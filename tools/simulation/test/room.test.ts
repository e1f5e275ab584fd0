import { shareRoom, whileThereIsRoom, type RoomWatch } from "@backurne/engine";
import type { Room } from "@backurne/rbd";
import { afterEach, beforeEach, expect, test, vi } from "vitest";

const ROOM = { kind: "room" } as const;
const FULL = { kind: "full" } as const;
const QUOTA = { kind: "quota", limits: "max_bytes 1000" } as const;

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** A watch that gives these answers, and the last one again and again. */
function watchOf(...rooms: readonly (Room | Error)[]): RoomWatch & { readonly asked: number } {
  let asked = 0;
  return {
    pool: "backup",
    every: 20_000,
    get asked() {
      return asked;
    },
    async ask() {
      const room = rooms[Math.min(asked, rooms.length - 1)] as Room | Error;
      asked += 1;
      if (room instanceof Error) throw room;
      return room;
    },
  };
}

/** Work that only an abort ends. */
function stuck(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => signal.addEventListener("abort", () => reject(new Error("stopped"))));
}

test.each([
  [FULL, /^the backup pool backup is full: nothing can be written$/, /set-full-ratio/],
  [QUOTA, /^the backup pool backup is at its quota \(max_bytes 1000\)/, /set-quota backup max_bytes/],
])("work that waits for room is ended, and says so: %j", async (room, message, hint) => {
  const watch = watchOf(ROOM, new Error("no answer"), room);
  const ended = whileThereIsRoom(watch, stuck).catch((error: unknown) => error);
  await vi.advanceTimersByTimeAsync(59_000);
  expect(watch.asked).toBe(2);
  await vi.advanceTimersByTimeAsync(1000);
  expect(await ended).toMatchObject({
    code: "command",
    message: expect.stringMatching(message),
    hint: expect.stringMatching(hint),
  });
});

test("nobody asks while something moves, or when it is done", async () => {
  const watch = watchOf(FULL);
  const result = await whileThereIsRoom(watch, async (_, moved) => {
    for (let step = 0; step < 10; step += 1) {
      await vi.advanceTimersByTimeAsync(19_000);
      moved();
    }
    return "done";
  });
  expect(result).toBe("done");
  await vi.advanceTimersByTimeAsync(100_000);
  expect(watch.asked).toBe(0);
});

test("an error of its own stays what it is", async () => {
  const work = whileThereIsRoom(watchOf(ROOM), async () => {
    await vi.advanceTimersByTimeAsync(30_000);
    throw new Error("its own");
  });
  await expect(work).rejects.toThrow("its own");
});

test("many that ask at once share one answer, a later one gets a new one", async () => {
  let asked = 0;
  const ask = shareRoom(async () => {
    asked += 1;
    return ROOM;
  });
  await Promise.all([ask(), ask(), ask()]);
  expect(asked).toBe(1);
  await ask();
  expect(asked).toBe(2);
});
