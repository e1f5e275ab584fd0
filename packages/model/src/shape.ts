/** Whether a value that was read is what we would have written. */
export type Check = (value: unknown) => boolean;
export const text: Check = (value) => typeof value === "string";
export const count: Check = (value) => typeof value === "number";
export const whole: Check = (value) => Number.isSafeInteger(value) && (value as number) >= 0;
export const anything: Check = () => true;
export const optional =
  (check: Check): Check =>
  (value) =>
    value === undefined || check(value);
export const list =
  (check: Check): Check =>
  (value) =>
    Array.isArray(value) && value.every(check);
export const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
export const shape =
  (checks: Readonly<Record<string, Check>>): Check =>
  (value) =>
    isRecord(value) && Object.entries(checks).every(([key, check]) => check(value[key]));
export const record =
  (check: Check): Check =>
  (value) =>
    isRecord(value) && Object.values(value).every(check);
