import { isFields } from "./fields.ts";
import type { Path } from "./problem.ts";

const KEYS = ["password_file", "token_file", "token_secret_file"];

export interface SecretFile {
  /** Of the key that names it. */
  readonly path: Path;
  readonly file: string;
  /** The key whose value it holds; it stands in the configuration too when `twice`. */
  readonly secret: string;
  readonly twice: boolean;
}

/** What a file with a secret holds, by its name in the configuration; undefined: nobody has read it. */
export type Secrets = (file: string) => string | undefined;

/** Every file with a secret that a configuration names, wherever in it. */
export function findSecretFiles(value: unknown, path: Path = []): readonly SecretFile[] {
  if (Array.isArray(value)) return value.flatMap((item, index) => findSecretFiles(item, [...path, index]));
  if (!isFields(value)) return [];
  return Object.entries(value).flatMap(([key, item]) => {
    if (!isSecretFile(key, item)) return findSecretFiles(item, [...path, key]);
    const secret = secretKey(key);
    return [{ path: [...path, key], file: item, secret, twice: value[secret] !== undefined }];
  });
}

/** The same with every secret in the place of the file that holds it. */
export function fillSecrets<T>(value: T, secrets: Secrets): T {
  if (Array.isArray(value)) return value.map((item) => fillSecrets(item, secrets)) as T;
  if (!isFields(value)) return value;
  const filled = Object.entries(value).map(([key, item]) =>
    isSecretFile(key, item) ? [secretKey(key), secrets(item)] : [key, fillSecrets(item, secrets)],
  );
  return Object.fromEntries(filled) as T;
}

function isSecretFile(key: string, value: unknown): value is string {
  return KEYS.includes(key) && typeof value === "string";
}

function secretKey(key: string): string {
  return key.replace(/_file$/, "");
}
