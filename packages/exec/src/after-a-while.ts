/** For what gathers those who ask at the same time. `milliseconds`: 0 waits for those of the same tick. */
export function afterAWhile(milliseconds: number, work: () => void): void {
  if (milliseconds === 0) setImmediate(work);
  else setTimeout(work, milliseconds);
}
