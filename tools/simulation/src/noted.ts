/** Told of every call before it is made: `px1 createSnapshot vm-100-scsi0`. What it returns is waited for. */
export type Witness = (call: string) => Promise<void> | undefined;

/** These calls fail, and all others go on. */
export function failing(...calls: readonly string[]): Witness {
  return (call) => (calls.includes(call) ? Promise.reject(new Error(`${call}: it was to fail`)) : undefined);
}

/** At this call something happens, in no time. */
export function at(moment: string, happens: () => void): Witness {
  return (call) => void (call === moment && happens());
}

/** These make command lines, and ask nobody. */
const SILENT: ReadonlySet<string | symbol> = new Set([
  "exportDiff",
  "exportWhole",
  "importDiff",
  "digests",
  "compareDigests",
]);

/** The same thing, whose every call is seen: where, what, and on which image or object. */
export function noted<T extends object>(thing: T, where: string, see: Witness): T {
  return new Proxy(thing, {
    get(target, key) {
      const member: unknown = Reflect.get(target, key);
      if (typeof member !== "function" || SILENT.has(key)) return member;
      return (...args: readonly unknown[]): unknown => {
        const call = (): unknown => Reflect.apply(member, target, args);
        const waits = see(`${where} ${String(key)} ${String(args[0] ?? "")}`.trim());
        return waits ? waits.then(call) : call();
      };
    },
  });
}
