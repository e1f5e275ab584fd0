import { userInfo } from "node:os";

/** The user of this host who runs us; of root by sudo, who that is. One without a name is a number. */
export function userOf(env: Readonly<Record<string, string | undefined>>): string {
  const uid = process.getuid?.();
  // Nobody else's word is taken for it.
  const sudo = uid === 0 ? env["SUDO_USER"] : undefined;
  if (sudo !== undefined) return sudo;
  try {
    return userInfo().username;
  } catch {
    return String(uid);
  }
}
