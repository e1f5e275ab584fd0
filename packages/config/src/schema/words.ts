import { isIPv6 } from "node:net";
import { isTimezone, parseDuration } from "@backurne/retention";
import { z } from "zod";
import { parseRate } from "../rate.ts";

/** Words that stand in several places. A message never repeats a value that could be a secret. */

// oxlint-disable-next-line no-control-regex
const PRINTABLE = /^[^\u0000-\u001f\u007f]+$/;

export const text = z
  .string()
  .regex(PRINTABLE, "expected text of at least one character, without line breaks or control characters");

export const absolutePath = z.string().regex(/^\/[^\0\n]*$/, "expected an absolute path, one that begins with /");

/** What ssh takes as destination. A word that begins with `-` would be an option. */
export const destination = z
  .string()
  .regex(/^[^\s-][^\s]*$/, "expected an ssh destination: a host or user@host, without spaces, not beginning with -");

/** Pool, namespace and client names end up in `pool/namespace/image@snapshot` and in options of rbd. */
export const cephName = z
  .string()
  .regex(/^[^\s/@-][^\s/@]*$/, "expected a name without spaces, / and @, not beginning with -");

export const whole = (least: number) =>
  z.int().min(least, `expected a whole number, ${least} or more`).max(999_999_999, "expected a smaller number");

export const duration = z.string().refine((value) => parseDuration(value) !== undefined, {
  error: ({ input }) => `"${input}" is not a duration; write "30m", "6h", "2d" or "1w"`,
});

export const timezone = z.string().refine(isTimezone, {
  error: ({ input }) => `there is no time zone "${input}"; write a name like "Europe/Paris" or "UTC"`,
});

/** Bytes a second for one transfer. */
export const rate = z
  .union([z.int(), z.string()], { error: RATE() })
  .refine((value) => parseRate(value) !== undefined, { error: RATE() });

function RATE(): string {
  return 'expected bytes a second: a number, or text like "50M" (K, M and G are powers of 1024)';
}

/** A port of TCP. */
export const port = z.int().min(1, "expected a port, 1 to 65535").max(65_535, "expected a port, 1 to 65535");

/** A host that speaks HTTPS; it may bring a port of its own. */
export const apiHost = z
  .string()
  .refine(
    (value) => /^[^\s/@?#\\]+$/.test(value) && URL.canParse(`https://${isIPv6(value) ? `[${value}]` : value}`),
    "expected the name or address of a host, without https:// before it",
  );

export const url = z
  .string()
  .refine(isUrl, "expected a URL that begins with http:// or https://, without user and password in it");

function isUrl(value: string): boolean {
  if (!/^https?:\/\/\S+$/i.test(value) || !URL.canParse(value)) return false;
  const { username, password } = new URL(value);
  return username === "" && password === "";
}

/** Paths of files. */
export const mtls = z
  .tuple([absolutePath, absolutePath], "expected two absolute paths: of the certificate, and of its key")
  .optional()
  .describe("Certificate and key to show to the server");

const FINGERPRINT = "(?:[Ss][Hh][Aa]-?256[:=])?(?:[0-9A-Fa-f]{2}:?){32}";

/** Each node of a cluster has a certificate of its own. */
export const fingerprints = z
  .string()
  .regex(
    new RegExp(String.raw`^\s*${FINGERPRINT}(?:[\s,]+${FINGERPRINT})*\s*$`),
    "expected SHA-256 fingerprints, each of 64 hexadecimal digits, separated by commas or spaces",
  );
